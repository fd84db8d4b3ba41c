"""The command line in this process: what `newswatch …` prints and its exit status, without a second of imports."""

import contextlib
import io
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from unittest import mock

import structlog

from pipeline.cli import main


def newswatch(
    *words: str, env: Mapping[str, str] | None = None, cwd: Path | None = None, terminal: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `newswatch words…` in an environment and folder; what it did not catch itself is raised, not printed.

    `terminal` is the descriptor of one that its standard error goes to.
    """
    out, err = _stream(), _stream() if terminal is None else os.fdopen(os.dup(terminal), "w")
    with _in_place_of_a_process(words, os.environ if env is None else env, cwd, out, err):
        try:
            main()
            status = 0
        except SystemExit as e:
            status = e.code if isinstance(e.code, int) else 0 if e.code is None else 1
    said = _text(err) if terminal is None else ""
    err.close()
    return subprocess.CompletedProcess(words, status, _text(out), said)


@contextlib.contextmanager
def _in_place_of_a_process(
    words: tuple[str, ...], env: Mapping[str, str], cwd: Path | None, out: io.TextIOWrapper, err: io.TextIOWrapper
) -> Iterator[None]:
    with (
        mock.patch.dict(os.environ, {"COLUMNS": "80", **env}, clear=True),
        mock.patch.object(sys, "argv", ["newswatch", *words]),
        mock.patch.object(sys, "excepthook", sys.excepthook),  # typer sets its own
        contextlib.chdir(cwd or Path.cwd()),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
    ):
        before = structlog.get_config() if structlog.is_configured() else None
        try:
            yield
        finally:  # a command's log went to a stream that ends here
            if before:
                structlog.configure(**before)
            else:
                structlog.reset_defaults()


def _stream() -> io.TextIOWrapper:
    return io.TextIOWrapper(io.BytesIO(), "utf-8", write_through=True)


def _text(stream: io.TextIOWrapper) -> str:
    stream.flush()
    return stream.buffer.getvalue().decode()  # type: ignore[attr-defined]
