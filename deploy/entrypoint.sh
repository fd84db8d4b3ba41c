#!/bin/sh
# /entrypoint of the image: process 1 is an init, and the Helm chart's probes are `exec /entrypoint airflow …`.
exec dumb-init -- "$@"
