#!/bin/sh
# /clean-logs of the image, which the Helm chart's log groomers run: tidy's logs, by the chart's days and minutes.
# The chart's limits by size are not known here.
set -eu
export KEEP_DAYS="${AIRFLOW__LOG_RETENTION_DAYS:-15}"
export TIDY_SECONDS="$((${AIRFLOW__LOG_CLEANUP_FREQUENCY_MINUTES:-15} * 60))"
exec sh /app/deploy/tidy.sh logs
