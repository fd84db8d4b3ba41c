"""Say what the words right beside a name do with it: compare with it, or use it."""

import re
from collections.abc import Sequence

from pipeline.core.match.names import Hit
from pipeline.model import Mention

HAND = 2
# Characters between a word of comparison, a name, and the name joined to it; a verb that ends the sentence is farther.
FOIL_AFTER, FOIL_NOUN, FOIL_BEFORE, FOIL_LAST, JOINED = 18, 13, 4, 8, 6
_AHEAD = re.compile("^[a-z]+s$")  # English verbs: who stands before them acts ("GPT-5 matches Mythos")
_LAST = re.compile("[\u3040-\u30ff\uac00-\ud7a3\u0900-\u0aff]")  # Kana, Hangul, Devanagari, Bengali, Gujarati


# Words of comparison that are written behind a name, too: "ChatGPT rival"; all others look forward first.
_BEHIND = re.compile(
    "rival|konkur|concur|compet|killer|altern|clon|klon|challeng|herausf|utmana|utford|udford|haast|kilpail|copycat|rywal"
    "|pesaing|saingan|đối thủ|คู่แข่ง|منافس|מתחר|יריב|соперник|суперник|аналог|конкур|rakip|rakib|对手|對手|劲敌|勁敵"
    "|ライバル|競合|경쟁|라이벌|대항마|प्रतिद्वंद्वी|টেক্কা|टक्कर"
)
# Right before a name such a noun is the name's own ("its rival X sues"); others take it bare ("аналог X", "pesaing X").
_OWN = re.compile("rival|compet|altern|challeng|concurren|konkurrent|clon|killer")


def foils_of(mentions: Sequence[Mention], words: Sequence[Hit]) -> set[Mention]:
    """Find the mentions that only serve to compare: "a rival to X", "ex-X", "X rival", "cheaper than X and Y"."""
    foils: set[Mention] = set()
    for w in words:
        beside = [m for m in mentions if m.part == w.part]
        noun = _BEHIND.search(w.word.casefold()) is not None
        low, high = (3 if _OWN.match(w.word.casefold()) else 0, FOIL_NOUN) if noun else (0, FOIL_AFTER)
        after = [m for m in beside if low <= m.start - w.end <= high]
        before = [m for m in beside if 0 <= w.start - m.end <= (FOIL_LAST if _LAST.search(w.word) else FOIL_BEFORE)]
        if before and (noun or not (after or _AHEAD.search(w.word))):
            chain = before[-1:]
            for m in reversed(beside[: beside.index(chain[0])]):
                if chain[0].start - m.end <= JOINED // 2:
                    chain = [m, *chain]
        else:
            chain = after[:1]
            for m in beside[beside.index(chain[0]) + 1 :] if chain else ():
                if m.start - chain[-1].end <= JOINED:
                    chain = [*chain, m]
        foils.update(chain)
    return foils


def in_hand_of(mentions: Sequence[Mention], words: Sequence[Hit]) -> bool:
    """Say whether one of `mentions` stands right behind "with", "by", "ask", or right before such a particle."""
    return any(
        m.part == w.part and (0 <= m.start - w.end <= HAND or (0 <= w.start - m.end <= 1 and not w.word.isascii()))
        for m in mentions
        for w in words
    )
