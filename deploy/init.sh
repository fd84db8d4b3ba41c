#!/bin/sh
# The init job: both schemas, the page's rights, the pools that are missing, and the people of the first day.
# Safe to run again: after an upgrade it must be. Airflow's components wait for its schema, so that one comes late.
set -eu
# Variables as files, one each: Kubernetes
if [ -d /run/newswatch ]; then
  for file in /run/newswatch/*; do
    export "$(basename "$file")=$(cat "$file")"
  done
fi
newswatch db upgrade
# The page's role: made, given its password, and its rights on what the upgrade made anew
if [ -n "${GRANT_DATABASE_URL:-}" ]; then
  newswatch db grant-page --database "$GRANT_DATABASE_URL" ${NEWSWATCH_WEB_TOKEN:+--corrections}
fi
airflow db migrate
python -m newswatch.pools
# `admin` with the password of AIRFLOW_ADMIN_PASSWORD. Others get their roles (Viewer sees the page, Op clears) in
# Airflow itself: Security, or `airflow users create --role Viewer …`.
if [ -n "${AIRFLOW_ADMIN_PASSWORD:-}" ]; then
  said=$(airflow users create --role Admin --username admin --firstname Admin --lastname Admin \
    --email "${AIRFLOW_ADMIN_EMAIL:-admin@localhost}" --password "$AIRFLOW_ADMIN_PASSWORD" 2>&1) || { echo "$said" >&2; exit 1; }
  case $said in
    *"already exist"*) airflow users reset-password --username admin --password "$AIRFLOW_ADMIN_PASSWORD" ;;
  esac
fi
