"""The expressions built of the language files: how debt is included, what is equity, a goal, done, a part, a joint."""

import re
from functools import cache

from pipeline.core.facts import words
from pipeline.core.facts.words import branches, one_of
from pipeline.core.text.phrases import is_letter

_WORD_ENDS = r"(?!\w)"


@cache
def phrase(key: str) -> re.Pattern[str]:
    """Return what finds the phrases of a kind in a folded text, in all languages; "done" may be glued."""
    return re.compile("|".join(branches("phrase", key)) if key == "done" else one_of(branches("phrase", key)))


@cache
def with_debt() -> re.Pattern[str]:
    """Return what finds "including debt" in a folded text: the second of two sums is the total that may come."""
    return re.compile(one_of(part for tag in words.all_languages() for part in _including(tag)))


def _including(tag: str) -> list[str]:
    leads, fillers, debts, after = (branches("included", key, tag) for key in ("including", "filler", "debt", "after"))
    leads += branches("included", "with", tag)
    found = branches("included", "alone", tag)
    if not debts:
        return found
    gap = " " if is_letter(debts[0][0]) else " ?"
    filler = f"(?:(?:{'|'.join(fillers)})(?:{gap}|(?<=')))?" if fillers else ""
    debt = "|".join(debts)
    found += [rf"{lead}{gap}{filler}(?:{debt})" for lead in leads]
    if after:
        bare = "|".join(d.removesuffix(_WORD_ENDS) for d in debts)
        found.append(rf"(?:{bare}) ?(?:{'|'.join(after)})")
    return found


@cache
def bare_with() -> re.Pattern[str]:
    """Return what begins a phrase that only says "with" debt."""
    return re.compile(rf"(?:{one_of(branches('included', 'with'))}) ")


@cache
def of_which() -> re.Pattern[str]:
    """Return what leads from a sum to a part of it at the end of a stretch: "dont environ"."""
    about = one_of(branches("quantifier", "about"))
    return re.compile(rf"(?:{one_of(branches('phrase', 'of_which'))}) ?(?:{about})? ?(?:\w{{1,3}} )?$")


@cache
def apart(language: str) -> re.Pattern[str]:
    """Return what parts two statements of a language ("" or one without words: of all): commas, brackets, "and"."""
    joints = branches("joint", "and", language) or branches("joint", "and")
    return re.compile(rf"[,、،;:()]|(?<= )-(?= )|{one_of(joints)}")
