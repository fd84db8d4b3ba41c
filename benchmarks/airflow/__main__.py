"""What Airflow costs, and how long the news takes through it. Each part by itself; needs the tests' wheels.

python -m benchmarks.airflow cost [--workers N]        a run, a mapped task, the way from a trigger to the last mail
python -m benchmarks.airflow many [--feeds 10000] [--workers N]    that many feeds in batches, first and unchanged
python -m benchmarks.airflow latency [--minutes 45]    from a story in a feed to its mail, at the default schedule
python -m benchmarks.airflow real --data DIR [--kills 10]    a folder of real feed files, tasks killed on the way
"""

import argparse
import json
import signal
import sys
import tempfile
from pathlib import Path

from benchmarks.airflow import cost, latency, many, real
from tests.e2e.cluster import ROOT


def main() -> None:
    """Measure one part and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("part", choices=["cost", "many", "latency", "real"])
    parser.add_argument("--workers", type=int, default=0, help="Celery workers; 0: LocalExecutor")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--feeds", type=int, default=10_000)
    parser.add_argument("--minutes", type=float, default=45.0)
    parser.add_argument("--data", type=Path, help="a folder of feed files")
    parser.add_argument("--kills", type=int, default=10)
    parser.add_argument("--dags", type=Path, default=ROOT / "dags", help="other DAGs, to compare with")
    parser.add_argument("--min-interval", default="", help="NEWSWATCH_MIN_INTERVAL, to compare with")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended"))  # so that what was started ends too
    with tempfile.TemporaryDirectory() as folder:
        if options.part == "cost":
            found = cost.measure(Path(folder), options.workers, options.rounds)
        elif options.part == "many":
            found = many.measure(Path(folder), options.workers, options.feeds)
        elif options.part == "real":
            found = real.measure(Path(folder), options.data.resolve(), options.kills)
        else:
            more = {"min_interval": options.min_interval} if options.min_interval else {}
            found = latency.measure(Path(folder), options.minutes, options.dags.resolve(), **more)
    print(json.dumps(found, indent=2, default=str))


if __name__ == "__main__":
    main()
