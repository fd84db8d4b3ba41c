"""Pictures as SVG: when an event was told in which language, and what a query counted."""

import io
import threading
import warnings
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from pipeline.words import page
from pipeline.words import timeline as shared

VERSION = 3  # of how pictures look: in their ETags
MAX_ROWS = 24  # languages in one picture; the others share the last row
NARROW, WIDE = 3.9, 7.6  # inches, 100 pixels each: a phone's width and a page's
_INK, _FAINT, _LINE, _DOT, _COPY = "#3a4150", "#6b7383", "#dfe3ea", "#1d5fb4", "#9cbce6"
# The same picture in the dark: an SVG in an <img> sees the reader's preference, but no style of the page.
# Lines of one picture: told apart by hue, lightness and marker, for those who see hues otherwise too.
_HUES = ("#1d5fb4", "#b4470f", "#2b7a4b", "#8a2f8f", "#8c6d00", "#2c8a94")
_HUES_DARK = ("#7fb2f5", "#f0965f", "#6fc794", "#d68adb", "#d8b94a", "#67c5cf")
_MARKERS = "osD^vP"
_DARK = dict(zip(_HUES, _HUES_DARK, strict=True)) | {
    _INK: "#c9cfda",
    _FAINT: "#949cab",
    _LINE: "#363c48",
    _DOT: "#7fb2f5",
    _COPY: "#45679a",
}
_LOCK = threading.Lock()  # matplotlib's font cache and tick locators are not made for threads


def timeline(stories: Sequence[shared.Dot], width: float = WIDE) -> bytes:
    """Draw one dot a story, one row a language in order of first telling, copies pale."""
    with _LOCK:
        figure, axes = _figure(width, 0.55 + 0.235 * max(1, len(shared.rows(stories, MAX_ROWS)[0])))
        _dots(axes, stories)
        _times(axes, [s.at for s in stories])
        return _svg(figure, "When it was told, by language")


def _dots(axes: Any, stories: Sequence[shared.Dot]) -> None:
    named, place = shared.rows(stories, MAX_ROWS)
    for is_copy, colour in ((True, _COPY), (False, _DOT)):  # copies first, so that no original is hidden
        dots = [s for s in stories if s.is_copy is is_copy]
        axes.scatter([s.at for s in dots], [place[s.language] for s in dots], s=34, c=colour, linewidths=0, zorder=3)
    axes.set_yticks(range(len(named)), [tag if tag.startswith("+") else page.language(tag) for tag in named])
    axes.set_ylim(len(named) - 0.4, -0.6)
    axes.grid(axis="y", color=_LINE, linewidth=0.8)


def bars(labels: Sequence[str], values: Sequence[float], title: str) -> bytes:
    """Draw one bar a row, with its value."""
    with _LOCK:
        figure, axes = _figure(WIDE, 0.35 + 0.26 * max(1, len(labels)))
        axes.barh(range(len(labels)), values, color=_DOT, height=0.66, zorder=3)
        axes.set_yticks(range(len(labels)), [_short(x) for x in labels])
        axes.set_ylim(len(labels) - 0.4, -0.6)
        low, high = min([0.0, *values]), max([0.0, *values])
        axes.set_xlim(low * 1.1, high * 1.12 or 1)
        for i, n in enumerate(values):
            axes.annotate(
                page.number(n),
                (max(n, 0), i),
                xytext=(4, 0),
                textcoords="offset points",
                va="center",
                fontsize=9,
                color=_INK,
            )
        axes.xaxis.set_visible(False)
        axes.spines["bottom"].set_visible(False)
        return _svg(figure, title)


def lines(times: Sequence[datetime], series: Mapping[str, Sequence[float | None]], title: str) -> bytes:
    """Draw values over time, one line a series (the name stands at its end), dots where values stand."""
    with _LOCK:
        figure, axes = _figure(WIDE, 2.6)
        for i, (name, values) in enumerate(series.items()):
            held = [(t, v) for t, v in zip(times, values, strict=True) if v is not None]
            if not held:
                continue
            hue, marker = _HUES[i % len(_HUES)], _MARKERS[i % len(_MARKERS)]
            axes.plot(*zip(*held, strict=True), color=hue, marker=marker, markersize=4, linewidth=1.5, label=name)
        axes.yaxis.get_major_locator().set_params(integer=True)
        axes.set_ylim(bottom=min(0, axes.get_ylim()[0]))
        axes.grid(axis="y", color=_LINE, linewidth=0.8)
        if len(series) > 1:
            axes.legend(frameon=False, fontsize=9, labelcolor=_INK, loc="upper left", bbox_to_anchor=(1.0, 1.03))
        _times(axes, list(times))
        return _svg(figure, title)


def _short(text: str) -> str:
    return text if len(text) <= 42 else text[:41] + "…"


def _figure(width: float, height: float) -> tuple[Any, Any]:
    from matplotlib.figure import Figure  # 0.5 s: not before a picture is wanted

    figure = Figure(figsize=(width, height), layout="tight")
    axes = figure.add_subplot()
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(_LINE)
    axes.tick_params(labelsize=9.5, colors=_INK, length=0, pad=5)
    figure.patch.set_alpha(0)
    axes.patch.set_alpha(0)
    return figure, axes


def _times(axes: Any, times: Sequence[datetime]) -> None:
    from matplotlib.dates import AutoDateLocator, ConciseDateFormatter

    if not times:
        return
    low, high = min(times), max(times)
    margin = max((high - low) * 0.03, (datetime.resolution * 1_800_000_000))
    axes.set_xlim(low - margin, high + margin)
    locate: Any = AutoDateLocator  # both are untyped there
    write: Any = ConciseDateFormatter
    locator = locate(minticks=3, maxticks=7 if axes.figure.get_figwidth() > 5 else 5, tz=UTC)
    axes.xaxis.set_major_locator(locator)
    axes.xaxis.set_major_formatter(
        write(
            locator,
            tz=UTC,
            formats=["%Y", "%b", "%-d %b", "%H:%M", "%H:%M", "%H:%M:%S"],
            zero_formats=["", "%Y", "%b", "%-d %b", "%H:%M", "%H:%M"],
            offset_formats=["", "%Y", "%Y", "%b %Y", "%-d %b %Y", "%-d %b %Y"],
        )
    )
    axes.xaxis.get_offset_text().set(color=_FAINT, fontsize=9)


def _svg(figure: Any, title: str) -> bytes:
    """Write a figure as SVG: text as text, so that every script has the reader's fonts, and dark on demand."""
    import matplotlib as mpl

    out = io.BytesIO()
    with (
        warnings.catch_warnings(),
        mpl.rc_context({"svg.fonttype": "none", "svg.hashsalt": "newswatch", "font.family": "sans-serif"}),
    ):
        # text is written as text: glyphs that the font here lacks are the reader's to have
        warnings.filterwarnings("ignore", message="Glyph .* missing from font")
        figure.savefig(out, format="svg", metadata={"Date": None, "Creator": None, "Title": title})
    dark = "".join(
        f'[style*="fill: {a}"]{{fill:{b}!important}}[style*="stroke: {a}"]{{stroke:{b}!important}}'
        for a, b in _DARK.items()
    )
    night = f"@media (prefers-color-scheme: dark){{{dark}}}"
    style = f"<style>text{{font-family:system-ui,sans-serif!important}}{night}</style>"
    return out.getvalue().replace(b"<defs>", f"{style}<defs>".encode(), 1)
