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


def features(found: Findings, p: Profile, titled: bool) -> dict[str, float]:
    """Number what was found in a story's opening, each between 0 and 1; absent ones are 0.

    `titled` says that there is a title: without one the first words of the summary are the lead.
    """
    top_mentions = _top(found.mentions, titled)
    foils = {m for m in foils_of(top_mentions, found.cues.get("foil", ())) if m.entity not in p.subjects}
    foiled = {m.entity for m in foils} - {m.entity for m in top_mentions if m not in foils}
    lead = {m.entity for m in _leads(found.mentions, titled) if isinstance(m, Mention)} - foiled
    top = {m.entity for m in top_mentions} - foiled
    first = next((m.entity for m in top_mentions if m.entity in p.firms and m not in foils), "")
    named = {m.entity for m in found.mentions} - foiled
    parties = p.hosts | p.newcomers
    hosts, known_hosts = named & p.hosts, named & p.hosts & p.known
    subject = bool(named & p.subjects)
    actor = next((m.entity for m in top_mentions if m.entity in p.firms | p.guests and m not in foils), "")
    principal = p.newcomers & p.principals
    club = len(known_hosts) >= 2 or subject  # the subject, by its name or by those who make it
    guest = bool(named & principal) and (club or bool(known_hosts))
    ours = p.watched | p.proxies
    firms = named & p.firms - p.subjects - p.products
    core = p.known & (parties | p.subjects)
    others = named & p.known - core - p.watched
    things = p.products
    whole = p.whole - p.subjects - things
    mixed = p.watched - p.subjects - whole - things

    looks = [k for k in found.lookalikes if not p.lookalike_of[k] or named & p.lookalike_of[k] or not named]
    explained: set[str] = set().union(*(p.lookalike_of[k] for k in looks))
    claims = ours | p.subjects | p.hosts

    words = [h for key, hits in found.fields.items() if key in p.fields for h in hits]
    field_lead = bool(_leads(words, titled))
    near = [h for key, hits in found.fields.items() if key in p.near for h in hits]
    apart = any(key in p.apart for key in found.fields)
    other = [h for key, hits in found.fields.items() if key in p.other for h in hits]
    # A sign of the field beside a name that also does other things: a field word, the subject, another party of it.
    signs = bool(words) or bool(named & (p.subjects | p.whole | p.allies | p.proxies)) or len(named & core) >= 2

    def cue(key: str) -> bool:
        hits = found.cues.get(key, ())
        if key in _BESIDE_THE_FIELD:  # where sport or shares are the seeds' field, their words are no sign against it
            hits = tuple(h for h in hits if not any(_within(h, w) for w in words))
        return bool(_leads(hits, titled))

    # Words near the field are no sign of it beside a name with other business that nothing else ties to the field.
    bare = bool(lead & mixed) and not signs and not lead & whole
    near = [] if bare else near
    # Nobody of ours acts: a reader asks, tries, is told what to do.
    idle = not (cue("act") or cue("deed") or any(cue(key) for key in cues.STAGES))
    advised = cue("advice")
    quiet = advised and idle
    notice, results, leisure = cue("notice"), cue("results"), cue("leisure")
    product = bool(lead & things)
    handled = product and not lead & (whole | mixed)
    in_hand = handled and in_hand_of([m for m in top_mentions if m.entity in things], found.cues.get("hand", ()))
    opens = min((m.start for m in top_mentions), default=0)
    product_first = handled and not in_hand and any(m.start == opens == 0 for m in top_mentions if m.entity in things)
    stages = [key for key in cues.STAGES if key not in p.told and cue(key)]
    seeds_stage = any(cue(key) for key in p.told)
    seeds_sum, other_sum = agreed(found.sums, p.sums)
    alone = len(hosts) == 1 and not (subject or named & (p.watched | p.allies))
    # Those of the seeds' titles together; where a guest joins a standing group, not without it.
    cast = len(lead & p.cast) >= 2
    grouped = not p.guests or bool(named & p.guests)
    pair = cast and grouped
    outsider = bool(actor) and actor not in p.subjects | parties | p.allies | p.proxies
    makers = p.hosts & p.known | p.subjects
    stage_top = any(h.part == "title" for key in stages for h in found.cues[key])
    told_top = any(h.part == "title" for key in p.told for h in found.cues.get(key, ()))
    values: dict[str, bool | float] = {
        "subject": subject,
        "subject_lead": bool(lead & p.subjects),
        "subject_top": bool(top & p.subjects),
        "subject_alone": subject and len(named & core) <= 1 and not others,
        "hosts_1": len(hosts) >= 1,
        "hosts_2": len(hosts) >= 2,
        "hosts_3": len(hosts) >= 3,
        "known_hosts_1": len(known_hosts) >= 1,
        "known_hosts_2": len(known_hosts) >= 2,
        "known_hosts_3": len(known_hosts) >= 3,
        "lead_hosts_2": len(lead & p.hosts) >= 2,
        "top_hosts_2": len(top & p.hosts) >= 2,
        "hosts_bare": bool(lead & p.hosts) and not (words or subject or named & (p.watched | p.allies)),
        "host_alone": alone,
        "host_group": bool(hosts) and not subject and cue("group") and bool(words),
        "parties_2": len(named & core - p.subjects) >= 2,
        "parties_3": len(named & core - p.subjects) >= 3,
        "newcomer": bool(named & p.newcomers),
        "newcomer_lead": bool(lead & p.newcomers),
        "principal": bool(named & principal),
        "principal_club": bool(named & principal) and club,
        "principal_lead_club": bool(lead & principal) and club,
        "principal_top_club": bool(top & principal) and club,
        "principal_host": bool(named & principal) and len(known_hosts) >= 1,
        "whole_lead": bool(lead & whole),
        "whole_top": bool(top & whole),
        "whole_first": first in whole,
        "mixed_lead": bool(lead & mixed),
        "mixed_field": bool(lead & mixed) and signs,
        "mixed_field_top": bool(top & mixed) and signs and field_lead,
        "mixed_bare": bare,
        "product_lead": product,
        "product_act": handled and cue("act"),
        "product_maker": product and bool(named & (whole | mixed | p.proxies)),
        "product_field": handled and field_lead,
        "product_use": handled and (advised or cue("use")),
        "product_use_only": handled and (advised or cue("use")) and not cue("act"),
        "advice_firm": advised and bool(lead & (p.watched - things)),
        "advice_idle": quiet and bool(lead & (p.watched - things)),
        "product_hand": in_hand,
        "product_hand_only": in_hand and not cue("act"),
        "product_idle": handled and not (cue("act") or field_lead or named & (whole | mixed | p.proxies)),
        "product_first": product_first,
        "proxy": bool(named & p.proxies),
        "proxy_lead": bool(lead & p.proxies),
        "proxy_field": bool(lead & p.proxies) and field_lead,
        "ours_lead": not quiet and bool(lead & (ours | p.subjects) - things),
        "ours_2": len(named & ours - things) >= 2,
        "ally": bool(named & p.allies),
        "ally_lead": bool(lead & p.allies),
        "ally_top": bool(top & p.allies),
        "ally_club": bool(named & p.allies) and (subject or bool(known_hosts)),
        "ally_field": bool(lead & p.allies) and bool(words),
        "known_context": bool(others),
        "principal_context": bool(others & p.principals),
        "principal_context_club": bool(others & p.principals) and club,
        "strangers": min(1.0, len(lead & p.strangers) / 2),
        "stranger_top": bool(top & p.strangers),
        "stranger_first": first in p.strangers,
        "stranger_host": bool(top & p.strangers) and not subject and bool(named & p.hosts),
        "stranger_alone": bool(top & p.strangers) and not top & p.claims,
        "foil": bool(foiled & p.claims) and not top & p.claims,
        "foil_any": bool(foils),
        "purity": len(firms & p.known) / len(firms) if firms else 0.0,
        "recall": len(named & core) / max(1, len(core)),
        "field": bool(words),
        "field_lead": field_lead,
        "field_2": len({h.word for h in words}) >= 2,
        "fields_2": len(p.fields.intersection(found.fields)) >= 2,
        "field_ours": not quiet and bool(words) and bool(named & ours),
        "field_club": bool(words) and club,
        "field_guest": bool(words) and guest,
        "no_field": not words,
        "near": bool(near),
        "near_lead": bool(_leads(near, titled)),
        "near_club": bool(near) and club,
        "near_guest": bool(near) and guest,
        "apart": apart,
        "apart_club": apart and club,
        "apart_guest": apart and guest,
        "lookalike": bool(looks),
        "lookalike_lead": any(_leads(found.lookalikes[k], titled) for k in looks),
        "lookalike_2": sum(len({h.word for h in found.lookalikes[k]}) for k in looks) >= 2,
        "lookalike_top": bool(looks) and bool(top & claims) and top & claims <= explained,
        "lookalike_all": bool(looks) and bool(named & claims) and named & claims <= explained,
        "other_lead": bool(_leads(other, titled)),
        "notice_lead": notice,
        "notice_bare": notice and not words,
        "notice_2": len({h.word for h in found.cues.get("notice", ())}) >= 2,
        "results_lead": results,
        "results_bare": results and not words,
        "whole_notice": bool(lead & whole) and notice,
        "whole_notice_bare": bool(lead & whole) and notice and not words,
        "whole_leisure_bare": bool(lead & whole) and leisure and not words,
        "leisure_lead": leisure,
        "leisure_bare": leisure and not words,
        **{key: key in stages for key in cues.STAGES},
        "subject_cast_top": bool(top & p.subjects) and bool(top & (p.cast - p.subjects)),
        "cast_share": len(lead & p.cast) / len(p.cast) if p.cast else 0.0,
        "guestless": bool(p.guests) and not named & p.guests,
        "group_2": bool(named & p.guests) and len(known_hosts) >= 2,
        "group_top": bool(top & p.guests) and bool(top & makers) and not (stage_top or outsider),
        "guest_late": bool(named & p.guests) and not top & (p.guests | p.newcomers & p.known),
        "other_acts": bool(top & (p.strangers | p.allies | p.proxies)) and not top & (principal | p.subjects),
        "stages": bool(stages),
        "seeds_sum": seeds_sum and not outsider,
        "other_sum": other_sum,
        "seeds_stage": seeds_stage and bool(lead & p.cast) and grouped and not stage_top,
        "seeds_stage_pure": seeds_stage and bool(lead & p.cast) and grouped and not stages,
        "bare_subject": bool(top & p.subjects) and len(named & core) <= 1 and not stages,
        "cast_2": len(named & p.cast) >= 2,
        "cast_lead_2": len(lead & p.cast) >= 2,
        "cast_top_2": len(top & p.cast) >= 2,
        "cast_3": len(named & p.cast) >= 3,
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
        "newcomers_2": len(lead & principal) >= 2 and not stage_top,
        "newcomers_told": len(lead & principal) >= 2 and seeds_stage and not stages,
    }  # fmt: skip
    return {name: float(value) for name, value in values.items()}
