"""The commands about judging: explain, facts, and the evaluations that are contracts."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Protocol

import typer
from rich.markup import escape

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption, WatchOption
from pipeline.words.page import amount

if TYPE_CHECKING:
    from pipeline.model import Fact

LinesArgument = Annotated[Path, typer.Argument(help="A file of JSON lines, gzipped or not.", metavar="FILE")]


class _Dataclass(Protocol):
    __dataclass_fields__: ClassVar[dict[str, Any]]


def register(app: typer.Typer) -> None:
    """Add these commands to the command line."""
    for command in (explain, facts, evaluate, evaluate_language, evaluate_events, evaluate_stream):
        app.command(command.__name__.replace("_", "-"))(command)


def explain(
    story: Annotated[str, typer.Argument(help="Its number, its address, or the first digits of its hash.")],
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Tell why a story matched and why it joined its event, with the evidence."""
    from pipeline.cli import explained
    from pipeline.desk import explain as step

    found = step.run(common.load(database=database), story)
    if as_json:
        common.print_json(asdict(found))
    else:
        explained.show(found)


def facts(
    text: Annotated[str, typer.Argument(help="Any text.")],
    language: Annotated[
        str | None, typer.Option("--lang", help="Its language, BCP 47; a hint that may be wrong.")
    ] = None,
    with_why: Annotated[
        bool, typer.Option("--explain", help="Say which words of which files, and which rule, made each fact.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the quantities read from a text: money, energy, power, dates, counts."""
    from pipeline.cli import explained
    from pipeline.desk import facts as step

    if with_why:
        why = step.explain(text, language)
        if as_json:
            common.print_json([_fact(f.fact) | {"words": [asdict(w) for w in f.words], "rule": f.rule} for f in why])
            return
        for found in why:
            f = found.fact
            explained.say(f"[bold]{escape(f.text)}[/]: {f.kind} {amount(f)}")
            for w in found.words:
                files = ", ".join(f"facts.{tag}.toml" for tag in w.files)
                explained.say(escape(f"  “{w.word}” is {w.table} {w.key} in {files}"))
            role = f"role {f.role}: {found.rule}" if f.role else "no role: no cue is near enough"
            if f.kind not in {"date", "count"}:
                explained.say(f"  {role}")
        return
    facts = step.read(text, language)
    if as_json:
        common.print_json([_fact(f) for f in facts])
        return
    rows = [(f.kind, amount(f), f"{f.value:,.12g} {f.unit}", f.role, text[f.start : f.end]) for f in facts]
    common.print_table(("kind", "value", "in base units", "role", "written"), rows)


def _fact(fact: "Fact") -> dict[str, Any]:
    keys = ("kind", "value", "unit", "role", "start", "end", "text", "approximate", "bound")
    return {key: getattr(fact, key) for key in keys} | ({} if fact.upper is None else {"upper": fact.upper})


def evaluate(
    file: Annotated[
        Path | None, typer.Argument(help="A file of JSON lines, gzipped or not.", metavar="[FILE]", show_default=False)
    ] = None,
    from_store: Annotated[
        bool, typer.Option("--from-store", help="The stored stories that people labelled, in place of a file.")
    ] = False,
    watch: WatchOption = None,
    database: DatabaseOption = None,
    floor: Annotated[float | None, typer.Option("--floor", help="Exit 1 when an F1 is below it.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure matching on labelled stories: lines {lang, title, summary, url, date, relevance 0-3}."""
    from pipeline.desk.evaluate import match as step

    settings = common.load(watch, database)
    with common.progress(not as_json) as report:
        if file is not None and not from_store:
            found = step.run(file, settings, floor=floor, progress=report)
        elif from_store and file is None:
            found = step.from_store(settings, floor=floor, progress=report)
        else:
            raise typer.BadParameter("give either a FILE or --from-store")
    if as_json:
        common.print_json(_written(found, "floor", "below_floor", "standing"))
    else:
        common.out.print(step.render(found), soft_wrap=True, highlight=False, markup=False)
    if found.below_floor:
        raise typer.Exit(1)


def evaluate_language(file: LinesArgument, as_json: JsonOption = False) -> None:
    """Measure language detection on lines LANGUAGE <tab> TEXT (further columns are ignored)."""
    from pipeline.desk.evaluate import language as step

    found = step.run(file)
    if as_json:
        written = _written(found)
        del written["said_as"]  # of all languages it says nothing
        common.print_json(written)
        return

    def share(value: float | None, digits: int) -> str:
        return "-" if value is None else f"{value:.{digits}f}"  # a label that was never answered has no share

    rows = [
        (tag, row.n, share(row.accuracy, 3), share(row.abstained, 3))
        for tag, row in sorted(found.languages.items(), key=lambda item: (item[1].accuracy or 0.0, item[0]))
    ]
    common.print_table(("language", "n", "right", "abstained"), rows)
    common.out.print(
        f"{found.all.n} texts: right {share(found.all.accuracy, 4)} of what is said, abstained "
        f"{share(found.all.abstained, 4)}, wrong at confidence >= 0.9 {share(found.all.wrong_confident, 4)}, "
        f"{found.texts_per_second or 0:.0f} texts a second",
        soft_wrap=True,
    )


def evaluate_events(
    file: LinesArgument,
    watch: WatchOption = None,
    all_lines: Annotated[
        bool,
        typer.Option(
            "--all", help="Cluster every line, whatever the matcher says of it (for streams without watched entities)."
        ),
    ] = False,
    pairs: Annotated[
        Path | None,
        typer.Option("--pairs", help="Lines {lang1, title1, text1, lang2, title2, text2, same}, measured besides."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Measure clustering on lines {lang, title, summary, url, date, event}; only lines with an event count."""
    from pipeline.desk.evaluate import events as step

    with common.progress(not as_json) as report:
        found = step.run(file, common.load(watch), all_lines=all_lines, pairs_path=pairs, progress=report)
    if as_json:
        common.print_json(_written(found, "pairs"))
        return
    figures = {"B³": found.b3, "pairwise": found.pairwise, "cross-lingual": found.cross_lingual, "pairs": found.pairs}
    rows = [(name, *(f"{r[k]:.4f}" for k in ("precision", "recall", "f1"))) for name, r in figures.items() if r]
    common.print_table(("", "precision", "recall", "F1"), rows)
    common.out.print(f"{found.n} labelled stories, {found.refused} lines refused by the matcher")
    torn = [("event", s["event"], "found as", s["found"]) for s in found.worst_splits]
    torn += [("found", j["found"], "of events", j["events"]) for j in found.worst_joins]
    for kind, name, how, parts in torn:
        said = ", ".join(f"{part} ({n})" for part, n in parts)
        common.out.print(f"  {kind} {name} {how} {said}", soft_wrap=True, highlight=False, markup=False)


def evaluate_stream(file: LinesArgument, watch: WatchOption = None, as_json: JsonOption = False) -> None:
    """Measure what one instant reader would be mailed of a labelled stream, by the real steps on a simulated clock."""
    from pipeline import steps
    from pipeline.desk.evaluate import stream as step

    with common.progress(not as_json) as report:
        found = step.run(file, common.load(watch, log_format="quiet"), steps.perform, progress=report)
    if as_json:
        written = _written(found)
        for lost in written["worst"]:
            if lost["told_in"] is None:
                del lost["told_in"]
        common.print_json(written)
    else:
        common.out.print(step.render(found), soft_wrap=True, highlight=False, markup=False)


def _written(found: _Dataclass, *optional: str) -> dict[str, Any]:
    """Write a result as JSON: the figures "all" first and flat, without those `optional` that nobody asked for."""
    told = asdict(found)
    first: dict[str, Any] = told.pop("all", {})
    return first | {k: v for k, v in told.items() if v is not None or k not in optional}
