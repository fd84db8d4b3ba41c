"""How fast alerts are decided and delivered: 10,000 mails to 1,000 readers beside a bare smtplib loop in the same run.

The server is aiosmtpd on loopback in a process of its own, which takes everything and keeps nothing but a count.
The bare loop sends ready-made mails of the same size over one connection: the price of SMTP itself.
"""

import argparse
import asyncio
import multiprocessing
import resource
import smtplib
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP

from pipeline import log, store
from pipeline.settings import Settings
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
    port = ports.get()
    with tempfile.TemporaryDirectory() as folder:
        url = args.database or f"sqlite:///{Path(folder) / 'newswatch.db'}"
        store.upgrade(url)
        room = Newsroom(url)
        languages = ("en", "fr", "id")
        room.subscribe(*(reader(f"r{n}", language=languages[n % 3]) for n in range(args.readers)))
        for _ in range(args.events):
            room.event([room.story(tag, money=40e9) for tag in ("en", "fr", "id", "de", "ar", "ja")])
        settings = Settings(
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
                sent = deliver.run(settings, T0 + timedelta(minutes=1))
            pstats.Stats(profile).sort_stats("cumulative").print_stats(40)
        else:
            start = time.perf_counter()
            sent = deliver.run(settings, T0 + timedelta(minutes=1))
        took = time.perf_counter() - start
        print(f"deliver  {sent.detail['mails']:6} mails  {took:7.2f} s {sent.detail['mails'] / took:8.0f} /s")
        print(f"memory   {base} MiB before, {memory()} MiB at the peak")
        sample = make(settings)
        count = sent.detail["mails"]
        start = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", port) as smtp:
            for n in range(count):
                smtp.sendmail("desk@desk.example", f"r{n}@reader.example", sample)
        took = time.perf_counter() - start
        print(f"bare     {count:6} mails  {took:7.2f} s {count / took:8.0f} /s ({len(sample)} bytes each, ready-made)")
    server.terminate()


def make(settings: Settings) -> bytes:
    """Give one mail as it is sent, for the bare loop."""
    from pipeline import mail
    from pipeline.core.alerts.content import EventNews
    from pipeline.store.rows import mails

    with store.read(settings.database_url) as db:
        sheet = mails.load(db, 1)
    assert sheet is not None
    envelope = mail.Envelope("R", "r@reader.example", "<1@desk.example>", T0, "http://x/unsubscribe/T", "r")
    letter = mail.Composer(settings.mail_from, settings.base_url).event(EventNews(sheet), "en", "UTC", envelope)
    return letter.content


if __name__ == "__main__":
    main()
