# newswatch with Airflow: what runs of the locked dependencies, and the wheel with program, DAGs and plugin. Nothing is written outside
# volumes and /tmp. tests/test_compose.py builds the wheel from the same files and looks what is in it.
FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /src
# What builds stays here: only /venv, with what runs, goes on
COPY requirements.lock requirements-uv.lock ./
RUN python -m venv /tools && /tools/bin/python -m pip install --quiet --require-hashes -r requirements-uv.lock \
 && /tools/bin/uv venv --quiet --python python3 /venv
# Compiled here, since the containers can not write: an import of Airflow takes 2 s instead of 5 s, in every process.
RUN /tools/bin/uv pip install --quiet --python /venv/bin/python --compile-bytecode --require-hashes -r requirements.lock
# What an installation wants beside, of pyproject.toml's extras: --build-arg EXTRAS=remote-logs
ARG EXTRAS=
COPY pyproject.toml README.md LICENSE ./
COPY pipeline pipeline
COPY sql sql
COPY dags dags
RUN /tools/bin/python -m hatchling build -t wheel -d /dist \
 && /tools/bin/uv pip install --quiet --python /venv/bin/python --compile-bytecode --no-deps /dist/*.whl \
 && if [ -n "$EXTRAS" ]; then /tools/bin/uv pip install --quiet --python /venv/bin/python --compile-bytecode \
      --constraint requirements.lock "newswatch[$EXTRAS]"; fi

# Nobody imports these here: the tests and stubs that packages bring, and what was compiled of the Kubernetes clients
# for triggers, which are half of those clients
RUN cd /venv/lib/python3.11/site-packages \
 && find . -type d -name tests -prune -exec rm -rf {} + \
 && find . -name '*.pyi' -delete \
 && find kubernetes/aio kubernetes_asyncio -type d -name __pycache__ -prune -exec rm -rf {} +

FROM python:3.11.14-slim-bookworm@sha256:65a93d69fa75478d554f4ad27c85c1e69fa184956261b4301ebaf6dbb0a3543d
RUN useradd --uid 50000 --gid 0 --home-dir /opt/airflow --no-create-home newswatch \
 && install -d -o 50000 -g 0 -m 0770 /opt/airflow /opt/airflow/logs
COPY --from=build /venv /venv
COPY deploy /app/deploy
# Where the Helm chart's probes and log groomers look for them
COPY --chmod=0755 deploy/entrypoint.sh /entrypoint
COPY --chmod=0755 deploy/clean-logs.sh /clean-logs
# The DAGs came with the wheel, and Airflow finds the page's plugin by its entry point
RUN ln -s "$(/venv/bin/newswatch airflow dags-folder)" /app/dags
# A signal goes to the command alone: a worker lets its tasks end first
ENV DUMB_INIT_SETSID=0
ENV PATH=/venv/bin:$PATH AIRFLOW_HOME=/opt/airflow HOME=/tmp OMP_NUM_THREADS=1
USER 50000:0
WORKDIR /opt/airflow
ENTRYPOINT ["/entrypoint"]
CMD ["newswatch", "--help"]
