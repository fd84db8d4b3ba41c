"""The Helm files say what the chart and the image know: no cluster is needed to see that they fit together."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
DEPLOY = ROOT / "deploy"
VALUES: dict[str, Any] = yaml.safe_load((DEPLOY / "helm-values.yaml").read_text(encoding="utf-8"))
GITOPS: dict[str, Any] = yaml.safe_load((DEPLOY / "helm-gitops.yaml").read_text(encoding="utf-8"))
KUBERNETES: dict[str, Any] = yaml.safe_load((DEPLOY / "helm-kubernetes.yaml").read_text(encoding="utf-8"))
PAGE: list[dict[str, Any]] = list(yaml.safe_load_all((DEPLOY / "helm-page.yaml").read_text(encoding="utf-8")))
DOCKER = (ROOT / "Dockerfile").read_text(encoding="utf-8")
DOCS = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")

# Of the chart's values.yaml, version 1.22.0, what one may want here
CHART = {
    "airflowVersion", "apiSecretKeySecretName", "apiServer", "config", "createUserJob", "dagProcessor", "data",
    "databaseCleanup", "defaultAirflowRepository", "defaultAirflowTag", "env", "executor", "extraEnvFrom",
    "fernetKeySecretName", "images", "ingress", "jwtSecretName", "logs", "migrateDatabaseJob", "postgresql", "redis",
    "scheduler", "securityContexts", "statsd", "triggerer", "volumes", "volumeMounts", "workers",
}  # fmt: skip


def _env(items: list[dict[str, Any]]) -> set[str]:
    return {str(item["name"]) for item in items}


@pytest.mark.parametrize("values", [VALUES, KUBERNETES, GITOPS])
def test_the_chart_knows_every_key(values: dict[str, Any]) -> None:
    """Rule: a key that the chart renamed is found here."""
    assert set(values) <= CHART
    assert set(values.get("workers", {})) <= {"celery", "kubernetes"}, "1.21 moved what stood right below workers"


def test_versions_agree() -> None:
    """Rule: the chart decides by the version of Airflow that the image has, and starts the image that we make."""
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    locked = re.search(r"^apache-airflow==(\S+)", lock, re.M)
    assert locked
    assert locked[1] == VALUES["airflowVersion"]
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    image = f"newswatch:{VALUES['defaultAirflowTag']}"
    assert f"NEWSWATCH_VERSION={VALUES['defaultAirflowTag']}\n" in example
    deployment = PAGE[0]["spec"]["template"]["spec"]
    assert deployment["containers"][0]["image"] == image
    assert f"FROM {image}\n" in DOCS


def test_the_user_is_the_image_s() -> None:
    """Rule: files of the image are readable and its folders writable for the user that the chart runs it as."""
    user, group = re.search(r"^USER (\d+):(\d+)$", DOCKER, re.M).groups()  # type: ignore[union-attr]
    for context in (VALUES["securityContexts"]["pod"], PAGE[0]["spec"]["template"]["spec"]["securityContext"]):
        assert (str(context["runAsUser"]), str(context["runAsGroup"]), context["runAsNonRoot"]) == (user, group, True)


def test_what_is_started_is_in_the_image() -> None:
    """Rule: every path below /app is a file or folder that the Dockerfile puts there."""
    text = "".join((DEPLOY / f"helm-{n}.yaml").read_text(encoding="utf-8") for n in ("values", "kubernetes", "page"))
    copied = {into: what for what, into in re.findall(r"^COPY (\w+) (/app/\w+)$", DOCKER, re.M)}
    paths = set(re.findall(r"/app/\w+(?:/[\w.-]+)?", text)) - {"/app/dags"}
    assert len(paths) > 1
    assert re.search(r"^RUN ln -s .* /app/dags$", DOCKER, re.M)
    for path in paths:
        folder = "/".join(path.split("/")[:3])
        assert (ROOT / copied[folder] / path.removeprefix(folder).lstrip("/")).exists(), path
    assert re.search(r"^COPY --chmod=0755 deploy/entrypoint.sh /entrypoint$", DOCKER, re.M), "the chart's probes"
    assert re.search(r"^COPY --chmod=0755 deploy/clean-logs.sh /clean-logs$", DOCKER, re.M), "the chart's log groomers"
    assert "newswatch.pools" in (DEPLOY / "init.sh").read_text(encoding="utf-8")


def test_config_is_config() -> None:
    """Rule: what stands below `config` are options of Airflow, the same that docker-compose.yml sets."""
    compose = yaml.safe_load((ROOT / "docker-compose.yml").read_text(encoding="utf-8"))
    environment = compose["x-newswatch"]["environment"]
    for section, options in VALUES["config"].items():
        for option, value in options.items():
            told = environment[f"AIRFLOW__{section.upper()}__{option.upper()}"]
            if not option.endswith("_file") and "$" not in str(told):
                assert str(value) == str(told), option


def test_the_executors_fit() -> None:
    """Rule: Celery has its broker and workers, Kubernetes has logs that outlive its pods."""
    assert VALUES["executor"] == "CeleryExecutor"
    assert VALUES["redis"].get("enabled", True)
    assert VALUES["workers"]["celery"]["replicas"] >= 1
    assert KUBERNETES["executor"] == "KubernetesExecutor"
    assert KUBERNETES["redis"]["enabled"] is False
    assert KUBERNETES["logs"]["persistence"]["enabled"] is True
    for parts in (VALUES, VALUES["workers"], KUBERNETES["workers"]):
        for name in ("apiServer", "scheduler", "dagProcessor", "triggerer", "celery", "kubernetes"):
            if name in parts:
                assert "memory" in parts[name]["resources"]["limits"], name


def test_the_secrets_hold_what_is_asked_of_them() -> None:
    """Rule: the two commands of docs/deploy.md make every key that the values name, and every variable is a setting."""
    from pipeline.settings import Settings

    made = {
        name: set(re.findall(r"--from-literal=([\w-]+)=", literals))
        for name, literals in re.findall(r"kubectl create secret generic (\S+)((?:[^\n]*\\\n)*[^\n]*)", DOCS)
    }
    assert set(made) == {"newswatch", "newswatch-page", "newswatch-airflow"}
    page = {"NEWSWATCH_DATABASE_URL", "NEWSWATCH_SECRET", "NEWSWATCH_CONTACT", "NEWSWATCH_BASE_URL"}
    assert made["newswatch-page"] == page, "no mail server, and the address of its own role"
    ours = {name.removeprefix("NEWSWATCH_").lower() for name in made["newswatch"]}
    assert all(name.startswith("NEWSWATCH_") for name in made["newswatch"])
    assert ours <= set(Settings.model_fields)
    assert {"database_url", "secret", "contact", "mail_from", "smtp_url", "base_url"} <= ours
    compose = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
    asked = set(re.findall(r"^  (NEWSWATCH_\w+): \S*\$\{", compose, re.M))
    assert asked <= made["newswatch"], "what one host must be told, a cluster must be told too"
    keys = {"connection", "fernet-key", "api-secret-key", "jwt-secret"}  # the chart's names
    [projected] = VALUES["migrateDatabaseJob"]["extraVolumes"]
    keys |= {i["key"] for s in projected["projected"]["sources"] for i in s["secret"].get("items", [])}
    assert made["newswatch-airflow"] == keys
    secrets = [VALUES["data"]["metadataSecretName"], VALUES["fernetKeySecretName"]]
    secrets += [VALUES["apiSecretKeySecretName"], VALUES["jwtSecretName"]]
    assert set(secrets) == {"newswatch-airflow"}
    assert yaml.safe_load(VALUES["extraEnvFrom"]) == [{"secretRef": {"name": "newswatch"}}]


def test_the_page_stands_alone() -> None:
    """Rule: the page has newswatch's variables only, can write nothing but /tmp, and its Service finds it."""
    deployment, service = PAGE
    spec = deployment["spec"]["template"]["spec"]
    page = spec["containers"][0]
    assert page["envFrom"] == [{"secretRef": {"name": "newswatch-page"}}]
    assert all(name.startswith("NEWSWATCH_") for name in _env(page["env"]))
    assert page["securityContext"]["readOnlyRootFilesystem"] is True
    assert [m["mountPath"] for m in page["volumeMounts"]] == ["/tmp"]
    assert service["spec"]["selector"].items() <= deployment["spec"]["template"]["metadata"]["labels"].items()
    assert service["spec"]["ports"][0]["targetPort"] in _env(page["ports"])
    assert page["args"][-1] == str(page["ports"][0]["containerPort"])


def test_jobs_and_sidecars_are_bounded() -> None:
    """Rule: what runs beside the components, and now and then, has limits too: a node is shared."""
    for name in ("migrateDatabaseJob", "databaseCleanup"):
        assert "memory" in VALUES[name]["resources"]["limits"], name
    for part in (VALUES["scheduler"], VALUES["dagProcessor"], VALUES["triggerer"], VALUES["workers"]["celery"]):
        assert "memory" in part["logGroomerSidecar"]["resources"]["limits"]


def test_gitops_waits_for_no_hook() -> None:
    """Rule: what the chart's documentation asks for Argo CD and Flux; the job then has its variables from files."""
    for name in ("migrateDatabaseJob", "createUserJob"):
        assert GITOPS[name]["useHelmHooks"] is GITOPS[name]["applyCustomEnv"] is False
    [mount] = VALUES["migrateDatabaseJob"]["extraVolumeMounts"]
    assert mount["mountPath"] in (DEPLOY / "init.sh").read_text(encoding="utf-8")


# --------------------------------------------------------------------------------------------------------- rendering

MINI = {
    "Chart.yaml": "apiVersion: v2\nname: mini\nversion: 0.1.0\n",
    "values.yaml": "executor: LocalExecutor\n",
    "values.schema.json": '{"properties": {"executor": {"enum": ["LocalExecutor", "CeleryExecutor"]}}}',
    "templates/NOTES.txt": "Thank you: {{ .Chart.Name }} is there: go: on\n",
    "templates/one.yaml": "kind: ConfigMap\nmetadata: {name: one}\ndata: {executor: {{ .Values.executor }}}\n",
}


def _chart(folder: Path) -> Path:
    for name, text in MINI.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def test_rendering_reads_values_in_order_and_obeys_the_schema(tmp_path: Path) -> None:
    """Rule: `make helm` says what Helm would say, and fails where Helm would."""
    from deploy import rendered

    chart = _chart(tmp_path / "mini")
    first, second = tmp_path / "a.yaml", tmp_path / "b.yaml"
    first.write_text("executor: LocalExecutor\n", encoding="utf-8")
    second.write_text("executor: CeleryExecutor\n", encoding="utf-8")
    [one] = rendered.objects(chart, [first, second])
    assert one["data"] == {"executor": "CeleryExecutor"}
    second.write_text("executor: NoExecutor\n", encoding="utf-8")
    with pytest.raises(Exception, match="executor"):
        rendered.objects(chart, [first, second])


def test_a_container_without_limits_is_named() -> None:
    """Rule: containers, those that start before them, and the pods that tasks get are all looked at."""
    from deploy import rendered

    bounded = {"name": "good", "image": "newswatch:1", "resources": {"limits": {"memory": "1Gi"}}}
    loose, theirs = {"name": "loose", "image": "redis:8"}, bounded | {"name": "theirs", "image": "apache/airflow:3"}
    pods = [
        {"kind": "Job", "spec": {"template": {"spec": {"containers": [bounded], "initContainers": [loose]}}}},
        {"kind": "CronJob", "spec": {"jobTemplate": {"spec": {"template": {"spec": {"containers": [theirs]}}}}}},
        {"kind": "ConfigMap", "data": {"pod_template_file.yaml": yaml.safe_dump({"spec": {"containers": [loose]}})}},
        {"kind": "Service", "spec": {"ports": []}},
    ]
    assert [line.partition(": ")[2] for line in rendered.complaints(pods)] == [
        "loose has no limit of memory",
        "theirs runs apache/airflow:3",
        "loose has no limit of memory",
    ]


CHARTS = sorted((ROOT / "var" / "charts").glob("airflow-*.tgz"))


@pytest.mark.parametrize("more", [[], ["kubernetes"], ["gitops"], ["kubernetes", "gitops"]])
def test_the_official_chart_renders(more: list[str]) -> None:
    """Rule: with both executors and for GitOps every container has our image and limits."""
    if not CHARTS:
        pytest.skip("NO CHART: the official chart is not in var/charts; its templates were not tried")
    from deploy import rendered

    found = rendered.objects(CHARTS[-1], [DEPLOY / f"helm-{name}.yaml" for name in ("values", *more)])
    assert rendered.complaints(found) == []
