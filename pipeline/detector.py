"""The door to langdetect: which language a story is in, with a second opinion for the languages that it lacks.

langdetect's own profiles are the engine; its random sampling of n-grams is replaced by their exact sum, which is
what the samples estimate: the same answer every time, in every thread and process, seven times faster.
"""

import functools
import json
import threading
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Protocol

import numpy as np
from langdetect import detector_factory
from langdetect.utils.ngram import NGram
from py3langid.langid import MODEL_FILE, LanguageIdentifier

from pipeline.core.language import decide, writing
from pipeline.core.language.decide import Floats, Opinion
from pipeline.model import Language

_LOADING = threading.Lock()  # functools.cache alone would let two threads load at once
_BASE_FREQ = 10_000  # langdetect's own smoothing: alpha / BASE_FREQ
_ALPHA = 0.5
# Words as names are written are heard less: they hijack headlines. The first word is capital in any case. langdetect
# alone on known headlines: 98.8 % right with equal weights, 99.3 % with these (docs/language.md).
_CAPITAL = np.float32(0.3)
_OPENING = np.float32(0.5)
_CACHED_WORDS = 40_000  # about 12 MB; headlines repeat their words


class Engine(Protocol):
    """A way to get log-likelihoods per language; `languages` names the columns."""

    name: str
    languages: tuple[str, ...]

    def opinion(self, text: str) -> Opinion:
        """Score a cleaned text."""
        ...


class _Normalised(dict[int, str]):
    """Code point → the character that langdetect's profiles know it by; for str.translate."""

    def __missing__(self, code: int) -> str:
        self[code] = NGram.normalize(chr(code))
        return self[code]


class LangDetect:
    """langdetect's profiles, summed exactly."""

    name = "langdetect"

    def __init__(self) -> None:
        # Its files read straight into a table of 19 MB (88,000 n-grams × 55 languages): langdetect's own factory makes
        # lists of 120 MB first, and its first use from two threads gives silently wrong answers.
        folder = Path(detector_factory.PROFILES_DIRECTORY)
        profiles = [json.loads(p.read_bytes()) for p in sorted(folder.iterdir()) if p.name[0] not in "._"]
        self.languages = tuple(profile["name"] for profile in profiles)
        self._rows: dict[str, int] = {}
        for gram in (gram for profile in profiles for gram in profile["freq"]):
            self._rows.setdefault(gram, len(self._rows))
        frequencies = np.zeros((len(self._rows), len(profiles)), np.float32)
        for column, profile in enumerate(profiles):
            counts: dict[str, int] = profile["freq"]
            among = np.array(profile["n_words"], np.float64)[[len(gram) - 1 for gram in counts]]
            frequencies[[self._rows[gram] for gram in counts], column] = (
                np.array([*counts.values()], np.float64) / among
            )
        self._logs: Floats = np.log(frequencies + np.float32(_ALPHA / _BASE_FREQ))
        self._normalised = _Normalised()
        self._words: dict[str, tuple[Floats, int]] = {}

    def opinion(self, text: str) -> Opinion:
        """Sum the log-likelihoods of the n-grams that langdetect itself would draw from."""
        total = np.zeros(len(self.languages), np.float32)
        mass, opening = 0.0, True
        for word in NGram.normalize_vi(text).translate(self._normalised).split():
            scores, count = self._words.get(word) or self._learn(word)
            weight = _OPENING if opening else _CAPITAL if word[0].isupper() else None
            opening = False
            if weight is None:
                total += scores
                mass += count
            else:
                total += weight * scores
                mass += float(weight) * count
        return Opinion(total, mass)

    def _learn(self, word: str) -> tuple[Floats, int]:
        rows = [self._rows[gram] for gram in _grams(word) if gram in self._rows]
        learnt = self._logs[rows].sum(axis=0), len(rows)
        if len(self._words) >= _CACHED_WORDS:
            self._words = {}  # a new dict, not .clear(): another thread may be reading the old one
        self._words[word] = learnt
        return learnt


def _grams(word: str) -> list[str]:
    """Give a word's n-grams of one to three characters as langdetect counts them: padded, none while shouting."""
    padded, found, shouting = f" {word} ", [], False
    for i in range(1, len(padded)):
        shouting = padded[i].isupper() and (shouting or padded[i - 1].isupper())
        if shouting:
            continue
        if padded[i] != " ":
            found.append(padded[i])
        found.append(padded[i - 1 : i + 1])
        if i > 1:
            found.append(padded[i - 2 : i + 1])
    return found


class Py3LangId:
    """py3langid's naive Bayes over byte n-grams: 142 classes, Malay, Serbian and Azerbaijani among them."""

    name = "py3langid"

    def __init__(self) -> None:
        self._identifier = LanguageIdentifier.from_model_file(MODEL_FILE)
        self.languages = tuple(self._identifier.nb_classes)

    def opinion(self, text: str) -> Opinion:
        """Score a text; without features every language scores the same."""
        data = self._identifier._encode(text)
        return Opinion(np.maximum(self._identifier._raw_score(data), np.float32(-1e6)), float(len(data)))


_ENGINES: dict[str, type[LangDetect] | type[Py3LangId]] = {"langdetect": LangDetect, "py3langid": Py3LangId}


@functools.cache
def _loaded(name: str) -> Engine:
    return _ENGINES[name]()


def _engine(name: str) -> Engine:
    if name not in _ENGINES:
        raise ValueError(f"unknown language engine {name!r}; there are {', '.join(sorted(_ENGINES))}")
    with _LOADING:
        return _loaded(name)


class Detector:
    """Detects languages; cheap to make again, safe to share between threads, the same answer in every process."""

    def __init__(self, engine: str | Engine = "langdetect", second: str | Engine | None = "py3langid") -> None:
        """Load the engine, and the second opinion unless it is None."""
        self._first = _engine(engine) if isinstance(engine, str) else engine
        self._second = _engine(second) if isinstance(second, str) else second
        others = self._second.languages if self._second else ()
        self._panels = {script: decide.Panel(script, self._first.languages, others) for script in decide.SHARED}

    @functools.cached_property
    def version(self) -> str:
        """Name what decided, for the rows that store it: engines with their versions, and our own rules' version."""
        names = [engine.name for engine in (self._first, self._second) if engine]
        return "+".join([*(f"{name}-{_version(name)}" for name in names), f"rules-{decide.VERSION}"])

    def detect(self, title: str, summary: str = "", declared: Sequence[str] = ()) -> Language:
        """Tell the language of a story; `declared` are BCP 47 tags of entry, document and feed, strongest first."""
        evidence = writing.read(title, summary, declared)
        if evidence.answer is not None:
            return evidence.answer
        if evidence.script not in self._panels:
            return Language(writing.UNDECIDED, 0.0, "unknown-script")
        second = self._second.opinion(evidence.text) if self._second else None
        return decide.decide(
            evidence,
            self._panels[evidence.script],
            self._first.opinion(evidence.text),
            second,
            declared,
            (self._first.name, self._second.name if self._second else ""),
        )

    def detect_many(self, texts: Iterable[tuple[str, str, Sequence[str]]]) -> list[Language]:
        """Tell the languages of many (title, summary, declared), in order."""
        return [self.detect(title, summary, declared) for title, summary, declared in texts]


def _version(name: str) -> str:
    return version(name) if name in _ENGINES else "custom"
