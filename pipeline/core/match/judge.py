"""Judge stories against the watchlist: level, score, and the evidence of every decision."""

import base64
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.core import facts as quantities
from pipeline.core.match import cues
from pipeline.core.match.features import PASSAGE, SHORT, compared, features, passage
from pipeline.core.match.names import Findings, Index, before
from pipeline.core.match.profile import Profile, compiled, sums
from pipeline.core.match.vocabulary import SAYS
from pipeline.model import Fact, Level, Match, Mention, Story, Watchlist

CODE = "6"  # raise it when the meaning of a feature or of the steps below changes

MAX_EVIDENCE_MENTIONS = 60  # an article of 50,000 characters may name a firm hundreds of times

# Names and fields decide where level 2 is less likely than this. Above it likeness (95 ms) is asked too: on 2,648
# labelled lines it moved none where only level 1 was in doubt (docs/matching.md).
UNSURE = 0.2

_E5_SHARE = 0.5  # how much of a text's similarity to everything is taken from its similarity to the seeds
_LOW, _HIGH = 0.38, 0.55  # between which centred similarities lie, whatever the storyline


class Encode(Protocol):
    """What the matcher asks of the encoder door."""

    names: tuple[str, ...]

    @property
    def version(self) -> str: ...
    def encode(self, name: str, texts: Sequence[str]) -> NDArray[np.float32]: ...


@dataclass(frozen=True, slots=True)
class MatchWeights:
    """A fitted model: the weights of the three thresholds, by names and fields alone and with likeness."""

    version: str
    models: Mapping[str, Mapping[str, Mapping[str, float]]]  # "names", "likeness" -> level -> feature ("" = constant)
    thresholds: Mapping[str, float]  # level -> probability from which it holds
    anchors: tuple[str, ...]  # everyday sentences: what a text's similarity to anything is measured on
    means: Mapping[str, str] = field(default_factory=dict)  # encoder's version -> their mean vector, float32 in base64

    @classmethod
    def from_json(cls, text: str) -> "MatchWeights":
        """Read a matcher.json; raise ValueError when it is not one, or knows other features than the code."""
        data = json.loads(text)
        try:
            models, thresholds, anchors = data["models"], data["thresholds"], tuple(data["anchors"])
            meaning = json.dumps([models, thresholds, data["anchors"]], sort_keys=True)
            digest = hashlib.sha256(meaning.encode()).hexdigest()
            known = set(data.get("features", ())) | {n for m in models.values() for w in m.values() for n in w if n}
            if set(models) != {"names", "likeness"} or any(set(m) != {"1", "2", "3"} for m in models.values()):
                raise ValueError("not a matcher file of this version; fit it again with `newswatch fit`")
            if strange := known ^ set(SAYS):
                told = ", ".join(sorted(strange)[:5])
                raise ValueError(
                    f"the weights and this version of newswatch differ in what they know ({told}); "
                    "fit them again with `newswatch fit`"
                )
            return cls(f"{CODE}.{data['version']}.{digest[:8]}", models, thresholds, anchors, data.get("means", {}))
        except (KeyError, TypeError, AttributeError) as e:
            raise ValueError(f"not a matcher file: {e!r}") from e

    def common(self, encode: "Encode") -> NDArray[np.float64]:
        """Give the mean vector of the anchors: read where the file has it for this encoder, else encoded."""
        if known := self.means.get(encode.version):
            return np.frombuffer(base64.b64decode(known), "<f4").astype(np.float64)
        vectors = encode.encode("e5", self.anchors).astype(np.float64)
        return vectors.mean(axis=0) if len(vectors) else np.zeros(vectors.shape[1])


@cache
def default_weights() -> MatchWeights:
    """Read the weights that ship with newswatch, once."""
    return MatchWeights.from_json(resources.files("pipeline").joinpath("data/matcher.json").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class Look:
    """One story as the matcher sees it, before weighing."""

    found: Findings
    opening: Findings  # what stands in title and summary, or in the first words of the article where they are short
    values: Mapping[str, float]
    model: str  # which weights decide: "names" or "likeness"
    tier: str  # "nobody" (none is named who counts), "names" or "likeness"
    seed_key: str | None
    similarity: float | None


class Matcher:
    """Judges stories; every story alone, so that neither order nor batch changes a result."""

    index: cached_property[Index] = cached_property(lambda self: compiled(self.watchlist)[0])
    profile: cached_property[Profile] = cached_property(lambda self: compiled(self.watchlist)[1])

    def __init__(self, watchlist: Watchlist, weights: MatchWeights, encode: Encode) -> None:
        """Take what judges; the watchlist is compiled, and the encoder asked, when a story needs them."""
        self.watchlist = watchlist
        self.weights = weights
        self.encode = encode
        self._weighed = lru_cache(maxsize=1024)(self._weigh)  # most stories are alike: they name nobody
        self._of_nothing: dict[bool, dict[str, float]] = {}
        self._seeds: list[NDArray[np.float32]] = []
        self._common: NDArray[np.float64] | None = None  # the mean of the anchors

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
        probabilities, contributions = self._weighed(look.model, tuple(look.values.items()))
        level = Level.NONE
        if look.tier != "nobody":
            for name, at in sorted(self.weights.thresholds.items()):
                if probabilities[name] < at:
                    break
                level = Level(int(name))
        named = {m.entity for m in look.opening.mentions}
        return Match(
            story_id=story.id,
            watchlist_version=self.watchlist.version,
            matcher_version=self.version,
            level=level,
            score=round(probabilities["1"], 4),
            seed_key=look.seed_key,
            similarity=look.similarity,
            topics=self._topics(named, level) if level else (),
            mentions=look.found.mentions,
            facts=self._facts(story) if level else (),
            evidence={
                "tier": look.tier,
                "model": look.model,
                "probabilities": {k: round(v, 4) for k, v in probabilities.items()},
                "features": {k: round(v, 4) for k, v in look.values.items() if v},
                "contributions": {level: dict(part) for level, part in contributions.items()},
                "mentions": [_mention(m) for m in look.found.mentions[:MAX_EVIDENCE_MENTIONS]],
                "fields": {k: sorted({h.found for h in hits}) for k, hits in look.found.fields.items()},
                "cues": {k: sorted({h.found for h in hits}) for k, hits in look.opening.cues.items()},
                "lookalikes": {
                    k: [{"part": h.part, "start": h.start, "end": h.end, "found": h.found} for h in hits]
                    for k, hits in look.found.lookalikes.items()
                },
            },
        )

    def look(self, story: Story) -> Look:
        """Gather what is known of a story: names and fields for all, cues for candidates, likeness where unsure."""
        found = self.index.find(story.title, story.summary, story.text)
        words = passage(story.title, story.summary)
        limit = 0
        if len(words) < SHORT and story.text:
            words = passage(words, story.text[: 2 * PASSAGE])
            limit = 2 * PASSAGE
        opening = before(found, limit)
        tier, model = "nobody", "names"
        if self._is_candidate(opening):
            tier = "names"
            said = cues.find(story.title, story.summary, story.text[:limit], story.language)
            opening = replace(opening, cues=said, sums=self._sums(story, opening))
        values = self._values(opening, bool(story.title.strip()))
        similarities: dict[str, float] = {}
        if tier == "names" and words and self._is_unsure(values) and "e5" in self.encode.names:
            similarities = self.similarities(words, story.title)
        nearest = max(similarities, key=lambda k: (similarities[k], k)) if similarities else None
        if similarities:
            tier = model = "likeness"
            values["similarity"] = scaled(sum(similarities.values()) / len(similarities))
        return Look(
            found=found,
            opening=opening,
            values=values,
            model=model,
            tier=tier,
            seed_key=nearest,
            similarity=round(similarities[nearest], 4) if nearest else None,
        )

    def _values(self, opening: Findings, titled: bool) -> dict[str, float]:
        """Number an opening; of nothing, which most stories have, only once."""
        if opening.mentions or opening.fields or opening.lookalikes:
            return features(opening, self.profile, titled)
        known = self._of_nothing[titled] = self._of_nothing.get(titled) or features(Findings(), self.profile, titled)
        return dict(known)

    def _sums(self, story: Story, opening: Findings) -> tuple[tuple[float, str], ...]:
        """Read the sums in title and summary where the seeds name some, and one or two of those who take part stand."""
        p = self.profile
        named = {m.entity for m in opening.mentions}
        if not p.sums or not (named & p.subjects or len(named & (p.hosts | p.newcomers)) >= 2):
            return ()
        return sums(story.title, story.language) + sums(story.summary, story.language)

    def _weigh(
        self, model: str, values: tuple[tuple[str, float], ...]
    ) -> tuple[dict[str, float], dict[str, dict[str, float]]]:
        """Give the probability of each threshold, and what the features add to its log-odds, the heaviest first."""
        parts, probabilities = weigh(dict(values), self.weights.models[model])
        felt = {level: sorted(filter(_is_felt, part.items()), key=_by_weight) for level, part in parts.items()}
        return probabilities, {level: {n: round(c, 3) for n, c in part} for level, part in felt.items()}

    def _is_candidate(self, found: Findings) -> bool:
        """Say whether a story may be ours at all: somebody is named who counts.

        Context alone (a politician, a city) counts only beside words of a field, a firm of the trade not even there.
        """
        named = {m.entity for m in found.mentions}
        speaks = any(key in found.fields for key in self.profile.fields)
        return bool(named & self.profile.claims) or bool(named - self.profile.strangers and speaks)

    def _is_unsure(self, values: Mapping[str, float]) -> bool:
        """Say whether likeness may change the level that names and fields give."""
        _, chances = weigh(values, self.weights.models["names"])
        return chances["2"] > UNSURE

    def similarities(self, words: str, title: str) -> dict[str, float]:
        """Compare with each seed, a headline with its headline; centred, as E5's cosines are bunched by language."""
        if self._common is None:
            for s in self.watchlist.seeds:
                self._seeds.append(self.encode.encode("e5", compared(s)))
            self._common = self.weights.common(self.encode)
        vector = self.encode.encode("e5", [words])[0].astype(np.float64)
        if not vector.any():
            return {}
        common, form = float(self._common @ vector), int(words == passage(title, ""))
        return {
            s.key: float(v[form].astype(np.float64) @ vector) - _E5_SHARE * common
            for s, v in zip(self.watchlist.seeds, self._seeds, strict=True)
        }

    def _topics(self, named: set[str], level: Level) -> tuple[str, ...]:
        """Give the topics of who is named; who merely stands near a topic counts only where nobody else does."""
        near = [t for t in self.watchlist.topics if named.intersection(t.entities)]
        weak = self.profile.proxies | self.profile.allies
        subject = [t for t in near if level >= Level.SUBJECT and self.profile.subjects.intersection(t.entities)]
        own = [t for t in near if t in subject or named.intersection(t.entities) - weak]
        return tuple(t.key for t in own or near)

    def _facts(self, story: Story) -> tuple[Fact, ...]:
        parts = (("title", story.title), ("summary", story.summary), ("text", story.text))
        return tuple(f for part, text in parts for f in quantities.read(text, story.language, part))


def scaled(similarity: float) -> float:
    """Stretch a mean similarity to the seeds to about 0..0.5 over what occurs.

    The fit punishes large weights: so likeness, whose scale differs by storyline, is heard after the acts.
    """
    return round(0.5 * min(1.2, max(-0.2, (similarity - _LOW) / (_HIGH - _LOW))), 6)


def weigh(
    values: Mapping[str, float], model: Mapping[str, Mapping[str, float]]
) -> tuple[dict[str, dict[str, float]], dict[str, float]]:
    """Weigh features: what those there are add to each threshold's log-odds, and the probability of "at least" it.

    A higher level is never likelier than a lower one.
    """
    parts: dict[str, dict[str, float]] = {}
    probabilities: dict[str, float] = {}
    below = 1.0
    for level in sorted(model):
        weights = model[level]
        parts[level] = {n: w * v for n, w in weights.items() if (v := 1.0 if n == "" else values.get(n, 0.0))}
        odds = math.fsum(parts[level].values())
        below = min(below, 1.0 / (1.0 + math.exp(-max(-40.0, min(40.0, odds)))))
        probabilities[level] = below
    return parts, probabilities


def _is_felt(item: tuple[str, float]) -> bool:
    return abs(item[1]) >= 5e-4


def _by_weight(item: tuple[str, float]) -> tuple[float, str]:
    return -abs(item[1]), item[0]


def _mention(m: Mention) -> dict[str, Any]:
    return {"entity": m.entity, "alias": m.alias, "part": m.part, "start": m.start, "end": m.end, "found": m.found}
