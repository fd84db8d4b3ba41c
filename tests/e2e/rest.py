"""Airflow's REST API as its people use it, for the tests with real processes."""

import json
import urllib.error
import urllib.request
from typing import Any


class Rest:
    """The REST API at a port of this machine; `_token` is whom it takes us for (`sign_in`)."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._token = ""

    def sign_in(self, name: str, password: str) -> None:
        """Ask as this person from now on."""
        self._token = self.call("POST", "/auth/token", {"username": name, "password": password})["access_token"]

    def person(self, role: str) -> str:
        """Make somebody with a role of Airflow's, and give the token that they sign in with."""
        body = {"username": role, "password": role, "first_name": role, "last_name": role, "roles": [{"name": role}]}
        self.call("POST", "/auth/fab/v1/users", body | {"email": f"{role}@desk.example"})
        return str(self.call("POST", "/auth/token", {"username": role, "password": role})["access_token"])

    def status(self, token: str, method: str, path: str, body: Any = None) -> tuple[int, str]:
        """Ask as the person with this token; give the answer's number and text."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"} | ({"Authorization": f"Bearer {token}"} if token else {})
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as e:
            return e.code, e.read().decode()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Ask the REST API."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            method=method,
            data=None if body is None else json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Authorization": f"Bearer {self._token}"},
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"{}")

    def get(self, path: str) -> Any:
        """Read from the REST API."""
        return self.call("GET", path)

    def patch(self, path: str, body: Any) -> Any:
        """Change something over the REST API."""
        return self.call("PATCH", path, body)

    def connect(self, conn_id: str, conn_type: str, **values: Any) -> None:
        """Make a Connection, as anybody would over the REST API."""
        self.call("POST", "/api/v2/connections", {"connection_id": conn_id, "conn_type": conn_type, **values})

    def trigger(self, dag_id: str, **conf: Any) -> str:
        """Start a run, as anybody would over the REST API; give its id."""
        body = {"logical_date": None, "conf": conf}
        return str(self.call("POST", f"/api/v2/dags/{dag_id}/dagRuns", body)["dag_run_id"])

    def clear(self, dag_id: str, run_id: str) -> None:
        """Clear the tasks of a run that failed, and what comes after them, as the UI does."""
        body = {"dry_run": False, "only_failed": True, "dag_run_id": run_id, "include_downstream": True}
        self.call("POST", f"/api/v2/dags/{dag_id}/clearTaskInstances", body)

    def runs(self, dag_id: str) -> list[dict[str, Any]]:
        """List the runs of a DAG, oldest first."""
        return list(self.get(f"/api/v2/dags/{dag_id}/dagRuns?order_by=run_after&limit=100")["dag_runs"])

    def tasks(self, dag_id: str, run_id: str) -> list[dict[str, Any]]:
        """List the task instances of a run; a page of the API has a hundred at most."""
        found: list[dict[str, Any]] = []
        path = f"/api/v2/dags/{dag_id}/dagRuns/{run_id}/taskInstances?order_by=id&limit=100&offset="
        while (page := self.get(f"{path}{len(found)}")) and page["task_instances"]:
            found += page["task_instances"]
            if len(found) >= page["total_entries"]:
                break
        return found

    def is_idle(self) -> bool:
        """Whether no run is queued or running."""
        return not self.get("/api/v2/dags/~/dagRuns?state=queued&state=running&limit=1")["dag_runs"]
