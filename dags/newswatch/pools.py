"""The pools that bound what runs at once: made where they are missing, never reset.

`python -m newswatch.pools [PREFIX …]` does it by hand; the plugin does it when a scheduler or dag-processor starts.
"""

import sys

from newswatch.storyline import Storyline
from newswatch.upstream import make_pools

# What stands behind the prefix, and what for; slots: the settings pool_fetch, pool_cpu, pool_mail
POOLS = {
    "fetch": "Batches of feeds or pages on the network at once.",
    "cpu": "Steps that compute at once; each may take 700 MB. As many as cores.",
    "mail": "Deciding and sending mails: one at a time.",
}


def ensure(*prefixes: str) -> list[str]:
    """Make what is missing for these storylines; give the names of the pools made. ValueError for a wrong size."""
    wanted = {
        f"{prefix}_{name}": (Storyline(prefix).size(f"pool_{name}") or 1, what)
        for prefix in prefixes
        for name, what in POOLS.items()
    }
    return list(make_pools(wanted))


if __name__ == "__main__":
    print("pools made:", ", ".join(ensure(*(sys.argv[1:] or ["newswatch"]))) or "none, they are there")
