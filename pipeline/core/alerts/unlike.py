"""Which stories of an event tell something unlike all that a reader was told of it: another meaning, day or figure.

Whatever the clusterer does: what came in and differs is news under a headline of its own, not an update in silence.
"""

from collections.abc import Sequence
from datetime import timedelta

import numpy as np

from pipeline.core.alerts.state import AlertedStory
from pipeline.core.events import copies
from pipeline.core.events.threads import Linker, centred

LATER = timedelta(hours=18)  # than everything told: another day's news
BARE = 0.15  # cosine of words, where no vector tells, below which a text of the same language has other words
_MOST = 400  # told stories that are compared with; the newest


def find(fresh: Sequence[AlertedStory], told: Sequence[AlertedStory], linker: Linker) -> tuple[AlertedStory, ...]:
    """Give those of `fresh` that are unlike all of `told`, in their order; copies and stale stories are never news.

    Meaning decides alone where it is quite another. Where it is somewhat another, a later day or figures that nobody
    told must stand beside it (both, where nothing was told in the story's language: retellings in another one are less
    alike). Without vectors, words of the same language stand for meaning.
    """
    new = [p for p in fresh if not p.is_copy and p.stale is None]
    known = sorted((p for p in told if not p.is_copy), key=lambda p: p.joined_at)[-_MOST:]
    if not new or not known:
        return ()
    both = [*new, *known]
    vectors, has = centred([p.vector for p in both], [p.tongue or p.language for p in both], linker.means)
    laid = copies.laid_out([p.text for p in both])
    lengths = np.sqrt(np.maximum(laid.sum(axis=1), 1e-9))
    words = copies.shared(laid, laid) / np.outer(lengths, lengths)
    meaning = vectors @ vectors.T
    at = range(len(new), len(both))
    found = []
    for i, part in enumerate(new):
        told_figures = {f for j in at for f in copies.figures(both[j].text)}
        figures = copies.figures(part.text)
        is_other = bool(figures) and not figures & told_figures
        is_later = all(part.at is not None and p.at is not None and part.at - p.at >= LATER for p in known)
        if has[i] and any(has[j] for j in at):
            nearest = max(float(meaning[i, j]) for j in at if has[j])
            if any(has[j] and _base(both[j]) == _base(part) for j in at):
                strange = nearest < linker.unlike or (nearest < linker.less_like and (is_other or is_later))
            else:
                strange = nearest < linker.unlike_across
                strange = strange or (nearest < linker.less_like_across and is_other and is_later)
        else:
            same = [float(words[i, j]) for j in at if _base(both[j]) == _base(part)]
            strange = bool(same) and max(same) < BARE and (is_other or is_later)
        if strange:
            found.append(part)
    return tuple(found)


def _base(part: AlertedStory) -> str:
    return (part.tongue or part.language).partition("-")[0]
