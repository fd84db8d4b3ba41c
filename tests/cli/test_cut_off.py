"""When everything fails somebody says so: exit statuses, the common cause, and the setting that cures it."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from pipeline.desk import sample
from tests import commandline
from tests.samples import write_few


def newswatch(folder: Path, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a command on a watch folder under `folder`."""
    env = {
        **os.environ,
        "NEWSWATCH_DATABASE_URL": f"sqlite:///{folder / 'newswatch.db'}",
        "NEWSWATCH_WATCH_DIR": str(folder / "watch"),
        "NEWSWATCH_MAIL_DIR": str(folder / "mail"),
        "NEWSWATCH_HOST_SPACING": "0",
        "NEWSWATCH_ENRICH": "false",
        "NEWSWATCH_ENCODER": "none",
        "NEWSWATCH_LOG_FORMAT": "quiet",
        **more,
    }
    return commandline.newswatch(*words, env=env)


@pytest.mark.parametrize("command", ["run", "fetch"])
def test_a_run_in_which_no_feed_answered_fails(tmp_path: Path, command: str) -> None:
    """All feeds at a private address: exit 1, the cause once, the setting; open it and all is well."""
    with sample.serve() as port:
        write_few(tmp_path / "watch", port)
        assert newswatch(tmp_path, "sync").returncode == 0
        done = newswatch(tmp_path, command)
        assert done.returncode == 1
        assert "no feed answered" in done.stderr and "refused-address" in done.stderr
        assert "NEWSWATCH_ALLOW_ADDRESSES" in done.stderr and "Traceback" not in done.stderr
        again = newswatch(tmp_path, command, "--json")
        tallies = json.loads(again.stdout)
        fetched = tallies if command == "fetch" else next(t for t in tallies if t["step"] == "fetch")
        assert again.returncode == 0 and "is due, the next is due at" in fetched["detail"]["why"]
        well = newswatch(tmp_path, command, "--all-feeds", NEWSWATCH_ALLOW_ADDRESSES="127.0.0.1")
        assert well.returncode == 0 and "no feed answered" not in well.stderr


def test_json_carries_the_alarm_and_fails_too(tmp_path: Path) -> None:
    """A program reads the cause in the tally; standard output stays JSON."""
    with sample.serve() as port:
        write_few(tmp_path / "watch", port)
        newswatch(tmp_path, "sync")
        done = newswatch(tmp_path, "fetch", "--json")
    assert done.returncode == 1
    assert "NEWSWATCH_ALLOW_ADDRESSES" in json.loads(done.stdout)["detail"]["alarm"]


def test_everything_that_looks_says_so(tmp_path: Path) -> None:
    """`feeds check`, `checks` and `feeds list` tell of it with the cause, and are silent when all is well again."""
    with sample.serve() as port:
        write_few(tmp_path / "watch", port)
        newswatch(tmp_path, "run")
        checked = newswatch(tmp_path, "feeds", "check")
        assert checked.returncode == 1 and "NEWSWATCH_ALLOW_ADDRESSES" in checked.stdout
        assert "feeds failed since any answered" in checked.stdout
        found = newswatch(tmp_path, "checks")
        assert found.returncode == 1 and "no_feed_answers" in found.stdout + found.stderr
        listed = json.loads(newswatch(tmp_path, "feeds", "list", "--json").stdout)
        assert all("127.0.0.1" in feed["error"] and feed["next_fetch_at"] for feed in listed)
        assert "loopback" in newswatch(tmp_path, "feeds", "list").stdout or "error" in listed[0]
        newswatch(tmp_path, "run", "--all-feeds", NEWSWATCH_ALLOW_ADDRESSES="127.0.0.1")
        assert newswatch(tmp_path, "feeds", "check").returncode == 0
        assert "no_feed_answers" not in newswatch(tmp_path, "checks").stdout
        listed = json.loads(newswatch(tmp_path, "feeds", "list", "--json").stdout)
        assert not any(feed["error"] for feed in listed)
