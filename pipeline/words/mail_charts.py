"""The pictures in mails: when an event was told, and a digest's topics; small PNGs that need no network."""

import io
import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from pipeline.core.alerts.content import StoryLine
from pipeline.words import timeline as shared

MAX_ROWS = 8  # languages in one picture; the others share a last row
# No background, and inks that are read on white and on a dark card alike: a mail does not know which it stands on.
_INK, _BACK, _LINE, _DOT, _COPY = "#76808f", "none", "#8f99a866", "#3d7be0", "#3d7be066"
_LOCK = threading.Lock()  # matplotlib's font cache and tick locators are not made for threads


def timeline(stories: Sequence[StoryLine], label: Callable[[datetime, bool], str], width: int = 400) -> bytes:
    """Draw one dot a story, one row a language, copies pale; return a PNG for 560 pixels and less.

    Its letters are large: a phone shows it at half its width. `label` writes a time for the axis, with the hour or
    without.
    """
    rows = shared.rows(stories, MAX_ROWS)[0]
    with _LOCK:
        from matplotlib.figure import Figure

        figure = Figure(figsize=(width / 100, (44 + 18 * len(rows)) / 100), dpi=200, facecolor=_BACK)
        left = 0.03 + 0.018 * max(4, *map(len, rows))  # "zh-Hant" needs more room than "fr"
        axes = figure.add_axes((left, 34 / (44 + 18 * len(rows)), 0.97 - left, 1 - 40 / (44 + 18 * len(rows))))
        axes.set_facecolor(_BACK)
        shared.draw(axes, stories, MAX_ROWS, str, (_DOT, _COPY, _LINE), s=26, alpha=0.85)
        times = [_number(s.at) for s in stories]
        margin = max((max(times) - min(times)) * 0.04, 1 / 24)
        axes.set_xlim(min(times) - 2 * margin, max(times) + 2 * margin)
        hours = max(times) - min(times) < 3
        ticks = sorted({min(times), (min(times) + max(times)) / 2, max(times)})
        ticks = (
            ticks if max(times) - min(times) > 1 / 12 else ticks[:1]
        )  # labels of two hours would stand on each other
        axes.set_xticks(ticks, [label(datetime.fromtimestamp(t * 86400, UTC), hours) for t in ticks])
        written = axes.get_xticklabels()
        if len(written) > 1:  # the outer ones would stand half outside
            written[0].set_horizontalalignment("left")
            written[-1].set_horizontalalignment("right")
        axes.tick_params(labelsize=8, colors=_INK, length=0, pad=4)
        for side in ("top", "right", "left"):
            axes.spines[side].set_visible(False)
        axes.spines["bottom"].set_color(_LINE)
        return _png(figure)


def bars(counts: Mapping[str, int], width: int = 400) -> bytes:
    """Draw one bar a topic with its number of events; the rows are numbered as the sections of the digest are."""
    with _LOCK:
        from matplotlib.figure import Figure

        height = 16 + 20 * len(counts)
        figure = Figure(figsize=(width / 100, height / 100), dpi=200, facecolor=_BACK)
        axes = figure.add_axes((0.06, 4 / height, 0.88, 1 - 8 / height))
        axes.set_facecolor(_BACK)
        axes.barh(range(len(counts)), list(counts.values()), color=_DOT, height=0.6)
        axes.set_yticks(range(len(counts)), list(counts))
        axes.set_ylim(len(counts) - 0.4, -0.6)
        axes.set_xlim(0, max(counts.values()) * 1.08)
        for i, n in enumerate(counts.values()):
            axes.annotate(
                str(n), (n, i), xytext=(4, 0), textcoords="offset points", va="center", fontsize=8, color=_INK
            )
        axes.tick_params(labelsize=8, colors=_INK, length=0, pad=4)
        axes.xaxis.set_visible(False)
        for side in ("top", "right", "left", "bottom"):
            axes.spines[side].set_visible(False)
        return _png(figure)


def _number(at: datetime) -> float:
    """Give a time as matplotlib counts it: days since 1970."""
    return at.timestamp() / 86400


def _png(figure: object) -> bytes:
    out = io.BytesIO()
    figure.savefig(out, format="png", metadata={"Software": None})  # type: ignore[attr-defined]
    return out.getvalue()


def span(stories: Sequence[StoryLine]) -> tuple[datetime, datetime]:
    """Give the first and last time of some stories."""
    return min(s.at for s in stories), max(s.at for s in stories)
