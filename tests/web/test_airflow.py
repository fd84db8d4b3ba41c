"""The page inside Airflow: mounted by its plugin, shown in its navigation, closed to those who are not signed in.

In a process of its own, as Airflow reads its configuration once, when it is imported.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.web.conftest import Site

ROOT = Path(__file__).resolve().parents[2]

ASK = """
import json
from fastapi.testclient import TestClient
from airflow.utils.db import initdb
initdb()
from airflow.api_fastapi.app import create_app
from airflow import plugins_manager

def told(answer):
    return [answer.status_code, answer.headers.get("location", ""), answer.text[:4000], dict(answer.headers)]

views, _ = plugins_manager._get_ui_plugins() if hasattr(plugins_manager, "_get_ui_plugins") else ([], [])
with TestClient(create_app(), base_url="http://127.0.0.1:8080", follow_redirects=False) as client:
    found = {"views": views}
    html = {"accept": "text/html"}
    found["stranger"] = told(client.get("/newswatch/events", headers=html))
    found["program"] = told(client.get("/newswatch/queries/newest_events/rows.csv"))
    found["liar"] = told(client.get("/newswatch/events", headers={"authorization": "Bearer nonsense"}))
    found["static"] = told(client.get("/newswatch/static/newswatch.css"))
    found["leave"] = told(client.get("/newswatch/unsubscribe/x"))
    token = client.post("/auth/token", json={"username": "ana", "password": "of no worth"}).json()["access_token"]
    client.cookies.set("_token", token)
    found["user"] = told(client.get("/newswatch/events", headers=html))
    found["merged"] = told(client.get("/newswatch/events/5", headers=html))
    found["dotted"] = told(client.get("/newswatch/static/../events", headers=html))
    client.cookies.clear()
    found["sneaky"] = [
        client.get(p).status_code
        for p in ("/newswatch/static/%2e%2e/events", "/newswatch/health/../events", "/newswatch//static/../events")
    ]
print("FOUND " + json.dumps(found, default=str))
"""


@pytest.mark.e2e
def test_the_plugin(lite: Site, tmp_path: Path) -> None:
    """Rule: Airflow's users see the page in its UI; strangers are sent to its login; mail links work for all."""
    passwords = tmp_path / "passwords.json"
    passwords.write_text(json.dumps({"ana": "of no worth"}))
    environment = os.environ | {
        "AIRFLOW_HOME": str(tmp_path),
        "AIRFLOW__CORE__PLUGINS_FOLDER": str(ROOT / "plugins"),
        "AIRFLOW__CORE__DAGS_FOLDER": str(tmp_path / "dags"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_USERS": "ana:viewer",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_PASSWORDS_FILE": str(passwords),
        "AIRFLOW__DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{tmp_path / 'airflow.db'}",
        "AIRFLOW__API_AUTH__JWT_SECRET": "a secret for tests only, of no less than sixty-four bytes, as is asked for",
        "NEWSWATCH_DATABASE_URL": lite.url,
        "NEWSWATCH_LOG_FORMAT": "quiet",
    }
    done = subprocess.run(
        [sys.executable, "-c", ASK],
        env=environment,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    lines = [x for x in done.stdout.splitlines() if x.startswith("FOUND ")]
    assert lines, done.stderr[-3000:]
    found = json.loads(lines[0].removeprefix("FOUND "))
    assert {"newswatch"} <= {v["url_route"] for v in found["views"]}
    assert found["stranger"][0] == 302
    assert "/auth/login" in found["stranger"][1]
    assert found["program"][0] == 401
    assert found["liar"][0] in {401, 403}
    assert found["static"][0] == 200
    assert found["leave"][0] == 404
    assert "does nothing" in found["leave"][2]
    assert found["user"][0] == 200
    assert "xAI joins" in found["user"][2]
    assert 'href="/newswatch/watchlist"' in found["user"][2]
    assert "frame-ancestors 'self'" in found["user"][3]["content-security-policy"]
    assert found["merged"][0] == 308
    assert found["merged"][1].startswith("/newswatch/events/1?")
    assert all(status in {401, 404} for status in found["sneaky"]), found["sneaky"]
