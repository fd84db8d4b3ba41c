"""The same steps by hand: newswatch …"""

import io
import sys

from rich.markup import escape

from pipeline import log
from pipeline.cli import app, common
from pipeline.errors import BusyError, NewswatchError

COULD_NOT_WORK = 3  # typer and click use 1 and 2


def _verbose_first(words: list[str]) -> list[str]:
    """Let -v stand behind the command as well, where people write it."""
    end = words.index("--") if "--" in words else len(words)
    flags = {"-v", "--verbose"}.intersection(words[:end])
    return [*sorted(flags), *(w for w in words[:end] if w not in flags), *words[end:]]


def main() -> None:
    """Run the command line; an error of ours is one sentence and exit status 3."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that knows ASCII only shows the rest as escapes
            stream.reconfigure(errors="backslashreplace")
    log.configure()
    try:
        app.app(_verbose_first(sys.argv[1:]))
    except BusyError as e:
        common.err.print(f"[yellow]busy:[/] {escape(str(e))}", soft_wrap=True)
        sys.exit(COULD_NOT_WORK)
    except NewswatchError as e:
        common.err.print(f"[red]error:[/] {escape(str(e))}", soft_wrap=True)
        sys.exit(COULD_NOT_WORK)
