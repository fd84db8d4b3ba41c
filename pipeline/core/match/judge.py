"""Judge stories against the watchlist: level, score, and the evidence of every decision."""

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.core import facts as quantities
from pipeline.core.match.features import PASSAGE, SEED_LEAD, SHORT, features, passage, profile
from pipeline.core.match.names import Found, Index
from pipeline.model import Fact, Level, Match, Mention, Story, Watchlist

CODE = "2"  # raise it when the meaning of a feature or of the steps below changes

# Similarity from which the fast encoder alone makes a candidate (docs/matching.md).
USE_GATE = 0.3
MAX_EVIDENCE_MENTIONS = 60  # an article of 50,000 characters may name a firm hundreds of times

_E5_SHARE = 0.5  # how much of a text's similarity to everything is taken from its similarity to the seeds


class Encode(Protocol):
    """What the matcher asks of the encoder door."""

    names: tuple[str, ...]

    @property
    def version(self) -> str: ...
    def fits(self, name: str, language: str, text: str) -> bool: ...
    def encode(self, name: str, texts: Sequence[str]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class Weights:
    """A fitted model: for each set of known similarities, the weights of the three thresholds."""

    version: str
    models: Mapping[str, Mapping[str, Mapping[str, float]]]  # "e5", "use", "none" -> level -> feature ("" = constant)
    thresholds: Mapping[str, float]  # level -> probability from which it holds
    anchors: tuple[str, ...]  # everyday sentences: what a text's similarity to anything is measured on

    @classmethod
    def from_json(cls, text: str) -> "Weights":
        """Read pipeline/data/matcher.json; raise ValueError when it is not one."""
        data = json.loads(text)
        try:
            digest = hashlib.sha256(
                json.dumps([data["models"], data["thresholds"], data["anchors"]], sort_keys=True).encode()
            ).hexdigest()
            return cls(
                version=f"{CODE}.{data['version']}.{digest[:8]}",
                models=data["models"],
                thresholds=data["thresholds"],
                anchors=tuple(data["anchors"]),
            )
        except (KeyError, TypeError) as e:
            raise ValueError(f"not a matcher file: {e!r}") from e


@cache
def default_weights() -> Weights:
    """Read the weights that ship with newswatch, once."""
    return Weights.from_json(resources.files("pipeline").joinpath("data/matcher.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Look:
    """One story as the matcher sees it, before weighing."""

    found: Found
    opening: Found  # what stands in title and summary, or in the first words of the article where they are short
    values: Mapping[str, float]
    model: str  # which similarities are known: "e5", "use" or "none"
    tier: str  # "cheap" or "dear"
    facts: tuple[Fact, ...]
    seed_key: str | None
    similarity: float | None


class Matcher:
    """Judges stories; every story alone, so that neither order nor batch changes a result."""

    def __init__(self, watchlist: Watchlist, weights: Weights, encode: Encode) -> None:
        """Compile the watchlist once; the encoders are asked when a story needs them."""
        self.watchlist = watchlist
        self.weights = weights
        self.encode = encode
        self.index = Index(watchlist)
        seed_facts = [f for s in watchlist.seeds for f in quantities.read(s.text, s.language)]
        self.profile = profile(watchlist, self.index, seed_facts)
        self._seeds: dict[str, NDArray[np.float32]] = {}
        self._anchors: dict[str, NDArray[np.float32]] = {}

    @property
    def version(self) -> str:
        """Code, weights and encoders: what must be the same for two judgements to be comparable."""
        return f"{self.weights.version}+{self.encode.version}"[:48]

    def judge_many(self, stories: Sequence[Story]) -> list[Match]:
        """Judge stories, one match each, in their order."""
        return [self.judge(story) for story in stories]

    def judge(self, story: Story) -> Match:
        """Judge one story."""
        look = self.look(story)
        parts, probabilities = weigh(look.values, self.weights.models[look.model])
        level = Level.NONE
        if look.tier == "dear":
            for name, at in sorted(self.weights.thresholds.items()):
                if probabilities[name] < at:
                    break
                level = Level(int(name))
        named = {m.entity for m in look.opening.mentions}
        topics = tuple(t.key for t in self.watchlist.topics if level and named.intersection(t.entities))
        return Match(
            story_id=story.id,
            watchlist_version=self.watchlist.version,
            matcher_version=self.version,
            level=level,
            score=round(probabilities["1"], 4),
            seed_key=look.seed_key,
            similarity=look.similarity,
            topics=topics,
            mentions=look.found.mentions,
            facts=look.facts,
            evidence={
                "tier": look.tier,
                "model": look.model,
                "probabilities": {k: round(v, 4) for k, v in probabilities.items()},
                "features": {k: round(v, 4) for k, v in look.values.items() if v},
                "contributions": {
                    level: {n: round(c, 3) for n, c in sorted(part.items(), key=_by_weight) if abs(c) >= 5e-4}
                    for level, part in parts.items()
                },
                "mentions": [_mention(m) for m in look.found.mentions[:MAX_EVIDENCE_MENTIONS]],
                "fields": {k: sorted({h.found for h in hits}) for k, hits in look.found.fields.items()},
                "lookalikes": {
                    k: [{"part": h.part, "start": h.start, "end": h.end, "found": h.found} for h in hits]
                    for k, hits in look.found.lookalikes.items()
                },
            },
        )

    def look(self, story: Story) -> Look:
        """Gather what is known of a story: the cheap tier for all, the dear one for candidates."""
        found = self.index.find(story.title, story.summary, story.text)
        words = passage(story.title, story.summary)
        limit = 0
        if len(words) < SHORT and story.text:
            words = passage(words, story.text[: 2 * PASSAGE])
            limit = 2 * PASSAGE
        opening = _before(found, limit)
        model, similarities = "none", {}
        # Where neither a name nor a word of any field stands, likeness to the seeds found nothing more in 809 stories,
        # and the fast encoder is 95 % of the cheap tier's cost.
        speaks = bool(opening.mentions or opening.fields or not self.profile.fields)
        if words and speaks and self.encode.fits("use", story.language, words):
            model, similarities = "use", self._similarities("use", words)
        tier = "dear" if self._is_candidate(opening, model, similarities) else "cheap"
        facts: tuple[Fact, ...] = ()
        if tier == "dear":
            if words and self.encode.fits("e5", story.language, words):
                model, similarities = "e5", self._similarities("e5", words)
            facts = tuple(
                f
                for part, text in (("title", story.title), ("summary", story.summary), ("text", story.text))
                for f in quantities.read(text, story.language, part)
            )
        opened = [f for f in facts if f.part != "text" or f.end <= limit]
        values = features(opening, self.profile, bool(story.title.strip()), opened)
        nearest = max(similarities, key=lambda k: (similarities[k], k)) if similarities else None
        if similarities:
            values["similarity"] = scaled(model, sum(similarities.values()) / len(similarities))
        return Look(
            found=found,
            opening=opening,
            values=values,
            model=model,
            tier=tier,
            facts=facts,
            seed_key=nearest,
            similarity=round(similarities[nearest], 4) if nearest else None,
        )

    def _is_candidate(self, found: Found, model: str, similarities: Mapping[str, float]) -> bool:
        """Say whether a story may be ours at all: somebody is named who counts, or it is like the seeds.

        Context alone (a politician, a city) counts only beside words of a field, a firm of the trade not even there.
        """
        named = {m.entity for m in found.mentions}
        return (
            bool(named & self.profile.claims)
            or bool(named - self.profile.strangers and found.fields)
            or (model == "use" and max(similarities.values(), default=0.0) >= USE_GATE)
        )

    def _similarities(self, name: str, words: str) -> dict[str, float]:
        """Compare with the beginning of each seed; E5's are centred, since its cosines are bunched per language."""
        if name not in self._seeds:
            leads = [(s.text or s.title)[:SEED_LEAD] for s in self.watchlist.seeds]
            self._seeds[name] = self.encode.encode(name, leads)
            self._anchors[name] = self.encode.encode(name, self.weights.anchors)
        vector = self.encode.encode(name, [words])[0].astype(np.float64)
        if not vector.any():
            return {}
        cosines = self._seeds[name].astype(np.float64) @ vector
        if name == "e5" and len(self._anchors[name]):
            cosines = cosines - _E5_SHARE * float((self._anchors[name].astype(np.float64) @ vector).mean())
        return {s.key: float(c) for s, c in zip(self.watchlist.seeds, cosines, strict=True)}


def scaled(model: str, similarity: float) -> float:
    """Stretch a similarity to about 0..3 over what occurs (USE .0 to .7, centred E5 .38 to .55).

    Three, because the fit punishes large weights and one number here stands for many words.
    """
    low, high = (0.0, 0.7) if model == "use" else (0.38, 0.55)
    return round(3 * min(1.2, max(-0.2, (similarity - low) / (high - low))), 6)


def _before(found: Found, limit: int) -> Found:
    """Keep what stands in title, summary and the first `limit` characters of the article."""
    return Found(
        mentions=tuple(m for m in found.mentions if m.part != "text" or m.end <= limit),
        fields=_cut(found.fields, limit),
        lookalikes=_cut(found.lookalikes, limit),
    )


def _cut(groups: Mapping[str, Any], limit: int) -> dict[str, Any]:
    cut = {k: tuple(h for h in hits if h.part != "text" or h.end <= limit) for k, hits in groups.items()}
    return {k: hits for k, hits in cut.items() if hits}


def weigh(
    values: Mapping[str, float], model: Mapping[str, Mapping[str, float]]
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Weigh features: the contribution of each to each threshold's log-odds, and the probability of "at least" it.

    A higher level is never likelier than a lower one.
    """
    parts: dict[str, dict[str, float]] = {}
    probabilities: dict[str, float] = {}
    below = 1.0
    for level in sorted(model):
        weights = model[level]
        parts[level] = {n: w * (1.0 if n == "" else values.get(n, 0.0)) for n, w in weights.items()}
        odds = math.fsum(parts[level].values())
        below = min(below, 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds)))))
        probabilities[level] = below
    return parts, probabilities


def _by_weight(item: tuple[str, float]) -> tuple[float, str]:
    return -abs(item[1]), item[0]


def _mention(m: Mention) -> dict[str, Any]:
    return {"entity": m.entity, "alias": m.alias, "part": m.part, "start": m.start, "end": m.end, "found": m.found}
