"""Fit the matcher's weights on labels: one's own, or files of labelled lines; tell what gets better and what worse."""

import base64
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from threadpoolctl import threadpool_limits

from pipeline import catalog, steps, store
from pipeline.core.match import fit
from pipeline.core.match.features import passage
from pipeline.core.match.judge import UNSURE, Matcher, MatchWeights, default_weights
from pipeline.core.measure import labelled
from pipeline.desk import unpacked
from pipeline.errors import ConfigError, NotFoundError
from pipeline.model import Story
from pipeline.settings import Settings
from pipeline.steps import Progress, silent
from pipeline.store import labels as label_store

RARE = 3.0  # what a line of another storyline counts at level 3, of which each storyline has one happening
FEWEST = 20  # labels below which a fit says nothing

Row = Mapping[str, Any]  # a labelled line as parsed: JSON of any keys


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file of labelled lines, the storyline that it belongs to, and what one of its lines counts."""

    path: Path
    watch_dir: Path | None = None  # None: the storyline of the settings
    weight: float = 1.0


def source(text: str, watch_dir: Path | None = None) -> LabelFile:
    """Read "FILE" or "FILE@WEIGHT"."""
    path, at, weight = text.rpartition("@")
    if at and re.fullmatch(r"\d*\.?\d+", weight):
        return LabelFile(Path(path), watch_dir, float(weight))
    return LabelFile(Path(text), watch_dir)


@dataclass(frozen=True, slots=True)
class SetScore:
    """F1 at level >= 1, >= 2 and = 3 on one set of labels, of the weights in use and of new ones."""

    n: int
    before: list[float]
    after: list[float]  # of models that saw nothing of the story's event


@dataclass(frozen=True, slots=True)
class Moved:
    """A story that one of both, the weights in use and the new ones, judges as labelled."""

    set: str
    lang: str | None
    title: str | None
    level: int  # the label
    wrong: int  # what the other says


@dataclass(frozen=True, slots=True)
class Fitted:
    """Weights fitted on labels and written to a file."""

    file: str
    version: str
    n: int
    sets: dict[str, SetScore]
    better: list[Moved]
    worse: list[Moved]


def run(
    settings: Settings,
    sources: Sequence[LabelFile] = (),
    *,
    fresh: bool = False,
    out: Path | None = None,
    progress: Progress = silent,
) -> Fitted:
    """Fit on `sources`, or on the store's labels; write a new file and give what cross-validation says of it.

    Weights are drawn to those in use, so that few labels change little; `fresh` forgets them. Lines marked
    part = "blind" are left out.
    """
    standing = _standing(settings, fresh)
    rows, names, examples = _gathered(settings, sources, standing, progress)
    level = np.array([e.level for e in examples])
    if len(rows) < FEWEST or len(set(level.tolist())) < 2:
        raise ConfigError(
            f"{len(rows)} labelled stories of {len(set(level.tolist()))} levels: too few to learn from; "
            f"label {FEWEST} and more, of what is ours and of what is not (`newswatch label STORY 0..3`)"
        )
    before = _judged(standing, examples)
    with threadpool_limits(1, "blas"):  # the matrices are small: more threads wait, busily, for three times the time
        models, after = _learnt(None if fresh else standing, examples, progress)
    parts = {name: np.array([n == name for n in names]) for name in dict.fromkeys(names)}
    sets = {
        name: SetScore(int(part.sum()), _f1(level[part], before[part]), _f1(level[part], after[part]))
        for name, part in parts.items()
    }
    content = {
        "version": "1",
        "made_by": "newswatch fit",
        "fitted_on": {n: s.n for n, s in sets.items()},
        "drawn_to": "nothing" if fresh else standing.version,
        "encoder": steps.encoder(settings).version,
        "cross_validated_f1": {n: s.after for n, s in sets.items()},
        "features": list(fit.NAMES),
        "thresholds": dict.fromkeys(fit.LEVELS, 0.5),
        "models": models,
        "anchors": list(fit.ANCHORS),
        "means": _means(settings),
    }
    target = out or _next(settings.watch_dir or Path())
    target.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Fitted(
        file=str(target),
        version=MatchWeights.from_json(target.read_text(encoding="utf-8")).version,
        n=len(rows),
        sets=sets,
        better=_moved(rows, names, level, before, after),
        worse=_moved(rows, names, level, after, before),
    )


def _judged(standing: MatchWeights, examples: Sequence[fit.Example]) -> Any:
    """Give the levels that the weights in use give."""
    table = fit.table(examples)
    mask = np.ones(len(fit.NAMES))
    mask[fit.LIKENESS] = 0.0
    return _cascade(
        fit.predict(fit.from_model(standing.models["names"]), table * mask),
        fit.predict(fit.from_model(standing.models["likeness"]), table),
        examples,
    )


def _learnt(
    drawn_to: MatchWeights | None, examples: Sequence[fit.Example], progress: Progress
) -> tuple[dict[str, Mapping[str, Any]], Any]:
    """Learn both models; give them, and the levels that models give which did not see the example."""
    level = np.array([e.level for e in examples])
    weight, tables = fit.weights_of(examples), fit.tables_of(examples)
    models: dict[str, Mapping[str, Any]] = {}
    crossed: dict[str, fit.Floats] = {}
    zeros = np.zeros((len(fit.LEVELS), len(fit.NAMES) + 1))
    for done, (name, alike) in enumerate((("names", False), ("likeness", True))):
        prior = fit.from_model(drawn_to.models[name]) if drawn_to else zeros
        progress("fit", 2 * done, 4)
        crossed[name] = fit.cross_validate(examples, alike=alike, prior=prior)
        progress("fit", 2 * done + 1, 4)
        models[name] = fit.as_model(fit.learn(tables, level, weight, alike=alike, prior=prior, start=prior))
    return models, _cascade(crossed["names"], crossed["likeness"], examples)


def _gathered(
    settings: Settings, sources: Sequence[LabelFile], standing: MatchWeights, progress: Progress
) -> tuple[list[Row], list[str], list[fit.Example]]:
    """Read and look at the labelled lines: each line, the name of its set, and what the matcher sees in it."""
    rows: list[Row] = []
    names: list[str] = []
    examples: list[fit.Example] = []
    matchers: dict[Path | None, Matcher] = {}
    given = [(s, _read(s.path)) for s in sources] or [(LabelFile(Path("labels")), _labels(settings))]
    for s, lines in given:
        if s.watch_dir not in matchers:
            folder = s.watch_dir or settings.watch_dir or catalog.default_dir()
            matchers[s.watch_dir] = Matcher(catalog.load(folder).watchlist, standing, steps.encoder(settings))
        for i, row in enumerate(lines):
            if row.get("part") == "blind":
                continue
            examples.append(_example(matchers[s.watch_dir], row, s, i))
            rows.append(row)
            names.append(s.path.name if s.watch_dir is None else f"{s.watch_dir.name}/{s.path.name}")
            progress("look", len(rows), None)
    return rows, names, examples


def _means(settings: Settings) -> dict[str, str]:
    """Encode the anchors once for all runs to come: each would need them before its first likeness."""
    encode = steps.encoder(settings)
    if "e5" not in encode.names:
        return {}
    mean = encode.encode("e5", fit.ANCHORS).astype("<f8").mean(axis=0).astype("<f4")
    return {encode.version: base64.b64encode(mean.tobytes()).decode()}


def _standing(settings: Settings, fresh: bool) -> MatchWeights:
    try:
        if settings.matcher_file is None:
            return default_weights()
        return MatchWeights.from_json(settings.matcher_file.read_text(encoding="utf-8"))
    except (OSError, ValueError) as e:
        if fresh:
            return fit.blank()  # weights of other features: there is nothing to compare with
        raise ConfigError(f"the weights in use cannot be read ({e}); begin anew with --fresh") from e


def _read(path: Path) -> Sequence[Row]:
    rows: list[Row] = []
    for number, row in labelled.rows(unpacked.text(path), path.name):
        if row.get("relevance") not in (0, 1, 2, 3):
            raise ConfigError(
                f"{path.name}, line {number}: relevance is {row.get('relevance')!r}; expected 0, 1, 2 or 3"
            )
        rows.append(row)
    return rows


def _labels(settings: Settings) -> Sequence[Row]:
    from pipeline.desk.labels import export

    with store.read(settings.database_url) as db:
        if not label_store.listed(db):
            raise NotFoundError("no story is labelled yet; say `newswatch label STORY 0..3` of some first")
    return export(settings)


def _example(matcher: Matcher, row: Row, s: LabelFile, number: int) -> fit.Example:
    story = Story(
        0, "", "", row.get("title") or "", row.get("summary") or "", row.get("text") or "", row.get("lang") or "und"
    )
    look = matcher.look(story)
    words = passage(story.title, story.summary)
    alike = {}
    if look.tier != "nobody" and words and "e5" in matcher.encode.names:
        alike = matcher.similarities(words, story.title)
    # Level 3 is one happening by definition: its stories are parted by language, all others by event.
    group = str(row.get("event") or row.get("id") or f"{s.path.name} {number}")
    return fit.Example(
        found=look.opening,
        profile=matcher.profile,
        titled=bool(story.title.strip()),
        similarity=sum(alike.values()) / len(alike) if alike else None,
        level=int(row["relevance"]),
        group=group + (story.language if row["relevance"] == 3 else ""),
        weight=s.weight,
        rare=RARE if s.watch_dir is not None else 1.0,
        candidate=look.tier != "nobody",
    )


def _cascade(names: fit.Floats, alike: fit.Floats, examples: Sequence[fit.Example]) -> Any:
    known = np.array([e.similarity is not None for e in examples])
    p, _ = fit.cascaded(names, np.where(known[:, None], alike, names), UNSURE)
    return fit.levels_of(p * np.array([e.candidate for e in examples])[:, None])


def _f1(true: Any, said: Any) -> list[float]:
    out = []
    for k in (1, 2, 3):
        both = int(((true >= k) & (said >= k)).sum())
        out.append(round(2 * both / max(1, int((true >= k).sum()) + int((said >= k).sum())), 4))
    return out


def _moved(rows: Sequence[Row], names: Sequence[str], true: Any, wrong: Any, right: Any) -> list[Moved]:
    """List the stories that the one way gets wrong and the other right."""
    return [
        Moved(name, r.get("lang"), r.get("title"), int(t), int(w))
        for r, name, t, w, g in zip(rows, names, true, wrong, right, strict=True)
        if w != t and g == t
    ]


def _next(folder: Path) -> Path:
    """Name the next version: matcher-1.json, matcher-2.json …; a standing file is never written over."""
    taken = [int(m[1]) for p in folder.glob("matcher-*.json") if (m := re.fullmatch(r"matcher-(\d+)\.json", p.name))]
    return folder / f"matcher-{max(taken, default=0) + 1}.json"
