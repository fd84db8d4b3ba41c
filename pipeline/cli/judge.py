"""The commands about judging: explain, facts, and the evaluations that are contracts."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.markup import escape

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption, WatchOption
from pipeline.words.page import amount

LinesArgument = Annotated[Path, typer.Argument(help="A file of JSON lines, gzipped or not.", metavar="FILE")]


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

    found = step.explain(text, language) if with_why else step.read(text, language)
    if as_json:
        common.print_json(found)
        return
    if with_why:
        for f in found:
            explained.say(f"[bold]{escape(f['text'])}[/]: {f['kind']} {amount(f)}")
            for w in f["words"]:
                files = ", ".join(f"facts.{tag}.toml" for tag in w["files"])
                explained.say(escape(f"  “{w['word']}” is {w['table']} {w['key']} in {files}"))
            role = f"role {f['role']}: {f['rule']}" if f["role"] else "no role: no cue is near enough"
            if f["kind"] not in {"date", "count"}:
                explained.say(f"  {role}")
        return
    rows = [
        (
            f["kind"],
            amount(f),
            f"{f['value']:,.12g} {f['unit']}",
            f["role"],
            text[f["start"] : f["end"]],
        )
        for f in found
    ]
    common.print_table(("kind", "value", "in base units", "role", "written"), rows)


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
        common.print_json(found)
    else:
        common.out.print(step.render(found), soft_wrap=True, highlight=False, markup=False)
    if found.get("below_floor"):
        raise typer.Exit(1)


def evaluate_language(file: LinesArgument, as_json: JsonOption = False) -> None:
    """Measure language detection on lines LANGUAGE <tab> TEXT (further columns are ignored)."""
    from pipeline.desk.evaluate import language as step

    found = step.run(file)
    if as_json:
        common.print_json(found)
        return

    def share(value: float | None, digits: int) -> str:
        return "-" if value is None else f"{value:.{digits}f}"  # a label that was never answered has no share

    rows = [
        (tag, row["n"], share(row["accuracy"], 3), share(row["abstained"], 3))
        for tag, row in sorted(found["languages"].items(), key=lambda item: (item[1]["accuracy"] or 0.0, item[0]))
    ]
    common.print_table(("language", "n", "right", "abstained"), rows)
    common.out.print(
        f"{found['n']} texts: right {share(found['accuracy'], 4)} of what is said, "
        f"abstained {share(found['abstained'], 4)}, wrong at confidence >= 0.9 {share(found['wrong_confident'], 4)}, "
        f"{found['texts_per_second'] or 0:.0f} texts a second",
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
        common.print_json(found)
        return
    rows = [(name, *(f"{part[k]:.4f}" for k in ("precision", "recall", "f1"))) for name, part in _ratios(found)]
    common.print_table(("", "precision", "recall", "F1"), rows)
    common.out.print(f"{found['n']} labelled stories, {found.get('refused', 0)} lines refused by the matcher")
    for name in ("worst_splits", "worst_joins"):
        for row in found[name][:10]:
            common.out.print(f"  {name.removeprefix('worst_')}: {row}", soft_wrap=True, highlight=False, markup=False)


def evaluate_stream(file: LinesArgument, watch: WatchOption = None, as_json: JsonOption = False) -> None:
    """Measure what one instant reader would be mailed of a labelled stream, by the real steps on a simulated clock."""
    from pipeline import steps
    from pipeline.desk.evaluate import stream as step

    with common.progress(not as_json) as report:
        found = step.run(file, common.load(watch, log_format="quiet"), steps.perform, progress=report)
    if as_json:
        common.print_json(found)
    else:
        common.out.print(step.render(found), soft_wrap=True, highlight=False, markup=False)


def _ratios(found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, float]]]:
    named = (("B³", "b3"), ("pairwise", "pairwise"), ("cross-lingual", "cross_lingual"), ("pairs", "pairs"))
    return [(title, found[key]) for title, key in named if key in found]
