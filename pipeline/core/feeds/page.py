"""Whether a page is the article that was asked for: success of the carrier is not success of the content.

A page answers with 200 whatever it shows: the article, the front page, a notice of cookies, a check for bots, a "not
found" with the most read stories of others. Its title, its address and its text must agree with the story.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import urlsplit

from pipeline.core.text import plain, scripts, shipped, url
from pipeline.core.text.fold import fold_letters

AGREES = 0.5  # of the shorter title's words: an editor's rewording for search engines passes, another story does not
COVERED = 0.34  # of the story's words in the article's text; half of a headline's are often said otherwise there
HELD = 0.6  # of them, where no title of the page agrees
MANY = 3  # content words from which shares mean something
LONG = 1500  # characters: notices and offers are shorter, and long articles may open with a scene
HEAD = 4000  # characters of a text in which an article names what its headline does
_MARKS = "\u0591-\u05c7\u064b-\u065f\u0900-\u0dff\u0e31-\u0e4e\u0f71-\u109f"  # vowel signs are parts of words
# Paths of what stands before a page for a time: notices, logins, checks.
_INTERIM = re.compile(
    r"(?:^|[/_-])(?:log-?in|sign-?in|consent|zustimmung|einwilligung|consentement|consentimiento|consenso|gdpr|privacy|cookies?"
    r"|captcha|challenge|verify|sorry|blocked|gate|paywall)(?:[/_.-]|$)",
    re.IGNORECASE,
)
_WORD = re.compile(rf"[\w{_MARKS}]+")
_GAP = re.compile(rf"[^\w{_MARKS}]+")
_NO_SPACES = re.compile(f"[{scripts.letters(*scripts.UNSPACED)}]")


@dataclass(frozen=True, slots=True)
class ArticlePage:
    """What an answered page shows: the article's text as extracted, and what it says of itself."""

    text: str
    titles: tuple[str, ...] = ()  # og:title, h1, title
    canonical: str = ""
    links: tuple[str, ...] = ()  # the words of its links


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a page is: the text to keep, or why it is not the article and whether that may change."""

    text: str = ""
    why: str = ""
    is_final: bool = True


def judge(asked: str, final: str, title: str, summary: str, page: ArticlePage) -> Verdict:
    """Judge the page at `final` that was asked for at `asked` for a story's title and summary."""
    text = without_pointers(page.text, page.links)
    wanted = _words(title)
    about = wanted | _words(summary)
    titles = [_words(one) for one in page.titles if one]
    agreement = max((_share(wanted, one) for one in titles), default=0.0)
    covered = max(_covered(wanted, text), _covered(about, text))
    if is_other_place(asked, final, page.canonical) and agreement < AGREES:
        return Verdict(why="it leads to another page of the site", is_final=not _INTERIM.search(urlsplit(final).path))
    if agreement < AGREES:
        told = _said(page, "later")
        if told or _said(page, "gone"):
            return Verdict(
                why=f"it says {'something else for now' if told else 'that there is none'}", is_final=not told
            )
        if len(wanted) < MANY or covered < HELD:
            return Verdict(why="neither its title nor its words are the story's")
    elif len(about) >= MANY and covered < COVERED and len(text) < LONG:
        return Verdict(why="its text does not tell the story", is_final=not _said(page, "later"))
    return Verdict(text=text)


def is_other_place(asked: str, final: str, canonical: str) -> bool:
    """Whether an answer stands at the root or a section of a site instead of at the article that was asked for."""
    for found in (final, url.resolve(final, canonical) or final if canonical else final):
        was, now = urlsplit(url.canonical(asked) or asked), urlsplit(url.canonical(found) or found)
        if (was.netloc, was.path, was.query) == (now.netloc, now.path, now.query):
            continue
        depth = len([part for part in now.path.split("/") if part])
        is_root = depth == 0 and not now.query
        if is_root and (was.path != "/" or was.query):
            return True
        is_parent = was.netloc == now.netloc and was.path.startswith(now.path.rstrip("/") + "/")
        is_error = re.search(r"(?:^|/)(?:404|error|not-?found|subscribe)\b", now.path, re.IGNORECASE)
        if is_parent or is_error or _INTERIM.search(now.path):
            return True
    return False


def without_pointers(text: str, links: tuple[str, ...] = ()) -> str:
    """Drop lines that point to other stories: "Read also: …" in many languages, and lines that are links whole."""
    linked = {_folded(link) for link in links if len(link) >= 20}
    kept = []
    is_list = False
    for line in text.split("\n"):
        folded = _folded(line)
        head = next((mark for mark in _marks("pointers") if folded.startswith(mark)), "")
        rest = folded[len(head) :].strip()
        if head and _points(line, head, rest):
            is_list = not rest
            continue
        if is_list and line.lstrip().startswith(("-", "*", "\u2022")):
            continue
        is_list = False
        if folded.strip("- ") in linked:
            continue
        kept.append(line)
    return "\n".join(kept).strip()


def _points(line: str, head: str, rest: str) -> bool:
    """Whether a line that begins with a pointer's words is one: alone, or with a mark behind them."""
    if not rest:
        return True
    mark = re.search(r"[:：|»>\-–—]", line[: len(head) + 12])
    return mark is not None


def _said(page: ArticlePage, what: str) -> bool:
    heads = [_folded(title) for title in page.titles] + [_folded(page.text[:160])]
    return any(re.search(rf"(?:^|\s){re.escape(mark)}", head) is not None for head in heads for mark in _marks(what))


def _share(one: frozenset[str], other: frozenset[str]) -> float:
    small, large = (one, other) if _weight(one) <= _weight(other) else (other, one)
    return _weight(a for a in small if any(_same(a, b) for b in large)) / _weight(small) if small else 0.0


def _weight(words: Iterable[str]) -> float:
    """Weigh words by what they tell: short ones are of any text, names and numbers are of one."""
    return sum(2.0 if _NO_SPACES.search(word) or word.isdigit() else max(0.2, len(word) - 3.0) for word in words)


def _same(one: str, other: str) -> bool:
    """Whether two words are one, inflected: the same five letters and more at their beginning."""
    if one == other:
        return True
    least = min(len(one), len(other))
    return least >= 5 and one[: max(5, least - 2)] == other[: max(5, least - 2)]


def _covered(words: frozenset[str], text: str) -> float:
    there = _words(text[:HEAD])
    starts = {word[:5] for word in there}
    return (
        _weight(w for w in words if w in there or (len(w) >= 5 and w[:5] in starts)) / _weight(words) if words else 0.0
    )


@lru_cache(maxsize=64)
def _words(text: str) -> frozenset[str]:
    """Give the words that carry meaning: three letters and more, or pairs of letters where no spaces are written."""
    found: set[str] = set()
    for word in _WORD.findall(_folded(text)):
        if _NO_SPACES.search(word):
            found.update(word[i : i + 2] for i in range(max(1, len(word) - 1)))
        elif len(word) > 2 or (word.isdigit() and len(word) > 1):
            found.add(word)
    return frozenset(found)


def _folded(text: str) -> str:
    return " ".join(_GAP.sub(" ", fold_letters(unicodedata.normalize("NFKC", text))).split())


@lru_cache(maxsize=4)
def _marks(what: str) -> tuple[str, ...]:
    data = shipped.table("pages")
    marks = {_folded(plain.plain(mark)) for mark in data[what].replace("\n", "").split("|")}
    return tuple(sorted(marks - {""}, key=lambda mark: (-len(mark), mark)))
