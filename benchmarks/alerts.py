"""How fast alerts are decided and delivered: 10,000 mails to 1,000 readers beside a bare smtplib loop in the same run.

The server is aiosmtpd on loopback in a process of its own, which takes everything and keeps nothing but a count.
The bare loop sends ready-made mails, such as are sent, over one connection: the price of SMTP itself.
Sender and server take turns, so that their processor seconds together are the time on a machine that does nothing else.
"""

import argparse
import asyncio
import multiprocessing
import resource
import smtplib
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
from aiosmtpd.smtp import SMTP

from pipeline import log, store
from pipeline.settings import Settings, load
from pipeline.steps import alert, deliver
from tests.newsroom import T0, Newsroom, reader


class Sink:
    """Takes everything."""

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return "250 OK"


def serve(port: Any) -> None:
    async def main() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(Sink(), loop=loop), "127.0.0.1", 0)
        port.put(server.sockets[0].getsockname()[1])
        await asyncio.sleep(3600)

    asyncio.run(main())


def memory() -> int:
    """Give the peak of this process in MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def spent(server: int, work: Callable[[], Any]) -> tuple[Any, float, float]:
    """Do some work; give its result, the wall time and the processor seconds of this process and of the server."""

    def now() -> float:
        return sum(sum(psutil.Process(pid).cpu_times()[:2]) for pid in (server, None))

    wall, before = time.perf_counter(), now()
    result = work()
    return result, time.perf_counter() - wall, now() - before


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=1000)
    parser.add_argument("--events", type=int, default=10)
    parser.add_argument("--database", help="default: SQLite in a temporary folder")
    parser.add_argument("--profile", action="store_true")
    args = parser.parse_args()
    log.configure("quiet")
    ports: Any = multiprocessing.Queue()
    server = multiprocessing.Process(target=serve, args=(ports,), daemon=True)
    server.start()
    process = server.pid or 0
    port = ports.get()
    with tempfile.TemporaryDirectory() as folder:
        url = args.database or f"sqlite:///{Path(folder) / 'newswatch.db'}"
        store.upgrade(url)
        room = Newsroom(url)
        languages = ("en", "fr", "id")
        room.subscribe(*(reader(f"r{n}", language=languages[n % 3]) for n in range(args.readers)))
        for _ in range(args.events):
            room.event([room.story(tag, money=40e9) for tag in ("en", "fr", "id", "de", "ar", "ja")])
        settings = load(
            database_url=url, mail_from="desk@desk.example", smtp_url=f"smtp://127.0.0.1:{port}", log_format="quiet"
        )
        base = memory()
        start = time.perf_counter()
        decided = alert.run(settings, T0)
        took = time.perf_counter() - start
        print(f"decide   {decided.done:6} alerts {took:7.2f} s {decided.done / took:8.0f} /s")
        if args.profile:
            import cProfile
            import pstats

            with cProfile.Profile() as profile:
                deliver.run(settings, T0 + timedelta(minutes=1))
            pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
            server.terminate()
            return
        count = decided.done
        halves = []

        def loop() -> None:
            with smtplib.SMTP("127.0.0.1", port) as smtp:
                for n in range(count // 2):
                    smtp.sendmail("desk@desk.example", f"r{n}@reader.example", samples[n % len(samples)])

        samples = [make(settings, language) for language in languages]
        halves.append(spent(process, loop))
        sent, took, cost = spent(process, lambda: deliver.run(settings, T0 + timedelta(minutes=1)))
        halves.append(spent(process, loop))  # one half before and one after: a busy machine changes meanwhile
        mails, each = sent.detail["mails"], 1000 / count
        alone, bare = sum(h[1] for h in halves), sum(h[2] for h in halves)
        print(f"deliver  {mails:6} mails  {took:7.2f} s {mails / took:8.0f} /s {cost * each:8.2f} CPU ms a mail")
        print(f"memory   {base} MiB before, {memory()} MiB at the peak")
        print(f"bare     {count:6} mails  {alone:7.2f} s {count / alone:8.0f} /s {bare * each:8.2f} CPU ms a mail")
        by = f"{alone / took:.2f} of the bare loop by the clock, {bare / cost:.2f} by CPU"
        print(f"ratio    {by} ({len(samples[0])} bytes)")
    server.terminate()


def make(settings: Settings, language: str) -> bytes:
    """Give one mail as it is sent, for the bare loop."""
    from pipeline import mail
    from pipeline.core.alerts.content import EventNews
    from pipeline.store.rows import mails

    with store.read(settings.database_url) as db:
        dossier = mails.load(db, 1)
    assert dossier is not None
    base = settings.base_url
    envelope = mail.Envelope(
        "R", "r@reader.example", "<1@desk.example>", T0, f"{base}/unsubscribe/{mail.sign_token('secret', 'r1')}", "r1",
        wishes={1: f"{base}/mails/{mail.sign_wish('secret', 'r1', 1, 1)}"}, less=2,
    )  # fmt: skip
    letter = mail.Composer(settings.mail_from, base).event(EventNews(dossier), language, "UTC", envelope)
    return letter.content


if __name__ == "__main__":
    main()
