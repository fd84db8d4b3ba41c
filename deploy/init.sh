#!/bin/sh
# The init job: the login (compose; on Kubernetes the api-server writes its own), both schemas, the pools that are missing.
# Safe to run again: after an upgrade it must be. Airflow's components wait for its schema, so that one comes last.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
if [ -n "${AIRFLOW_ADMIN_PASSWORD:-}" ]; then
  python "$here/login.py" "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
fi
newswatch db upgrade
airflow db migrate
python -m newswatch.pools
