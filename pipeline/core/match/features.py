"""Turn what was found in a story into the numbers that the matcher weighs: by role, field, likeness, never by name."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.core.facts import agree
from pipeline.core.match.names import Found, Hit, Index
from pipeline.model import Fact, Mention, Role, Watchlist

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
    proxies: frozenset[str]  # context that stands for a watched entity: it shares a topic with one
    allies: frozenset[str]  # context that stands for the subject
    known: frozenset[str]  # named in the seeds
    principals: frozenset[str]  # named in the first third of a seed: who acts there, not who supplies or comments
    claims: frozenset[str]  # all that can make a story ours
    firms: frozenset[str]  # everything but people and places
    strangers: frozenset[str]  # firms of the same trade that the seeds do not know and no topic holds
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
    firms = frozenset(e.key for e in watchlist.entities if e.kind not in {"person", "place"})
    named = [(m.entity, m.end * 3 <= len(s.text)) for s in watchlist.seeds for m in index.find("", "", s.text).mentions]
    return Profile(
        subjects=subjects,
        hosts=parties - watched,
        newcomers=parties & watched,
        watched=watched,
        proxies=frozenset(proxies - allies),
        allies=frozenset(allies),
        known=frozenset(key for key, _ in named),
        principals=frozenset(key for key, early in named if early),
        claims=subjects | parties | watched | proxies | allies,
        firms=firms,
        strangers=firms - subjects - parties - watched - proxies - allies - {key for key, _ in named},
        fields=tuple(g.key for g in watchlist.fields),
        lookalike_of={g.key: frozenset(g.of) for g in watchlist.lookalikes},
        seed_facts=tuple(seed_facts),
    )


def _leads(hits: Sequence[Mention | Hit], titled: bool, room: int = LEAD) -> list[Mention | Hit]:
    """Keep what stands in the title or the first words of the summary (of the article when there is nothing else)."""
    after = room // 2 if titled else room
    return [h for h in hits if h.start < (room if h.part == "title" else after)]


def _tops(mentions: Sequence[Mention], titled: bool) -> set[str]:
    """Name who stands in the headline, or in the first sentence when there is none."""
    return {m.entity for m in mentions if (m.part == "title" if titled else m.start < LEAD // 2)}


def features(found: Found, p: Profile, titled: bool, facts: Sequence[Fact] = ()) -> dict[str, float]:
    """Number what was found in a story's opening, each between 0 and 1; absent ones are 0.

    `titled` says that there is a title: without one the first words of the summary are the lead.
    """
    lead = {m.entity for m in _leads(found.mentions, titled) if isinstance(m, Mention)}
    top = _tops(found.mentions, titled)
    named = {m.entity for m in found.mentions}
    parties = p.hosts | p.newcomers
    hosts, known_hosts = named & p.hosts, named & p.hosts & p.known
    subject = bool(named & p.subjects)
    principal = p.newcomers & p.principals
    club = len(known_hosts) >= 2 or subject  # the subject, by its name or by those who make it
    ours = p.watched | p.proxies
    firms = named & p.firms - p.subjects
    core = p.known & (parties | p.subjects)

    looks = [k for k in found.lookalikes if not p.lookalike_of[k] or named & p.lookalike_of[k] or not named]
    explained: set[str] = set().union(*(p.lookalike_of[k] for k in looks))
    claims = ours | p.subjects | p.hosts

    values = {
        "subject": float(subject),
        "subject_lead": float(bool(lead & p.subjects)),
        "subject_top": float(bool(top & p.subjects)),
        "hosts_1": float(len(hosts) >= 1),
        "hosts_2": float(len(hosts) >= 2),
        "hosts_3": float(len(hosts) >= 3),
        "known_hosts_1": float(len(known_hosts) >= 1),
        "known_hosts_2": float(len(known_hosts) >= 2),
        "known_hosts_3": float(len(known_hosts) >= 3),
        "lead_hosts_2": float(len(lead & p.hosts) >= 2),
        "top_hosts_2": float(len(top & p.hosts) >= 2),
        "newcomer": float(bool(named & p.newcomers)),
        "newcomer_lead": float(bool(lead & p.newcomers)),
        "principal": float(bool(named & principal)),
        "principal_club": float(bool(named & principal) and club),
        "principal_lead_club": float(bool(lead & principal) and club),
        "principal_top_club": float(bool(top & principal) and club),
        "principal_host": float(bool(named & principal) and len(known_hosts) >= 1),
        "watched": float(bool(named & p.watched)),
        "watched_lead": float(bool(lead & p.watched)),
        "watched_top": float(bool(top & p.watched)),
        "proxy": float(bool(named & p.proxies)),
        "proxy_lead": float(bool(lead & p.proxies)),
        "ours_lead": float(bool(lead & (ours | p.subjects))),
        "ours_2": float(len(named & ours) >= 2),
        "ally": float(bool(named & p.allies)),
        "ally_lead": float(bool(lead & p.allies)),
        "ally_top": float(bool(top & p.allies)),
        "ally_club": float(bool(named & p.allies) and (subject or bool(known_hosts))),
        "known_context": float(bool(named & p.known - core - p.watched)),
        "principal_context": float(bool(named & p.principals - core - p.watched)),
        "principal_context_club": float(bool(named & p.principals - core - p.watched) and club),
        "strangers": min(1.0, len(lead & p.strangers) / 2),
        "stranger_top": float(bool(top & p.strangers)),
        "stranger_host": float(bool(top & p.strangers) and not subject and bool(named & p.hosts)),
        "stranger_alone": float(bool(top & p.strangers) and not top & p.claims),
        "purity": len(firms & p.known) / len(firms) if firms else 0.0,
        "no_field": float(not found.fields),
        "recall": len(named & core) / max(1, len(core)),
        "lookalike": float(bool(looks)),
        "lookalike_lead": float(any(_leads(found.lookalikes[k], titled) for k in looks)),
        "lookalike_2": float(sum(len({h.word for h in found.lookalikes[k]}) for k in looks) >= 2),
        "lookalike_top": float(bool(looks) and bool(top & claims) and top & claims <= explained),
        "lookalike_all": float(bool(looks) and bool(named & claims) and named & claims <= explained),
    }
    for key in p.fields:
        hits = found.fields.get(key, ())
        if hits:
            values[f"field:{key}"] = 1.0
            values[f"lead:{key}"] = float(bool(_leads(hits, titled)))
            values[f"ours:{key}"] = float(bool(named & ours))
            values[f"club:{key}"] = float(club)
            values[f"guest:{key}"] = float(bool(named & principal) and (club or bool(known_hosts)))
    money = [f for f in facts if f.kind in {"money", "energy", "power"}]
    shared = {round(f.value) for f in money if any(agree(f, s) for s in p.seed_facts)}
    values["facts_1"] = float(len(shared) >= 1)
    values["facts_2"] = float(len(shared) >= 2)
    values["facts_other"] = float(bool(money) and not shared)
    # A newcomer and the makers of the subject, but other sums: its own deal with the same people.
    values["guest_other"] = float(bool(named & principal and known_hosts and money) and not shared and not subject)
    return values
