"""Structured log lines: one per step and one per failed thing; keys are the nouns (feed=, story=, event=, alert=)."""

import logging
import sys
from typing import Any

import structlog

from pipeline.model import Tally

# Never the values of local variables: they may be readers' addresses or secrets.
_TRACEBACKS = structlog.processors.ExceptionRenderer(structlog.tracebacks.ExceptionDictTransformer(show_locals=False))


def configure(format: str = "auto", verbose: bool = False) -> None:
    """Send log lines to standard error: JSON for machines; on a terminal, where results are read, warnings only.

    "quiet" lets warnings through only, wherever; `verbose` lets everything through, in words on a terminal.
    """
    terminal = sys.stderr.isatty()
    quiet = format == "quiet" or (format == "auto" and terminal)
    level = logging.DEBUG if verbose else logging.WARNING if quiet else logging.INFO
    console = format == "console" or (format in {"auto", "quiet"} and terminal)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _TRACEBACKS if not console else structlog.processors.StackInfoRenderer(),
            structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
            if console
            else structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )


def get() -> Any:
    """Give the logger; call at use, so that `configure` has been seen."""
    return structlog.get_logger()


def tally(tally: Tally) -> Tally:
    """Log a step's tally as its one line and hand it on."""
    get().info(
        tally.step,
        seen=tally.seen,
        done=tally.done,
        skipped=tally.skipped,
        failed=tally.failed,
        **{k: v for k, v in tally.detail.items() if isinstance(v, int | float | str | bool)},
    )
    return tally
