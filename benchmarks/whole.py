"""Measure the whole job beside lemon24/reader, which only fetches, parses and stores: what does the rest cost?

python -m benchmarks.whole --data DIR [--rounds 3] [--processes 1] [--beside CHECKOUT] [--profile] [--write README.md]

Both read the feed files of DIR from one loopback server (a process of its own) into an empty SQLite file of their own,
in turn, in one run; their modules are compiled beforehand, as installed ones are. Processor seconds are those of the
process and of all its children, user and system; memory is the peak of the largest process. `reader` is put into an
environment of its own under var/ at the first time. `--profile` prints what newswatch's own functions cost.
`--beside` measures the newswatch of an older checkout (with its .venv and its shipped watch folder) in reader's place.
"""

import argparse
import compileall
import json
import multiprocessing
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import real_run

ROOT = Path(__file__).resolve().parent.parent
READER = ROOT / "var" / "reader"
BEGIN, END = "<!-- by benchmarks.whole --write -->", "<!-- end -->"
READ = """
import sys
from pathlib import Path
from reader import make_reader
reader = make_reader(sys.argv[1])
for url in Path(sys.argv[2]).read_text().split():
    reader.add_feed(url)
reader.update_feeds()
print(reader.get_entry_counts().total)
"""


class Cost(NamedTuple):
    """What one run took."""

    cpu: float  # seconds, children included
    wall: float  # seconds
    memory: float  # MiB, of the largest process
    said: str  # standard output


def installed() -> Path:
    """Give the Python of reader's environment, which is made at the first call."""
    python = READER / "bin" / "python"
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", READER], check=True)
        # sgmllib3k: reader's own copy of feedparser asks for it, and the newest feedparser does not bring it any more
        subprocess.run([python, "-m", "pip", "install", "-q", "reader", "sgmllib3k"], check=True)
    return python


def measured(command: list[Any], environment: dict[str, str] | None = None) -> Cost:
    """Run a command to its end; raise SystemExit with its last words where it fails."""
    with tempfile.TemporaryFile("w+") as said, tempfile.TemporaryFile("w+") as log:
        start = time.perf_counter()
        process = subprocess.Popen(list(map(str, command)), env=environment, stdout=said, stderr=log)
        _, status, used = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
        said.seek(0), log.seek(0)
        if process.returncode:
            sys.exit(f"{command[0]} ended with {process.returncode}:\n{log.read()[-2000:]}")
        return Cost(used.ru_utime + used.ru_stime, wall, used.ru_maxrss / 1024, said.read())


def serve(files: list[Path], told: Connection) -> None:
    """Serve until this process is ended."""
    told.send(real_run.serve(files).server_address[1])
    time.sleep(1e6)


def table(runs: dict[str, list[Cost]]) -> str:
    """Give the table of medians, and the ratio with its spread."""
    lines = ["| | CPU s | wall s | peak MiB |", "|---|--:|--:|--:|"]
    for name, costs in runs.items():
        middle = [statistics.median(getattr(c, of) for c in costs) for of in ("cpu", "wall", "memory")]
        lines.append("| {} | {:.1f} | {:.1f} | {:.0f} |".format(name, *middle))
    first, second = runs.values()
    ratios = [a.cpu / b.cpu for a, b in zip(second, first, strict=True)]
    spread = f"{min(ratios):.2f} to {max(ratios):.2f} in {len(ratios)} rounds"
    return "\n".join([*lines, f"| ratio of CPU | {statistics.median(ratios):.2f} ({spread}) | | |"])


def written(text: str, made: str, mark: str = BEGIN) -> str:
    """Give a page with `made` in place of what stands between the marks; raise ValueError where there are none."""
    before, begin, rest = text.partition(f"{mark}\n")
    _, end, after = rest.partition(f"{END}\n")
    if not begin or not end:
        raise ValueError(f"no lines {mark} and {END} to write between")
    return f"{before}{begin}{made}\n{end}{after}"


def show(costs: list[Cost]) -> None:
    """Print the shares of newswatch's steps."""
    steps = [json.loads(c.said) for c in costs]
    total = sum(t["seconds"] for tallies in steps for t in tallies)
    shares: dict[str, float] = {}
    for t in (t for tallies in steps for t in tallies):
        shares[t["step"]] = shares.get(t["step"], 0.0) + t["seconds"]
    print("; ".join(f"{t['step']} {t['seen']} seen, {t['done']} done" for t in steps[-1]))
    for step, seconds in shares.items():
        print(f"  {step:9} {seconds / len(steps):6.2f} s {100 * seconds / total:5.1f} %")
    print("  (what is parsed while feeds keep us waiting counts in fetch and in parse)")


def read(home: Path, files: list[Path], port: int) -> Cost:
    """Let reader read the files."""
    (home / "urls").write_text("\n".join(f"http://127.0.0.1:{port}/{p.name}" for p in files))
    (home / "read.py").write_text(READ)
    return measured([installed(), home / "read.py", home / "reader.db", home / "urls"])


def older(checkout: Path, home: Path, files: list[Path], port: int) -> Cost:
    """Let the newswatch of another checkout do the whole job in one process, with what it ships."""
    shipped = checkout / "pipeline" / "data"
    shutil.copytree(shipped / "watch", home / "watch")
    shutil.copy(shipped / "sample" / "subscriptions.toml", home / "watch")
    real_run.write_feeds(home / "watch", files, port)
    command = [checkout / ".venv" / "bin" / "newswatch", *real_run.COMMAND[1:]]
    return measured(command, real_run.environment(home, None) | {"NEWSWATCH_PROCESSES": "1"})


def main() -> None:
    """Run as the module's docstring says."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--data", type=Path, required=True)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--processes", type=int, default=1, help="NEWSWATCH_PROCESSES")
    options.add_argument("--beside", type=Path, help="a checkout of newswatch to measure in reader's place")
    options.add_argument("--profile", action="store_true")
    options.add_argument("--write", type=Path, help="write the table into a page, between its marks")
    args = options.parse_args()
    files = sorted(p for p in args.data.iterdir() if p.is_file() and p.suffix != ".tsv")
    other = "older" if args.beside else "reader"
    for root in (ROOT, args.beside) if args.beside else (ROOT,):
        for folder in ("pipeline", "sql"):
            compileall.compile_dir(root / folder, quiet=1)
    mine, theirs = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(files, theirs), daemon=True)
    server.start()
    port = mine.recv()
    runs: dict[str, list[Cost]] = {other: [], "newswatch": []}
    for _ in range(args.rounds):
        with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryDirectory() as beside:
            home = Path(folder)
            if args.beside:
                runs[other].append(older(args.beside.resolve(), Path(beside), files, port))
            else:
                runs[other].append(read(Path(beside), files, port))
            real_run.write_watch(home / "watch", files, port)
            command = [*real_run.COMMAND]
            if args.profile:
                command = [sys.executable, "-m", "cProfile", "-o", str(home / "profile"), *command]
            environment = real_run.environment(home, None) | {"NEWSWATCH_PROCESSES": str(args.processes)}
            runs["newswatch"].append(measured(command, environment))
            if args.profile:
                subprocess.run(
                    [sys.executable, "-c", f"import pstats; pstats.Stats({str(home / 'profile')!r})"
                     ".sort_stats('tottime').print_stats(50).sort_stats('cumtime').print_stats(110)"],
                    check=True,
                )  # fmt: skip
        print("; ".join(f"{name} {c[-1].cpu:.1f} s of CPU, {c[-1].wall:.1f} s" for name, c in runs.items()), flush=True)
    server.kill()
    print(f"{len(files)} feeds" + ("" if args.beside else f"; reader stored {runs[other][-1].said.strip()} entries"))
    print(made := table(runs))
    for costs in runs.values() if args.beside else [runs["newswatch"]]:
        show(costs)
    if args.write:
        args.write.write_text(written(args.write.read_text(encoding="utf-8"), made), encoding="utf-8")


if __name__ == "__main__":
    main()
