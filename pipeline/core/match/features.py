"""Turn what was found in a story into the numbers that the matcher weighs: by role, field, likeness, never by name."""

from collections.abc import Sequence

from pipeline.core.match import cues
from pipeline.core.match.beside import foils_of, in_hand_of
from pipeline.core.match.names import Findings, Hit
from pipeline.core.match.profile import LEAD, Profile, agreed
from pipeline.model import Mention, Seed

PASSAGE = 300  # characters that the encoders see: a title and one or two sentences; longer costs E5 100 ms per 300
_BESIDE_THE_FIELD = frozenset(("notice", "results", "leisure"))
SHORT = 160  # below this, title and summary say too little and the article's first words help


def passage(title: str, summary: str) -> str:
    """Join title and summary into the text that encoders see; a summary that repeats its title stands alone."""
    title, summary = " ".join(title.split()), " ".join(summary.split())
    head = title.rstrip(" .…")
    if not summary or (head and title.startswith(summary.rstrip(" .…"))):
        return title[:PASSAGE]
    if not head or summary.startswith(head):
        return summary[:PASSAGE]
    return f"{head}. {summary}"[:PASSAGE]


def compared(seed: Seed) -> list[str]:
    """Give what of a seed stories are compared with: its title and beginning, as of a story; its title alone.

    A headline is less like a whole text than another text is, whatever it tells: like is compared with like.
    """
    return [passage(seed.title, seed.text), passage(seed.title, "") or passage("", seed.text)]


def _leads(hits: Sequence[Mention | Hit], titled: bool, room: int = LEAD) -> list[Mention | Hit]:
    """Keep what stands in the title or the first words of the summary (of the article when there is nothing else)."""
    after = room // 2 if titled else room
    return [h for h in hits if h.start < (room if h.part == "title" else after)]


def _within(hit: Hit, word: Hit) -> bool:
    return hit.part == word.part and word.start <= hit.start and hit.end <= word.end


def _top(mentions: Sequence[Mention], titled: bool) -> list[Mention]:
    """Give who stands in the headline, or in the first sentence when there is none."""
    return [m for m in mentions if (m.part == "title" if titled else m.start < LEAD // 2)]


class _Named:
    """Who is named in a story's opening, and where; a foil is one that others are only compared with."""

    def __init__(self, found: Findings, p: Profile, titled: bool) -> None:
        self.top_mentions = _top(found.mentions, titled)
        self.foils = {m for m in foils_of(self.top_mentions, found.cues.get("foil", ())) if m.entity not in p.subjects}
        own = [m for m in self.top_mentions if m not in self.foils]
        self.foiled = {m.entity for m in self.foils} - {m.entity for m in own}
        self.lead = {m.entity for m in _leads(found.mentions, titled) if isinstance(m, Mention)} - self.foiled
        self.top = {m.entity for m in self.top_mentions} - self.foiled
        self.first = next((m.entity for m in own if m.entity in p.firms), "")
        self.actor = next((m.entity for m in own if m.entity in p.firms | p.guests), "")
        self.named = named = {m.entity for m in found.mentions} - self.foiled
        self.hosts, self.known_hosts = named & p.hosts, named & p.hosts & p.known
        self.subject = bool(named & p.subjects)
        self.principal = p.newcomers & p.principals
        self.club = len(self.known_hosts) >= 2 or self.subject  # the subject, by its name or by those who make it
        self.guest = bool(named & self.principal) and (self.club or bool(self.known_hosts))
        self.ours = p.watched | p.proxies
        self.firms = named & p.firms - p.subjects - p.products
        self.core = p.known & (p.hosts | p.newcomers | p.subjects)
        self.others = named & p.known - self.core - p.watched
        self.whole = p.whole - p.subjects - p.products
        self.mixed = p.watched - p.subjects - self.whole - p.products


class _Said:
    """Which words stand in a story's opening: of the field, near it, beside it, of acts."""

    def __init__(self, found: Findings, p: Profile, titled: bool, who: _Named) -> None:
        self._found, self._titled = found, titled
        named = who.named
        of = p.lookalike_of
        self.looks = [k for k in found.lookalikes if not of[k] or named & of[k] or not named]
        self.explained: set[str] = set().union(*(of[k] for k in self.looks))
        self.words = [h for key, hits in found.fields.items() if key in p.fields for h in hits]
        self.field_lead = bool(_leads(self.words, titled))
        near = [h for key, hits in found.fields.items() if key in p.near for h in hits]
        self.apart = any(key in p.apart for key in found.fields)
        self.other = [h for key, hits in found.fields.items() if key in p.other for h in hits]
        # A sign of the field beside a name that also does other things: a field word, the subject, another party of it.
        self.signs = bool(self.words) or bool(named & (p.subjects | p.whole | p.allies | p.proxies))
        self.signs = self.signs or len(named & who.core) >= 2
        # Words near the field are no sign of it beside a name with other business that nothing else ties to the field.
        self.bare = bool(who.lead & who.mixed) and not self.signs and not who.lead & who.whole
        self.near = [] if self.bare else near
        # Nobody of ours acts: a reader asks, tries, is told what to do.
        idle = not (self.cue("act") or self.cue("deed") or any(self.cue(key) for key in cues.STAGES))
        self.advised = self.cue("advice")
        self.quiet = self.advised and idle
        self.notice, self.results, self.leisure = self.cue("notice"), self.cue("results"), self.cue("leisure")

    def cue(self, key: str) -> bool:
        """Whether words of a kind stand in the opening."""
        hits = self._found.cues.get(key, ())
        if key in _BESIDE_THE_FIELD:  # where sport or shares are the seeds' field, their words are no sign against it
            hits = tuple(h for h in hits if not any(_within(h, w) for w in self.words))
        return bool(_leads(hits, self._titled))


def features(found: Findings, p: Profile, titled: bool) -> dict[str, float]:
    """Number what was found in a story's opening, each between 0 and 1; absent ones are 0.

    `titled` says that there is a title: without one the first words of the summary are the lead.
    """
    who = _Named(found, p, titled)
    says = _Said(found, p, titled, who)
    values = _parties(p, who, says) | _firms(found, p, who, says) | _field(found, p, titled, who, says)
    values |= _deeds(found, p, who, says)
    return {name: float(value) for name, value in values.items()}


def _parties(p: Profile, who: _Named, says: _Said) -> dict[str, bool | float]:
    """Who of those that the seeds tell of is named, and how many."""
    ours = p.watched | p.allies
    alone = len(who.hosts) == 1 and not (who.subject or who.named & ours)
    return {
        "subject": who.subject,
        "subject_lead": bool(who.lead & p.subjects),
        "subject_top": bool(who.top & p.subjects),
        "subject_alone": who.subject and len(who.named & who.core) <= 1 and not who.others,
        "hosts_1": len(who.hosts) >= 1,
        "hosts_2": len(who.hosts) >= 2,
        "hosts_3": len(who.hosts) >= 3,
        "known_hosts_1": len(who.known_hosts) >= 1,
        "known_hosts_2": len(who.known_hosts) >= 2,
        "known_hosts_3": len(who.known_hosts) >= 3,
        "lead_hosts_2": len(who.lead & p.hosts) >= 2,
        "top_hosts_2": len(who.top & p.hosts) >= 2,
        "hosts_bare": bool(who.lead & p.hosts) and not (says.words or who.subject or who.named & ours),
        "host_alone": alone,
        "host_group": bool(who.hosts) and not who.subject and says.cue("group") and bool(says.words),
        "parties_2": len(who.named & who.core - p.subjects) >= 2,
        "parties_3": len(who.named & who.core - p.subjects) >= 3,
        "newcomer": bool(who.named & p.newcomers),
        "newcomer_lead": bool(who.lead & p.newcomers),
        "principal": bool(who.named & who.principal),
        "principal_club": bool(who.named & who.principal) and who.club,
        "principal_lead_club": bool(who.lead & who.principal) and who.club,
        "principal_top_club": bool(who.top & who.principal) and who.club,
        "principal_host": bool(who.named & who.principal) and len(who.known_hosts) >= 1,
    }  # fmt: skip


def _firms(found: Findings, p: Profile, who: _Named, says: _Said) -> dict[str, bool | float]:
    """What firms, products and strangers are there for."""
    product = bool(who.lead & p.products)
    handled = product and not who.lead & (who.whole | who.mixed)
    makers = who.whole | who.mixed | p.proxies
    things = [m for m in who.top_mentions if m.entity in p.products]
    in_hand = handled and in_hand_of(things, found.cues.get("hand", ()))
    opens = min((m.start for m in who.top_mentions), default=0)
    product_first = handled and not in_hand and any(m.start == opens == 0 for m in things)
    return {
        "whole_lead": bool(who.lead & who.whole),
        "whole_top": bool(who.top & who.whole),
        "whole_first": who.first in who.whole,
        "mixed_lead": bool(who.lead & who.mixed),
        "mixed_field": bool(who.lead & who.mixed) and says.signs,
        "mixed_field_top": bool(who.top & who.mixed) and says.signs and says.field_lead,
        "mixed_bare": says.bare,
        "product_lead": product,
        "product_act": handled and says.cue("act"),
        "product_maker": product and bool(who.named & makers),
        "product_field": handled and says.field_lead,
        "product_use": handled and (says.advised or says.cue("use")),
        "product_use_only": handled and (says.advised or says.cue("use")) and not says.cue("act"),
        "advice_firm": says.advised and bool(who.lead & (p.watched - p.products)),
        "advice_idle": says.quiet and bool(who.lead & (p.watched - p.products)),
        "product_hand": in_hand,
        "product_hand_only": in_hand and not says.cue("act"),
        "product_idle": handled and not (says.cue("act") or says.field_lead or who.named & makers),
        "product_first": product_first,
        "proxy": bool(who.named & p.proxies),
        "proxy_lead": bool(who.lead & p.proxies),
        "proxy_field": bool(who.lead & p.proxies) and says.field_lead,
        "ours_lead": not says.quiet and bool(who.lead & (who.ours | p.subjects) - p.products),
        "ours_2": len(who.named & who.ours - p.products) >= 2,
        "ally": bool(who.named & p.allies),
        "ally_lead": bool(who.lead & p.allies),
        "ally_top": bool(who.top & p.allies),
        "ally_club": bool(who.named & p.allies) and (who.subject or bool(who.known_hosts)),
        "ally_field": bool(who.lead & p.allies) and bool(says.words),
        "known_context": bool(who.others),
        "principal_context": bool(who.others & p.principals),
        "principal_context_club": bool(who.others & p.principals) and who.club,
        "strangers": min(1.0, len(who.lead & p.strangers) / 2),
        "stranger_top": bool(who.top & p.strangers),
        "stranger_first": who.first in p.strangers,
        "stranger_host": bool(who.top & p.strangers) and not who.subject and bool(who.named & p.hosts),
        "stranger_alone": bool(who.top & p.strangers) and not who.top & p.claims,
        "foil": bool(who.foiled & p.claims) and not who.top & p.claims,
        "foil_any": bool(who.foils),
        "purity": len(who.firms & p.known) / len(who.firms) if who.firms else 0.0,
        "recall": len(who.named & who.core) / max(1, len(who.core)),
    }  # fmt: skip


def _field(found: Findings, p: Profile, titled: bool, who: _Named, says: _Said) -> dict[str, bool | float]:
    """Words of the field, and what speaks against it: lookalikes, shares, results, leisure."""
    claims = who.ours | p.subjects | p.hosts
    return {
        "field": bool(says.words),
        "field_lead": says.field_lead,
        "field_2": len({h.word for h in says.words}) >= 2,
        "fields_2": len(p.fields.intersection(found.fields)) >= 2,
        "field_ours": not says.quiet and bool(says.words) and bool(who.named & who.ours),
        "field_club": bool(says.words) and who.club,
        "field_guest": bool(says.words) and who.guest,
        "no_field": not says.words,
        "near": bool(says.near),
        "near_lead": bool(_leads(says.near, titled)),
        "near_club": bool(says.near) and who.club,
        "near_guest": bool(says.near) and who.guest,
        "apart": says.apart,
        "apart_club": says.apart and who.club,
        "apart_guest": says.apart and who.guest,
        "lookalike": bool(says.looks),
        "lookalike_lead": any(_leads(found.lookalikes[k], titled) for k in says.looks),
        "lookalike_2": sum(len({h.word for h in found.lookalikes[k]}) for k in says.looks) >= 2,
        "lookalike_top": bool(says.looks) and bool(who.top & claims) and who.top & claims <= says.explained,
        "lookalike_all": bool(says.looks) and bool(who.named & claims) and who.named & claims <= says.explained,
        "other_lead": bool(_leads(says.other, titled)),
        "notice_lead": says.notice,
        "notice_bare": says.notice and not says.words,
        "notice_2": len({h.word for h in found.cues.get("notice", ())}) >= 2,
        "results_lead": says.results,
        "results_bare": says.results and not says.words,
        "whole_notice": bool(who.lead & who.whole) and says.notice,
        "whole_notice_bare": bool(who.lead & who.whole) and says.notice and not says.words,
        "whole_leisure_bare": bool(who.lead & who.whole) and says.leisure and not says.words,
        "leisure_lead": says.leisure,
        "leisure_bare": says.leisure and not says.words,
    }  # fmt: skip


def _deeds(found: Findings, p: Profile, who: _Named, says: _Said) -> dict[str, bool | float]:
    """What is done, by whom, and whether it is what the seeds tell."""
    stages = [key for key in cues.STAGES if key not in p.told and says.cue(key)]
    seeds_stage = any(says.cue(key) for key in p.told)
    seeds_sum, other_sum = agreed(found.sums, p.sums)
    # Those of the seeds' titles together; where a guest joins a standing group, not without it.
    cast = len(who.lead & p.cast) >= 2
    grouped = not p.guests or bool(who.named & p.guests)
    pair = cast and grouped
    parties = p.hosts | p.newcomers
    outsider = bool(who.actor) and who.actor not in p.subjects | parties | p.allies | p.proxies
    makers = p.hosts & p.known | p.subjects
    others = p.strangers | p.allies | p.proxies
    stage_top = any(h.part == "title" for key in stages for h in found.cues[key])
    told_top = any(h.part == "title" for key in p.told for h in found.cues.get(key, ()))
    return {
        **{key: key in stages for key in cues.STAGES},
        "subject_cast_top": bool(who.top & p.subjects) and bool(who.top & (p.cast - p.subjects)),
        "cast_share": len(who.lead & p.cast) / len(p.cast) if p.cast else 0.0,
        "guestless": bool(p.guests) and not who.named & p.guests,
        "group_2": bool(who.named & p.guests) and len(who.known_hosts) >= 2,
        "group_top": bool(who.top & p.guests) and bool(who.top & makers) and not (stage_top or outsider),
        "guest_late": bool(who.named & p.guests) and not who.top & (p.guests | p.newcomers & p.known),
        "other_acts": bool(who.top & others) and not who.top & (who.principal | p.subjects),
        "stages": bool(stages),
        "seeds_sum": seeds_sum and not outsider,
        "other_sum": other_sum,
        "seeds_stage": seeds_stage and bool(who.lead & p.cast) and grouped and not stage_top,
        "seeds_stage_pure": seeds_stage and bool(who.lead & p.cast) and grouped and not stages,
        "bare_subject": bool(who.top & p.subjects) and len(who.named & who.core) <= 1 and not stages,
        "cast_2": len(who.named & p.cast) >= 2,
        "cast_lead_2": len(who.lead & p.cast) >= 2,
        "cast_top_2": len(who.top & p.cast) >= 2,
        "cast_3": len(who.named & p.cast) >= 3,
        "cast_deed": pair and seeds_stage and not stage_top,
        "cast_deed_pure": pair and seeds_stage and not stages,
        "cast_deed_top": pair and told_top and not (stages or outsider),
        "cast_silent": pair and not seeds_stage and not stages,
        "cast_stage": cast and bool(stages),
        "outsider_first": outsider,
        "outsider_deed": outsider and seeds_stage,
        "stage_top": stage_top,
        "stage_only": bool(stages) and not seeds_stage,
        "stages_2": len(stages) >= 2,
        "newcomers_2": len(who.lead & who.principal) >= 2 and not stage_top,
        "newcomers_told": len(who.lead & who.principal) >= 2 and seeds_stage and not stages,
    }  # fmt: skip
