"""Turn what was found in a story into the numbers that the matcher weighs: by role, field, likeness, never by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pipeline.core.match import cues
from pipeline.core.match.names import Found, Hit, Index
from pipeline.model import FieldRole, Mention, Role, Watchlist

PASSAGE = 300  # characters that the encoders see: a title and one or two sentences; longer costs E5 100 ms per 300
LEAD = 220  # characters that say what a story is about; what comes later may be in passing
SEED_LEAD = 500  # characters of a seed compared with a story: all of it says too much (LIBRARIES, measured again)
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


@dataclass(frozen=True, slots=True)
class Profile:
    """A watchlist sorted by what its entities are to the seeds; made once."""

    subjects: frozenset[str]  # what the seeds are about
    hosts: frozenset[str]  # take part in the subject and are ours only through it
    newcomers: frozenset[str]  # take part in it and are watched on their own
    watched: frozenset[str]
    whole: frozenset[str]  # watched, and their whole business is the field
    products: frozenset[str]  # watched things that people use: they act only when something happens to them
    proxies: frozenset[str]  # context that stands for a watched entity: it shares a topic with one
    allies: frozenset[str]  # context that stands for the subject
    known: frozenset[str]  # named in the seeds
    principals: frozenset[str]  # named in the first third of a seed: who acts there, not who supplies or comments
    cast: frozenset[str]  # named in a seed's title or first sentence
    guests: frozenset[str]  # who joins there, when a group of two and more partners stands already
    claims: frozenset[str]  # all that can make a story ours
    firms: frozenset[str]  # everything but people and places
    strangers: frozenset[str]  # firms of the same trade that the seeds do not know and no topic holds
    fields: frozenset[str]  # keys of the seeds' fields
    near: frozenset[str]  # of their neighbours, whose words the seeds use
    apart: frozenset[str]  # of their neighbours, whose words the seeds do not use
    other: frozenset[str]  # of fields that say "not ours"
    told: frozenset[str] = frozenset()  # stages of a deal that the seeds themselves tell
    lookalike_of: Mapping[str, frozenset[str]] = field(default_factory=dict)


def profile(watchlist: Watchlist, index: Index) -> Profile:
    """Sort the entities of `watchlist` by role, topic and appearance in the seeds, its fields by theirs."""
    role = {r: frozenset(e.key for e in watchlist.entities if r in e.roles) for r in Role}
    subjects, parties, watched = role[Role.SUBJECT], role[Role.PARTY], role[Role.WATCHED]
    allies: set[str] = set()
    proxies: set[str] = set()
    for topic in watchlist.topics:
        side = allies if subjects.intersection(topic.entities) else proxies
        side.update(role[Role.CONTEXT].intersection(topic.entities))
    firms = frozenset(e.key for e in watchlist.entities if e.kind not in {"person", "place"})
    read = [
        (s, index.find("", "", f"{s.title}. {s.text}" if s.title not in s.text else s.text)) for s in watchlist.seeds
    ]
    named = [(m.entity, m.end * 3 <= len(s.text)) for s, found in read for m in found.mentions]
    spoken = {key for _, found in read for key in found.fields}
    field_of = {r: frozenset(g.key for g in watchlist.fields if g.role == r) for r in FieldRole}
    cast = frozenset(m.entity for s in watchlist.seeds for m in index.find(s.title, "", s.text[:LEAD]).mentions)
    named_in_seeds = {key for key, _ in named}
    told = {key for s in watchlist.seeds for key in cues.find(s.title, "", s.text[:LEAD])}
    return Profile(
        subjects=subjects,
        hosts=parties - watched,
        newcomers=parties & watched,
        watched=watched,
        whole=frozenset(e.key for e in watchlist.entities if e.whole and e.key in watched),
        products=frozenset(e.key for e in watchlist.entities if e.kind == "product" and e.key in watched),
        proxies=frozenset(proxies - allies),
        allies=frozenset(allies),
        known=frozenset(key for key, _ in named),
        principals=frozenset(key for key, early in named if early),
        cast=cast,
        guests=cast & parties & watched if len((parties - watched) & named_in_seeds) >= 2 else frozenset(),
        claims=subjects | parties | watched | proxies | allies,
        firms=firms,
        strangers=firms - subjects - parties - watched - proxies - allies - {key for key, _ in named},
        fields=field_of[FieldRole.SEEDS],
        near=field_of[FieldRole.NEAR] & spoken,
        apart=field_of[FieldRole.NEAR] - spoken,
        other=field_of[FieldRole.OTHER],
        told=frozenset(told),
        lookalike_of={g.key: frozenset(g.of) for g in watchlist.lookalikes},
    )


def _leads(hits: Sequence[Mention | Hit], titled: bool, room: int = LEAD) -> list[Mention | Hit]:
    """Keep what stands in the title or the first words of the summary (of the article when there is nothing else)."""
    after = room // 2 if titled else room
    return [h for h in hits if h.start < (room if h.part == "title" else after)]


def _top(mentions: Sequence[Mention], titled: bool) -> list[Mention]:
    """Give who stands in the headline, or in the first sentence when there is none."""
    return [m for m in mentions if (m.part == "title" if titled else m.start < LEAD // 2)]


def _foils(mentions: Sequence[Mention], words: Sequence[Hit]) -> set[Mention]:
    """Find the mentions that only serve to compare: "a rival to X", "ex-X", "X rival"; one word takes one name."""
    foils: set[Mention] = set()
    for w in words:
        beside = [m for m in mentions if m.part == w.part]
        after = [m for m in beside if 0 <= m.start - w.end <= 20]
        before = [m for m in beside if 0 <= w.start - m.end <= 4]
        foils.update(before[-1:] or after[:1])
    return foils


def features(found: Found, p: Profile, titled: bool) -> dict[str, float]:
    """Number what was found in a story's opening, each between 0 and 1; absent ones are 0.

    `titled` says that there is a title: without one the first words of the summary are the lead.
    """
    top_mentions = _top(found.mentions, titled)
    foils = _foils(top_mentions, found.cues.get("foil", ()))
    foiled = {m.entity for m in foils} - {m.entity for m in top_mentions if m not in foils}
    lead = {m.entity for m in _leads(found.mentions, titled) if isinstance(m, Mention)} - foiled
    top = {m.entity for m in top_mentions} - foiled
    first = next((m.entity for m in top_mentions if m.entity in p.firms and m not in foils), "")
    named = {m.entity for m in found.mentions}
    parties = p.hosts | p.newcomers
    hosts, known_hosts = named & p.hosts, named & p.hosts & p.known
    subject = bool(named & p.subjects)
    principal = p.newcomers & p.principals
    club = len(known_hosts) >= 2 or subject  # the subject, by its name or by those who make it
    guest = bool(named & principal) and (club or bool(known_hosts))
    ours = p.watched | p.proxies
    firms = named & p.firms - p.subjects
    core = p.known & (parties | p.subjects)
    others = named & p.known - core - p.watched
    things = p.products
    whole = (p.whole | p.subjects) - things
    mixed = p.watched - whole - things

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
        return bool(_leads(found.cues.get(key, ()), titled))

    notice, leisure = cue("notice"), cue("leisure")
    product = bool(lead & things)
    handled = product and not lead & (whole | mixed)
    stages = [key for key in cues.STAGES if key not in p.told and cue(key)]
    cast = len(lead & p.cast) >= 2
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
        "mixed_bare": bool(lead & mixed) and not signs and not lead & whole,
        "product_lead": product,
        "product_act": handled and cue("act"),
        "product_maker": product and bool(named & (whole | mixed | p.proxies)),
        "product_field": handled and field_lead,
        "product_use": handled and cue("use"),
        "product_use_only": handled and cue("use") and not cue("act"),
        "proxy": bool(named & p.proxies),
        "proxy_lead": bool(lead & p.proxies),
        "proxy_field": bool(lead & p.proxies) and field_lead,
        "ours_lead": bool(lead & (ours | p.subjects)),
        "ours_2": len(named & ours) >= 2,
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
        "field_ours": bool(words) and bool(named & ours),
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
        "leisure_lead": leisure,
        "leisure_bare": leisure and not words,
        **{key: key in stages for key in cues.STAGES},
        "subject_cast_top": bool(top & p.subjects) and bool(top & (p.cast - p.subjects)),
        "cast_share": len(lead & p.cast) / len(p.cast) if p.cast else 0.0,
        "guestless": bool(p.guests) and not named & p.guests,
        "group_1": bool(named & p.guests) and (len(known_hosts) >= 1 or subject),
        "group_2": bool(named & p.guests) and len(known_hosts) >= 2,
        "group_top": bool(top & p.guests) and bool(top & (p.hosts & p.known | p.subjects)),
        "guest_late": bool(named & p.guests) and not top & p.guests and not top & principal,
        "other_acts": bool(top & (p.strangers | p.allies | p.proxies)) and not top & (principal | p.subjects),
        "stages": bool(stages),
        "cast_2": len(named & p.cast) >= 2,
        "cast_lead_2": len(lead & p.cast) >= 2,
        "cast_top_2": len(top & p.cast) >= 2,
        "cast_3": len(named & p.cast) >= 3,
        "cast_deed": cast and cue("deed"),
        "cast_deed_pure": cast and cue("deed") and not stages,
        "cast_stage": cast and bool(stages),
    }  # fmt: skip
    return {name: float(value) for name, value in values.items()}
