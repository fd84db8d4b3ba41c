"""The command that teaches: fit the matcher's weights on what people said of stories."""

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from rich.markup import escape

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption, JsonOption, WatchOption
from pipeline.cli.explained import say

if TYPE_CHECKING:
    from pipeline.desk.fit import Fitted, Moved


def register(app: typer.Typer) -> None:
    """Add the command to the command line."""
    app.command()(fit)


def fit(
    files: Annotated[
        list[str] | None,
        typer.Argument(
            help="Labelled lines, FILE or FILE@WEIGHT; without any, the labels in the store.", metavar="[FILE…]"
        ),
    ] = None,
    other: Annotated[
        list[str] | None,
        typer.Option("--other", help="Lines of another storyline, WATCH_DIR:FILE[@WEIGHT]; never taken unless named."),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Forget the weights in use; needs thousands of lines.")
    ] = False,
    out: Annotated[
        Path | None, typer.Option("--out", help="Write there; by default matcher-N.json in the watch folder.")
    ] = None,
    watch: WatchOption = None,
    database: DatabaseOption = None,
    as_json: JsonOption = False,
) -> None:
    """Refit the levels on labels, say what gets better and what worse, and write a new, numbered file.

    Nothing uses the file until NEWSWATCH_MATCHER_FILE names it: look at `newswatch backtest` first, then `rematch`.
    """
    from pipeline.desk import fit as step

    sources = [step.source(f) for f in files or ()]
    for text in other or ():
        folder, colon, file = text.partition(":")
        if not colon:
            raise typer.BadParameter(f"{text!r} is not WATCH_DIR:FILE", param_hint="--other")
        sources.append(step.source(file, Path(folder)))
    with common.progress(not as_json) as report:
        found = step.run(common.load(watch, database), sources, fresh=fresh, out=out, progress=report)
    if as_json:
        common.print_json(_written(found))
        return
    rows = [
        (name, s.n, *(f"{b:.3f} → {a:.3f}" for b, a in zip(s.before, s.after, strict=True)))
        for name, s in found.sets.items()
    ]
    common.print_table(("labels", "n", "level ≥ 1", "level ≥ 2", "level 3"), rows)
    say("F1 of the weights in use → of new ones that saw nothing of the story's event")
    for how, moved in (("better", found.better), ("worse", found.worse)):
        say(f"{len(moved)} stories get {how}" + (":" if moved else ""))
        for m in moved[:12]:
            old, new = (m.wrong, m.level) if how == "better" else (m.level, m.wrong)
            say(f"  {old} → {new} (label {m.level}) {m.lang} {escape((m.title or '')[:90])}")
    say(f"wrote {escape(found.file)} ({found.version}); try it:")
    say(f"  NEWSWATCH_MATCHER_FILE={escape(found.file)} newswatch backtest --since …")


def _written(found: "Fitted") -> dict[str, Any]:
    """Write a fit as JSON: of a story that moved, "was" is the wrong level and "is" the right one, its label."""

    def rows(moved: "list[Moved]") -> list[dict[str, Any]]:
        return [
            {"set": m.set, "lang": m.lang, "title": m.title, "level": m.level, "was": m.wrong, "is": m.level}
            for m in moved
        ]

    return asdict(found) | {"better": rows(found.better), "worse": rows(found.worse)}
