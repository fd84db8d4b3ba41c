"""From a story appearing in a feed to its mail at the SMTP server, at the default schedule; and where the time goes.

Ten lively outlets on loopback publish filler all the time, and now and then one of 24 stories that each deserve a mail
(all of our own writing). What a user would not change is as shipped: schedules, encoders, article pages, politeness.
"""

import contextlib
import html
import random
import statistics
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import psycopg

from pipeline import catalog
from tests.e2e.cluster import Cluster
from tests.postoffice import PostOffice

OUTLETS = 10
FILLER_S = 150.0  # between two unimportant stories of an outlet: a fetch of a lively feed always finds something
PAGE = "<html><body><article><h1>{0}</h1>" + "<p>{1} {0}. The newsroom could not reach all parties.</p>" * 6
NEWS = (
    ("Abilene", "OpenAI moves into the second hall of its Abilene data centre", "It adds 200 megawatts for training."),
    (
        "Memphis",
        "xAI asks Memphis for water to cool Colossus",
        "The supercomputer would take five million litres a day.",
    ),
    ("Duane", "NextEra Energy files the restart plan for Duane", "The reactor is to feed data centres in Iowa."),
    (
        "Greenville",
        "GE Vernova hires in Greenville to build turbines for data centres",
        "The factory is full until 2030.",
    ),
    (
        "Aligned",
        "BlackRock and GIP close the purchase of Aligned Data Centers",
        "The AI Infrastructure Partnership pays.",
    ),
    (
        "Kuwait",
        "Kuwait doubles its stake in the AI Infrastructure Partnership",
        "It joins BlackRock, MGX and Microsoft.",
    ),
    ("Seoul", "OpenAI opens an office in Seoul and looks for engineers", "Data centres in Korea are to follow."),
    ("Wisconsin", "Microsoft switches on its AI data centre in Wisconsin for OpenAI", "It draws 400 megawatts."),
    ("Narvik", "OpenAI rents a data centre in Narvik run on hydropower", "Stargate Norway starts with 230 megawatts."),
    (
        "bonds",
        "xAI sells bonds to pay for graphics processors",
        "Investors demand 12 percent for Colossus, a data centre.",
    ),
    (
        "Florida",
        "NextEra Energy orders batteries for an AI campus in Florida",
        "They carry data centres through the night.",
    ),
    ("Texan", "GE Vernova supplies a data centre next to a Texan wind farm", "The campus runs AI models from 2028."),
    (
        "Oakland",
        "Musk loses in Oakland against OpenAI over its turn to profit",
        "The AI company may keep its structure.",
    ),
    ("Abu Dhabi", "MGX and OpenAI build a gigawatt campus in Abu Dhabi", "Stargate UAE takes its first 200 megawatts."),
    (
        "Temasek",
        "Temasek joins the AI Infrastructure Partnership",
        "It follows BlackRock and Global Infrastructure Partners.",
    ),
    ("Broadcom", "OpenAI designs chips with Broadcom for its data centres", "Ten gigawatts are to be built."),
    ("Shropshire", "xAI is refused a data centre in Shropshire", "The council fears for the power grid."),
    (
        "Midwest",
        "NextEra Energy and Google plan power plants beside data centres in the Midwest",
        "Three gigawatts in all.",
    ),
    ("Belfort", "GE Vernova moves turbine orders for AI data centres to Belfort", "Unions call for talks."),
    ("Grok 6", "xAI releases Grok 6, trained on 300,000 processors in Memphis", "Colossus is its data centre."),
    (
        "Lloyd",
        "Insurers at Lloyd's shy away from OpenAI's data centre debts",
        "They cap their cover at 20 billion dollars.",
    ),
    ("board", "Nvidia gets a seat on the board of the AI Infrastructure Partnership", "It advises BlackRock and MGX."),
    (
        "Michigan",
        "Electricians strike at OpenAI's Stargate site in Michigan",
        "They want more for nights at the data centre.",
    ),
    ("Tokyo", "SoftBank and OpenAI start a joint venture in Tokyo", "Its agents run in data centres of its own."),
)


class Press:
    """The outlets: each story appears at its time, and the first fetch that carried it is noted."""

    def __init__(self, minutes: float) -> None:
        chance = random.Random(7)
        self.begun = time.time()
        self.appears = {i: self.begun + 60 * minutes * (i + chance.random()) / len(NEWS) for i in range(len(NEWS))}
        self.fetched: dict[int, float] = {}
        self.servers = [self._outlet(n) for n in range(OUTLETS)]
        for server in self.servers:
            threading.Thread(target=server.serve_forever, daemon=True).start()

    def addresses(self) -> list[str]:
        return [f"http://127.0.0.1:{s.server_address[1]}/feed.xml".replace("127.0.0.1", f"127.0.1.{n + 1}")
                for n, s in enumerate(self.servers)]  # fmt: skip

    def document(self, outlet: int) -> bytes:
        """Write an outlet's feed as of now."""
        now = time.time()
        told = [(self.appears[i], f"n{i}", NEWS[i][1], NEWS[i][2]) for i in range(outlet, len(NEWS), OUTLETS)]
        fillers = int((now - self.begun) / FILLER_S) + 1
        told += [(self.begun + k * FILLER_S, f"f{k}", f"Parish {outlet} repairs bench number {k}",
                  "Two benches in the park were painted, neighbours said.") for k in range(fillers)]  # fmt: skip
        items = []
        for at, key, title, summary in sorted(told, reverse=True):
            if at > now:
                continue
            if key.startswith("n"):
                self.fetched.setdefault(int(key[1:]), now)
            link = self.addresses()[outlet].replace("feed.xml", f"{key}.html")
            items.append(f"<item><title>{html.escape(title)}</title><link>{link}</link><description>{summary}</description>"
                         f"<pubDate>{format_datetime(datetime.fromtimestamp(at, UTC))}</pubDate></item>")  # fmt: skip
        head = f"<?xml version='1.0'?><rss version='2.0'><channel><title>Outlet {outlet}</title><language>en</language>"
        return (head + "".join(items[:40]) + "</channel></rss>").encode()

    def _outlet(self, number: int) -> ThreadingHTTPServer:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(handler) -> None:  # noqa: N805 - `self` is the press
                name = handler.path.rpartition("/")[2]
                kind, body = "text/html", b""
                if name == "feed.xml":
                    kind, body = "application/rss+xml", self.document(number)
                elif name.startswith("n"):
                    _, title, summary = NEWS[int(name[1:].partition(".")[0])]
                    body = PAGE.format(title, summary).encode()
                handler.send_response(200 if body else 404)
                handler.send_header("Content-Type", kind)
                handler.send_header("Content-Length", str(len(body)))
                handler.end_headers()
                handler.wfile.write(body)

            def log_message(handler, format: str, *args: object) -> None:  # noqa: N805
                """Stay silent."""

        return ThreadingHTTPServer((f"127.0.1.{number + 1}", 0), Handler)  # a host of its own each, on loopback


@contextlib.contextmanager
def stamped(post: PostOffice, arrived: dict[int, float]) -> Iterator[None]:
    """Note when the mail about each story arrived."""
    stop = threading.Event()

    def look() -> None:
        seen = 0
        while not stop.wait(0.1):
            for _, letter in list(post.mails)[seen:]:
                seen += 1
                subject = str(letter["Subject"])
                for i, (word, *_) in enumerate(NEWS):
                    if word in subject:
                        arrived.setdefault(i, time.time())

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def write_watch(folder: Path, addresses: list[str]) -> None:
    catalog.copy_default(folder)
    feeds = (f'[[feeds]]\nurl = "{a}"\ntitle = "Outlet {n}"\nlanguage = "en"\n' for n, a in enumerate(addresses))
    (folder / "feeds.toml").write_text("\n".join(feeds), encoding="utf-8")
    (folder / "subscriptions.toml").write_text(
        '[[subscriptions]]\nkey = "desk"\nname = "Desk"\naddress = "desk@desk.example"\nmin_level = 1\n'
        'language = "en"\nfrequency = "instant"\n',
        encoding="utf-8",
    )


def moment(text: str) -> float:
    """Read a time of the REST API."""
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def spans(cluster: Cluster, dag: str) -> list[dict[str, tuple[float, float]]]:
    """Give {task: (first start, last end)} of each run of a DAG, oldest first."""
    found = []
    for run in cluster.runs(f"newswatch_{dag}"):
        times: dict[str, tuple[float, float]] = {}
        for t in cluster.tasks(f"newswatch_{dag}", run["dag_run_id"]):
            if t["start_date"] and t["end_date"]:
                start, end = moment(t["start_date"]), moment(t["end_date"])
                old = times.get(t["task_id"], (start, end))
                times[t["task_id"]] = min(old[0], start), max(old[1], end)
        found.append(times)
    return found


def where(cluster: Cluster, fetched: float, mailed: float) -> dict[str, float] | None:
    """Part the way from a fetch to a mail, in seconds, by the runs that it went through."""
    ingest = next(
        (r for r in spans(cluster, "ingest") if "wake_events" in r and r["claim"][0] <= fetched <= r["wake_events"][1]),
        None,
    )
    alerts = [r for r in spans(cluster, "alerts") if "alert" in r and r["alert"][0] <= mailed]
    if ingest is None or not alerts:
        return None
    events = [r for r in spans(cluster, "events") if "cluster" in r and r["cluster"][1] <= alerts[-1]["alert"][0]]
    if not events:
        return None
    first = min(start for start, _ in events[-1].values())
    return {
        "fetch, parse, detect, match": ingest["wake_events"][1] - fetched,
        "asset hop to newswatch_events": first - ingest["wake_events"][1],
        "enrich, match, cluster": events[-1]["cluster"][1] - first,
        "asset hop to newswatch_alerts": alerts[-1]["alert"][0] - events[-1]["cluster"][1],
        "alert, deliver": mailed - alerts[-1]["alert"][0],
    }


def measure(folder: Path, minutes: float, dags: Path, **settings: str) -> dict[str, Any]:
    """Run a LocalExecutor for so long and some more; give the latencies in seconds, and their parts."""
    press = Press(minutes + 3)
    write_watch(folder / "watch", press.addresses())
    # Every story is its own event here: the question is how fast mails are, not how stories fold.
    mine = {"allow_addresses": "127.0.1.0/24", "window_days": "0.0001", "alert_max_per_hour": "1000"}
    home = folder / "airflow"
    home.mkdir()
    arrived: dict[int, float] = {}
    with PostOffice() as post, stamped(post, arrived):
        mine |= {"watch_dir": str(folder / "watch"), "smtp_url": post.url} | settings
        with Cluster(home, mine, dags=dags) as cluster:
            cluster.trigger("newswatch_ingest")
            cluster.settle(lambda: True)
            with psycopg.connect(cluster.database_url.replace("+psycopg", "")) as db:  # as after some lively days
                db.execute("update newswatch.feeds set interval_s = 480, next_fetch_at = now()")
            begun, cpu = time.time(), cluster.cpu()
            counted = {i for i, at in press.appears.items() if at > begun}
            end = max(press.appears.values()) + 2000
            while time.time() < end and not counted <= arrived.keys():
                time.sleep(1)
            took = time.time() - begun
            parts = [p for i in sorted(counted & arrived.keys()) if (p := where(cluster, press.fetched[i], arrived[i]))]
            total = sorted(arrived[i] - press.appears[i] for i in counted & arrived.keys())
            waits = [press.fetched[i] - press.appears[i] for i in counted & press.fetched.keys()]
            return {
                "stories": len(counted),
                "mailed": len(total),
                "minutes": round(took / 60, 1),
                "story_to_mail_s": {"median": round(statistics.median(total)), "mean": round(statistics.mean(total)),
                                    "max": round(total[-1])},
                "waiting_for_its_feed_s": {"median": round(statistics.median(waits)), "max": round(max(waits))},
                "then_median_s": {k: round(statistics.median(p[k] for p in parts), 1) for k in (parts or [{}])[0]},
                "airflow_cpu_s_an_hour": round((cluster.cpu() - cpu) / took * 3600),
                "peak_mib": {k: round(v) for k, v in cluster.peaks.items()},
            }  # fmt: skip
