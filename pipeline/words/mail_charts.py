"""The pictures in mails: when an event was told, and a digest's topics; small PNGs that need no network.

Drawn with Pillow: thousands of mails wait for them, and matplotlib takes ten times as long for the same dots.
"""

import importlib.util
import io
import zlib
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

from pipeline.core.alerts.content import StoryLine
from pipeline.words import timeline as shared

MAX_ROWS = 8  # languages in one picture; the others share a last row
# No background, and inks that are read on white and on a dark card alike: a mail does not know which it stands on.
_INK, _LINE, _DOT, _COPY = (118, 128, 143, 255), (143, 153, 168, 102), (61, 123, 224, 217), (61, 123, 224, 102)
_SCALE = 2  # of the picture's pixels to those that it is shown in
_FONT, _DIAMETER, _STROKE = 22, 14, 2  # in the picture's pixels
_SMOOTH = 4  # a dot is drawn so many times larger first


def timeline(stories: Sequence[StoryLine], label: Callable[[datetime, bool], str], width: int = 400) -> bytes:
    """Draw one dot a story, one row a language, copies pale; return a PNG for 560 pixels and less.

    Its letters are large: a phone shows it at half its width. `label` writes a time for the axis, with the hour or
    without.
    """
    named, place = shared.rows(stories, MAX_ROWS)
    image, pen = _canvas(width, 44 + 18 * len(named))
    left = round(image.width * (0.03 + 0.018 * max(4, *map(len, named))))  # "zh-Hant" needs more room than "fr"
    right, bottom = round(image.width * 0.97), image.height - 34 * _SCALE
    heights = [(17 + 18 * i) * _SCALE for i in range(len(named))]
    for name, y in zip(named, heights, strict=True):
        image.alpha_composite(Image.new("RGBA", (right - left, _STROKE), _LINE), (left, y - _STROKE // 2))
        pen.text((left - 4 * _SCALE, y), name, _INK, _font(), anchor="rm")
    image.alpha_composite(Image.new("RGBA", (right - left, _STROKE), _LINE), (left, bottom))
    times = [s.at.timestamp() for s in stories]
    first, last = min(times), max(times)
    margin = 2 * max((last - first) * 0.04, 3600)

    def across(at: float) -> float:
        return left + (right - left) * (at - first + margin) / (last - first + 2 * margin)

    for s in sorted(stories, key=lambda s: not s.is_copy):  # copies first, so that no original is hidden
        _put(image, across(s.at.timestamp()), heights[place[s.language]], _COPY if s.is_copy else _DOT)
    written = [
        (at, label(datetime.fromtimestamp(at, UTC), last - first < 3 * 86400))
        for at in sorted({first, (first + last) / 2, last})
    ]
    lengths = [pen.textlength(text, _font()) for _, text in written]
    room = (right - left) * (last - first) / (last - first + 2 * margin)
    if room < sum(lengths) + 12 * _SCALE * len(lengths):  # they would stand on each other: the middle one goes first
        written = [written[0], written[-1]] if room > lengths[0] + lengths[-1] + 24 * _SCALE else written[:1]
    for i, (at, text) in enumerate(written):  # the outer ones would stand half outside
        side = "m" if len(written) == 1 else "l" if i == 0 else "r" if at == last else "m"
        pen.text((across(at), bottom + 6 * _SCALE), text, _INK, _font(), anchor=f"{side}t")
    return _png(image)


def bars(counts: Mapping[str, int], width: int = 400) -> bytes:
    """Draw one bar a topic with its number of events; the rows are numbered as the sections of the digest are."""
    image, pen = _canvas(width, 16 + 20 * len(counts))
    left, most = round(image.width * 0.06), max(counts.values())
    room = image.width * 0.88 / 1.08
    for i, (name, n) in enumerate(counts.items()):
        y, end = (18 + 20 * i) * _SCALE, round(left + room * n / most)
        pen.rectangle((left, y - 6 * _SCALE, end, y + 6 * _SCALE), _DOT)
        pen.text((left - 4 * _SCALE, y), name, _INK, _font(), anchor="rm")
        pen.text((end + 4 * _SCALE, y), str(n), _INK, _font(), anchor="lm")
    return _png(image)


def span(stories: Sequence[StoryLine]) -> tuple[datetime, datetime]:
    """Give the first and last time of some stories."""
    return min(s.at for s in stories), max(s.at for s in stories)


def _canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """Give an empty picture in the ink's own colour, so that the edges of letters are not mixed with black."""
    image = Image.new("RGBA", (width * _SCALE, height * _SCALE), (*_INK[:3], 0))
    return image, ImageDraw.Draw(image)


@cache
def _font() -> ImageFont.FreeTypeFont:
    """Give the font that comes with matplotlib, which is not imported for it."""
    found = importlib.util.find_spec("matplotlib")
    if found is None or found.origin is None:
        raise FileNotFoundError("matplotlib is not installed")
    path = Path(found.origin).parent / "mpl-data" / "fonts" / "ttf" / "DejaVuSans.ttf"
    return ImageFont.truetype(path, _FONT, layout_engine=ImageFont.Layout.BASIC)


@cache
def _dot(colour: tuple[int, int, int, int]) -> Image.Image:
    size = _DIAMETER * _SMOOTH
    large = Image.new("RGBA", (size, size), (*colour[:3], 0))
    ImageDraw.Draw(large).ellipse((0, 0, size - 1, size - 1), colour)
    return large.resize((_DIAMETER, _DIAMETER), Image.Resampling.BOX)


def _put(image: Image.Image, x: float, y: float, colour: tuple[int, int, int, int]) -> None:
    image.alpha_composite(_dot(colour), (round(x - _DIAMETER / 2), round(y - _DIAMETER / 2)))


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, format="png", compress_type=zlib.Z_RLE)  # flat areas: as small in two thirds of the time
    return out.getvalue()
