#!/bin/sh
# /entrypoint of the image: the Helm chart's probes are `exec /entrypoint airflow …`.
exec "$@"
