#!/bin/sh
# Upkeep: what Airflow would keep for ever, old runs in its database and the logs of tasks, goes after KEEP_DAYS.
#   tidy.sh         a round a day, for ever       tidy.sh once   one round, failing loudly: for cron
#   tidy.sh logs    as the first, logs only       (newswatch's own database is kept small by the DAG newswatch_prune)
set -eu
mode=${1:-daily}
case $mode in daily|once|logs) ;; *) echo "tidy: once, logs or nothing, not '$mode'" >&2; exit 2 ;; esac
keep=${KEEP_DAYS:-30}
logs=${AIRFLOW__LOGGING__BASE_LOG_FOLDER:-${AIRFLOW_HOME:?}/logs}
[ "$keep" -ge 1 ] 2>/dev/null || { echo "tidy: KEEP_DAYS must be a number of days, 1 or more, not '$keep'" >&2; exit 2; }

clean_database() {
  before=$(python -c 'import datetime as d, sys
print((d.datetime.now(d.UTC) - d.timedelta(days=int(sys.argv[1]))).isoformat(timespec="seconds"))' "$keep") || return
  # Without the last option a table that could not be cleaned is a line in the log, and exit 0.
  airflow db clean --clean-before-timestamp "$before" --yes --skip-archive --error-on-cleanup-failure
}

clean_logs() {
  find -H "$logs" -type f -mtime +"$((keep - 1))" -delete || return
  # Not at once: a task makes its folder a moment before its file. What this round emptied goes with the next.
  find -H "$logs" -mindepth 1 -depth -type d -empty -mmin +60 -delete
}

round() {
  if [ "$mode" != logs ]; then clean_database || return; fi
  clean_logs || return
  echo "tidy: nothing older than $keep days is left"
}

if [ "$mode" = once ]; then
  round
  exit
fi
pause=
trap 'kill $pause 2>/dev/null; exit 0' INT TERM  # as process 1 sh would not hear them
while true; do
  if round; then
    touch "${TMPDIR:-/tmp}/tidied"  # its age is the health check
    sleep "${TIDY_SECONDS:-86400}" &
  else
    echo "tidy: failed; again in an hour" >&2
    sleep 3600 &
  fi
  pause=$!
  wait "$pause"
done
