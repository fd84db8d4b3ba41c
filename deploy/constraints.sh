#!/bin/sh
# `make constraints`: does newswatch install into an Airflow that exists? Resolves what Airflow's official image holds into
# a constraints file (with SQLAlchemy 2.0, which it still has), then newswatch under it. Nothing is installed.
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-.venv/bin/uv}
mkdir -p var
airflow=$(sed -n 's/^apache-airflow==\([0-9.]*\).*/\1/p' requirements.lock)
extras=amazon,celery,cncf-kubernetes,common-io,common-messaging,docker,elasticsearch,fab,ftp,git,google,grpc,hashicorp,http,microsoft-azure,mysql,odbc,openlineage,pandas,postgres,redis,sendgrid,sftp,slack,snowflake,ssh,statsd
printf 'apache-airflow[%s]==%s\nsqlalchemy<2.1\n' "$extras" "$airflow" |
  "$uv" pip compile --quiet --python-version 3.11 --no-annotate --no-header --no-emit-index-url - -o var/constraints.txt
"$uv" pip compile --quiet --python-version 3.11 --no-annotate --no-header --no-emit-index-url \
  --constraint var/constraints.txt pyproject.toml -o var/constrained.txt
grep -Ei '^(apache-airflow|sqlalchemy|pydantic|fastapi|alembic)==' var/constrained.txt
echo "newswatch installs beside apache-airflow $airflow and $(grep -c == var/constraints.txt) pinned packages"
