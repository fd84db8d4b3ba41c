"""Write the three stories explained in docs/matching.md by `newswatch explain`: python -m benchmarks.explained --write.

It runs the demo in a folder of its own. Without --write it prints what the page would say; a test asks whether it is
current (numbers may differ by rounding between machines).
"""

import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "matching.md"
MARKS = "<!-- explained: begin -->", "<!-- explained: end -->"
STORIES = (
    "https://www.meridianwire.example/2026/11/18/nvidia-xai-join-ai-infrastructure-partnership",
    "https://www.meridianwire.example/2026/11/11/memphis-permit-xai-turbines",
    "https://gridandchip.example/2026/11/15/xai-token-arbitrum-listing",
)


def part(said: str) -> str:
    """Keep of what `newswatch explain` said: title, level, words of fields and lookalikes, and the log-odds."""
    lines = said.strip().splitlines()
    kept = ("Level ", "  level ", "  field ", "  lookalike ")
    return "\n".join([lines[0], *(line for line in lines[1:] if line.startswith(kept))])


def made(explain: Callable[[str], str]) -> str:
    """Give the section's blocks; `explain` gives what the command says of an address."""
    return "\n\n".join(
        f"```console\n$ newswatch explain {address}\n{part(explain(address))}\n```" for address in STORIES
    )


def shown(text: str) -> str:
    """Give what stands between the marks of the page."""
    return text.split(MARKS[0], 1)[1].split(MARKS[1], 1)[0].strip()


def apart(told: str) -> tuple[list[str], list[float]]:
    """Part what is told into its words and its decimals, each line's features in the order of the alphabet."""
    lines = ["; ".join(sorted(re.split("[,;] ", line))) for line in told.splitlines()]
    text = "\n".join(lines)
    number = r"[-+]?\d+\.\d+"
    return re.sub(number, "#", text).splitlines(), [float(n) for n in re.findall(number, text)]


def demo(folder: Path) -> Callable[[str], str]:
    """Run the demo into `folder` and give the asker of its stories."""
    command = str(Path(sys.executable).parent / "newswatch")
    subprocess.run([command, "demo", "--dir", str(folder)], check=True, capture_output=True)

    def explain(address: str) -> str:
        words = [command, "explain", address, "--database", f"sqlite:///{folder / 'newswatch.db'}"]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout

    return explain


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        blocks = made(demo(Path(folder) / "demo"))
    old = PAGE.read_text(encoding="utf-8")
    if "--write" in sys.argv:
        head, tail = old.split(MARKS[0], 1)[0], old.split(MARKS[1], 1)[1]
        PAGE.write_text(f"{head}{MARKS[0]}\n{blocks}\n{MARKS[1]}{tail}", encoding="utf-8")
    else:
        print(blocks)
