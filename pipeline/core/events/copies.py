"""Which stories repeat another one: syndicated or lightly rewritten in one language, or translated into another."""

from collections.abc import Mapping, Sequence

import numpy as np

from pipeline.core.events.pairs import Pool, Weights

# Below this many 4-grams (about 25 letters) two independent headlines can be alike by chance.
_MIN_GRAMS = 20


def find(pool: Pool, rows: Sequence[int], weights: Weights) -> Mapping[int, int]:
    """Give, for the rows of one event in canonical order, the row that each copy repeats: always an original.

    The earliest of the texts that are alike counts as the original, whichever arrived first.
    """
    at = list(rows)
    if len(at) < 2:
        return {}
    grams = pool.grams[at]
    words = grams @ grams.T
    long = pool.gram_counts[at] >= _MIN_GRAMS
    same = pool.languages[at][:, None] == pool.languages[at][None, :]
    e5 = pool.e5[at] @ pool.e5[at].T
    use = pool.use[at] @ pool.use[at].T
    both_use = np.logical_and.outer(pool.has_use[at], pool.has_use[at])
    named = (pool.names[at] > 0).astype(np.float32)
    others = named.sum(axis=1)[:, None] + named.sum(axis=1)[None, :] - 2 * (named @ named.T)
    # E5 judges every language; where USE knows both it has to agree, and a translation names nobody else.
    translated = ~same & (e5 >= weights.copy_e5) & (~both_use | (use >= weights.copy_use)) & (others == 0)
    alike = ((same & (words >= weights.copy_words)) | translated) & np.logical_and.outer(long, long)
    copies: dict[int, int] = {}
    for i in range(1, len(at)):
        for j in range(i):
            if at[j] not in copies and alike[i, j]:
                copies[at[i]] = at[j]
                break
    return copies
