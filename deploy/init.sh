#!/bin/sh
# The init job: both schemas, the pools, and the login. Safe to run again: after an upgrade it must be.
set -eu
umask 077
here=$(cd "$(dirname "$0")" && pwd)
python -c 'import json, os, sys; json.dump({"admin": os.environ["AIRFLOW_ADMIN_PASSWORD"]}, sys.stdout)' \
  > "$AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE"
airflow db migrate
airflow pools import "$here/pools.json"
newswatch db upgrade
