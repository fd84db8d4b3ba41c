#!/bin/sh
# Two databases and two roles in one PostgreSQL: Airflow's own, and newswatch's. Run once, by the image's entry point.
set -eu
psql -v ON_ERROR_STOP=1 -v airflow="$AIRFLOW_DB_PASSWORD" -v newswatch="$NEWSWATCH_DB_PASSWORD" \
  --username "${POSTGRES_USER:-postgres}" --dbname "${POSTGRES_DB:-postgres}" <<'SQL'
create role airflow login password :'airflow';
create role newswatch login password :'newswatch';
create database airflow owner airflow;
create database newswatch owner newswatch;
revoke connect on database airflow from public;
revoke connect on database newswatch from public;
SQL
