"""Turn what was found in a story into the numbers that the matcher weighs; by role, field and similarity, never by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.alias import Found, Hit, Index
from pipeline.model import Fact, Mention, Role, Watchlist

PASSAGE = 300  # characters that the encoders see: a title and one or two sentences; longer costs E5 100 ms per 300
LEAD = 220  # characters that say what a story is about; what comes later may be in passing
SEED_LEAD = 500  # characters of a seed compared with a story: all of it says too much (LIBRARIES, measured again)
SHORT = 160  # below this, title and summary say too little and the article's first words help
SAME = 0.03  # relative difference below which two quantities are one ("30 bn" and "$29.9 bn")


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
    proxies: frozenset[str]  # context that stands for a watched entity: it shares a topic with one
    allies: frozenset[str]  # context that stands for the subject
    known: frozenset[str]  # named in the seeds
    firms: frozenset[str]  # everything but people and places
    fields: tuple[str, ...]
    lookalike_of: Mapping[str, frozenset[str]]
    seed_facts: tuple[Fact, ...]


def profile(watchlist: Watchlist, index: Index, seed_facts: Sequence[Fact] = ()) -> Profile:
    """Sort the entities of `watchlist` by role, topic and appearance in the seeds."""
    role = {r: frozenset(e.key for e in watchlist.entities if r in e.roles) for r in Role}
    subjects, parties, watched = role[Role.SUBJECT], role[Role.PARTY], role[Role.WATCHED]
    allies: set[str] = set()
    proxies: set[str] = set()
    for topic in watchlist.topics:
        side = allies if subjects.intersection(topic.entities) else proxies
        side.update(role[Role.CONTEXT].intersection(topic.entities))
    known = {m.entity for s in watchlist.seeds for m in index.find(s.title, "", s.text).mentions}
    return Profile(
        subjects=subjects,
        hosts=parties - watched,
        newcomers=parties & watched,
        watched=watched,
        proxies=frozenset(proxies - allies),
        allies=frozenset(allies),
        known=frozenset(known),
        firms=frozenset(e.key for e in watchlist.entities if e.kind not in {"person", "place"}),
        fields=tuple(g.key for g in watchlist.fields),
        lookalike_of={g.key: frozenset(g.of) for g in watchlist.lookalikes},
        seed_facts=tuple(seed_facts),
    )


def _leads(hits: Sequence[Mention | Hit], titled: bool) -> list[Mention | Hit]:
    """Keep what stands in the title or the first words of the summary (of the article when there is nothing else)."""
    room = LEAD // 2 if titled else LEAD
    return [h for h in hits if h.part == "title" and h.start < LEAD or h.part != "title" and h.start < room]


def _step(count: int, at: int) -> float:
    return 1.0 if count >= at else 0.0


def features(found: Found, p: Profile, titled: bool, facts: Sequence[Fact] = ()) -> dict[str, float]:
    """Number what was found in a story's opening, each between 0 and 1; absent ones are 0.

    `titled` says that there is a title: without one the first words of the summary are the lead.
    """
    lead = {m.entity for m in _leads(found.mentions, titled) if isinstance(m, Mention)}
    all_ = {m.entity for m in found.mentions}
    hosts, newcomers = all_ & p.hosts, all_ & p.newcomers
    known_hosts = hosts & p.known
    subject = bool(all_ & p.subjects)
    watched = bool(all_ & p.watched)
    ours = lead & (p.watched | p.proxies | p.subjects)
    firms = all_ & p.firms - p.subjects
    parties = p.hosts | p.newcomers
    strangers = lead & p.firms - parties - p.subjects - p.known

    looks = {
        key: hits
        for key, hits in found.lookalikes.items()
        if not p.lookalike_of[key] or all_ & p.lookalike_of[key] or not all_
    }
    of_lead = [key for key, hits in looks.items() if _leads(hits, titled)]
    # A lookalike of everything that would make the story ours explains all of it away.
    claims = all_ & (p.watched | p.proxies | p.subjects | known_hosts)
    explained = set().union(*(p.lookalike_of[key] for key in looks)) if looks else set()
    n_fields = len(found.fields)
    lead_fields = sum(bool(_leads(hits, titled)) for hits in found.fields.values())
    size = max(1, len(p.fields))

    values = {
        "subject_lead": float(bool(lead & p.subjects)),
        "subject": float(subject),
        "hosts_1": _step(len(hosts), 1),
        "hosts_2": _step(len(hosts), 2),
        "hosts_3": _step(len(hosts), 3),
        "known_hosts_1": _step(len(known_hosts), 1),
        "known_hosts_2": _step(len(known_hosts), 2),
        "known_hosts_3": _step(len(known_hosts), 3),
        "lead_hosts_2": _step(len(lead & p.hosts & p.known), 2),
        "newcomer": float(bool(newcomers)),
        "newcomer_lead": float(bool(lead & p.newcomers)),
        "newcomer_and_hosts": float(bool(newcomers) and (len(known_hosts) >= 2 or subject)),
        "newcomer_lead_and_hosts": float(bool(lead & p.newcomers) and (len(known_hosts) >= 2 or subject)),
        "watched": float(watched),
        "watched_lead": float(bool(lead & p.watched)),
        "proxy": float(bool(all_ & p.proxies)),
        "proxy_lead": float(bool(lead & p.proxies)),
        "ours_lead": float(bool(ours)),
        "ours_2": _step(len(all_ & (p.watched | p.proxies)), 2),
        "ally": float(bool(all_ & p.allies)),
        "ally_lead": float(bool(lead & p.allies)),
        "known_context": float(bool(all_ & p.known - parties - p.subjects - p.watched)),
        "strangers": min(1.0, len(strangers) / 2),
        "purity": len(firms & p.known) / len(firms) if firms else 0.0,
        "recall": len(all_ & p.known & (parties | p.subjects)) / max(1, len(p.known & (parties | p.subjects))),
        "fields": n_fields / size,
        "fields_lead": lead_fields / size,
        "watched_field": float(bool(all_ & (p.watched | p.proxies))) * n_fields / size,
        "hosts_field": _step(len(known_hosts), 2) * n_fields / size,
        "lookalike": float(bool(looks)),
        "lookalike_lead": float(bool(of_lead)),
        "lookalike_explains": float(bool(looks) and bool(claims) and claims <= explained),
    }
    money = [f for f in facts if f.kind in {"money", "energy", "power"}]
    shared = [f for f in money if any(_is_same(f, s) for s in p.seed_facts)]
    values["facts_shared"] = min(1.0, len({(f.kind, round(f.value, 3)) for f in shared}) / 2)
    values["facts_other"] = float(bool(money) and not shared)
    return values


def _is_same(a: Fact, b: Fact) -> bool:
    return a.kind == b.kind and a.unit == b.unit and abs(a.value - b.value) <= SAME * max(abs(a.value), abs(b.value))
