"""Pictures of Airflow as a browser shows it: airflow_shots.py OUT [URL]; docs/img/airflow-*.png were made with it.

Beside `make airflow`, once its first runs have ended: a mistake in the watch folder makes a failed run, and is mended
afterwards. Needs chromium and chromedriver on the path.
"""

import argparse
import json
import time
import urllib.request
from functools import partial
from pathlib import Path
from typing import Any

from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.ui import WebDriverWait

from benchmarks.page_shots import browser

ROOT = Path(__file__).resolve().parents[1]
DRAWN = 3.0  # seconds from the first sight of a word to the end of its page's movements
SHOTS = (
    # name, path, view of a DAG, height, a word that is there when the page is drawn
    ("home", "/", "grid", 900, "newswatch_changed_events"),
    ("list", "/dags", "grid", 900, "newswatch: 1 Ingest"),
    ("grid", "/dags/newswatch_ingest", "grid", 700, "watcher"),
    ("graph", "/dags/newswatch_ingest", "graph", 700, "watcher"),
    ("asset", "/assets/{asset}", "grid", 700, "newswatch_ingest"),
    ("log", "/dags/newswatch_ingest/runs/{good}/tasks/parse", "grid", 700, "stories"),
    ("page", "/plugin/newswatch", "grid", 900, "FRAME"),
    ("failed", "/dags/newswatch_ingest/runs/{red}", "graph", 700, "watcher"),
)
SEEN = """
    if (arguments[0] !== 'FRAME') return document.body.innerText.includes(arguments[0]);
    const frame = document.querySelector('iframe');
    return !!frame && !!frame.contentDocument && frame.contentDocument.body.innerText.length > 100;"""


def is_drawn(word: str, driver: WebDriver) -> bool:
    """Whether a page shows a word."""
    return bool(driver.execute_script(SEEN, word))


class Server:
    """A running Airflow with the user admin."""

    def __init__(self, url: str, password: str) -> None:
        self.url = url.rstrip("/")
        self.token = ""
        self.token = self.ask("/auth/token", {"username": "admin", "password": password})["access_token"]

    def ask(self, path: str, body: Any = None) -> Any:
        """Ask the REST API."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(urllib.request.Request(self.url + path, data, headers), timeout=30) as answer:
            return json.loads(answer.read())

    def last(self, state: str) -> str:
        """Give the latest ingest run in this state that was due by the clock or asked for."""
        path = f"/api/v2/dags/newswatch_ingest/dagRuns?state={state}&order_by=-run_after&limit=1"
        return str(self.ask(path)["dag_runs"][0]["dag_run_id"])

    def fail(self, watch: Path) -> str:
        """Make a run that fails by a mistake in the watch folder; mend it."""
        path = watch / "feeds.toml"
        good = path.read_text(encoding="utf-8")
        path.write_text("[[feeds]\n" + good, encoding="utf-8")
        try:
            run = self.ask("/api/v2/dags/newswatch_ingest/dagRuns", {"logical_date": None})["dag_run_id"]
            for _ in range(300):
                state = self.ask(f"/api/v2/dags/newswatch_ingest/dagRuns/{run}")["state"]
                if state in {"failed", "success"}:
                    break
                time.sleep(1)
        finally:
            path.write_text(good, encoding="utf-8")
        return str(run)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("url", nargs="?", default="http://127.0.0.1:8080")
    parser.add_argument("--watch", type=Path, default=ROOT / "var" / "airflow" / "watch")
    parser.add_argument("--password", default="admin")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    server = Server(args.url, args.password)
    found = {"good": server.last("success"), "red": ""}
    if args.only in "failed":
        found["red"] = server.fail(args.watch)
    assets = server.ask("/api/v2/assets?limit=100")["assets"]
    found["asset"] = next(str(a["id"]) for a in assets if a["name"] == "newswatch_matched_stories")
    for name, path, view, height, word in SHOTS:
        if args.only and args.only not in name:
            continue
        driver = browser(1400, height, False)
        try:
            driver.get(server.url + "/static/")  # any page of this host: a cookie needs one
            driver.add_cookie({"name": "_token", "value": server.token})
            driver.execute_script("localStorage.setItem('default_dag_view', arguments[0])", json.dumps(view))
            driver.get(server.url + path.format(**found))
            WebDriverWait(driver, 90).until(partial(is_drawn, word))
            time.sleep(DRAWN)
            driver.save_screenshot(str(args.out / f"airflow-{name}.png"))
            print(name, driver.title)
        finally:
            driver.quit()


if __name__ == "__main__":
    main()
