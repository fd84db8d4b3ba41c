"""Stories for clustering tests, written by us: three happenings in several languages, by outlets that do not exist."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

from pipeline.core.text import url
from pipeline.store.tables import entities, facts, match_entities, matches, stories, watchlists

T0 = datetime(2025, 3, 19, 8, tzinfo=UTC)


@dataclass(frozen=True)
class Told:
    """One story, its event by our label, and what a matcher would have found in it."""

    event: str
    hours: float
    language: str
    title: str
    summary: str
    entities: tuple[str, ...]
    money: float | None = None
    level: int = 2

    @property
    def address(self) -> str:
        return f"https://news.example/{self.event}/{self.language}/{abs(hash_of(self.title)) % 10**8}"


def hash_of(text: str) -> int:
    """A hash that is the same in every process."""
    return int(url.key(text), 16)


JOIN = ("blackrock", "microsoft", "xai", "nvidia")
STORIES: tuple[Told, ...] = (
    Told(
        "join",
        0,
        "en",
        "Nvidia and Musk's xAI join BlackRock and Microsoft's AI infrastructure fund",
        "The group wants to raise $30 billion for data centres and the power they need.",
        JOIN,
        30e9,
        3,
    ),
    Told(
        "join",
        2,
        "fr",
        "Nvidia et xAI de Musk rejoignent le fonds d'infrastructures d'IA de BlackRock et Microsoft",
        "Le groupe veut lever 30 milliards de dollars pour des centres de données et leur énergie.",
        JOIN,
        30e9,
        3,
    ),
    Told(
        "join",
        5,
        "id",
        "Nvidia dan xAI milik Musk bergabung dengan dana infrastruktur AI BlackRock dan Microsoft",
        "Kelompok itu ingin menghimpun US$30 miliar untuk pusat data dan pasokan listriknya.",
        JOIN,
        30e9,
        3,
    ),
    Told(
        "join",
        9,
        "hi",
        "एनवीडिया और मस्क की xAI ब्लैकरॉक और माइक्रोसॉफ्ट के एआई फंड में शामिल हुईं",
        "समूह डेटा सेंटर और बिजली के लिए 30 अरब डॉलर जुटाना चाहता है।",
        JOIN,
        30e9,
        3,
    ),
    Told(
        "join",
        26,
        "ru",
        "Nvidia и xAI Маска вошли в фонд ИИ-инфраструктуры BlackRock и Microsoft",
        "Группа хочет привлечь 30 миллиардов долларов для центров обработки данных.",
        JOIN,
        30e9,
        3,
    ),
    Told(
        "grok",
        3,
        "en",
        "xAI releases a new version of its Grok chatbot to paying subscribers",
        "The model answers longer questions and costs 30 dollars a month.",
        ("xai", "grok"),
        None,
        1,
    ),
    Told(
        "grok",
        6,
        "de",
        "xAI veröffentlicht neue Version des Chatbots Grok für zahlende Kunden",
        "Das Modell beantwortet längere Fragen und kostet 30 Dollar im Monat.",
        ("xai", "grok"),
        None,
        1,
    ),
    Told(
        "nextera",
        4,
        "en",
        "NextEra lifts its forecast as data centres ask for more gas turbines",
        "The utility will build four gigawatts of new plants with GE Vernova.",
        ("nextera", "gevernova"),
        None,
        1,
    ),
    Told(
        "nextera",
        8,
        "es",
        "NextEra eleva su previsión porque los centros de datos piden más turbinas de gas",
        "La eléctrica construirá cuatro gigavatios de nuevas plantas con GE Vernova.",
        ("nextera", "gevernova"),
        None,
        1,
    ),
)
# It is nobody's copy, and spells the names as Hindi does.
BHOJPURI = Told(
    "join",
    12,
    "bho",
    "ब्लैकरॉक आ माइक्रोसॉफ्ट के एआई फंड में मस्क के xAI आ एनवीडिया भी आ गइल",
    "डेटा सेंटर खातिर 30 अरब डॉलर जुटावल जाई, कंपनी सब बुध के दिने बतवली।",
    ("blackrock", "microsoft", "xai", "nvidia"),
    30e9,
    3,
)


def tell(db: sa.Connection, told: Sequence[Told]) -> list[int]:
    """Store stories as matching leaves them: judged, with entities and facts, waiting for an event."""
    keys = sorted({k for t in told for k in t.entities})
    known = set(db.scalars(sa.select(entities.c.key)))
    for key in keys:
        if key not in known:
            db.execute(sa.insert(entities).values(key=key, name=key, kind="company", roles=[]))
    if db.scalar(sa.select(sa.func.count()).select_from(watchlists)) == 0:
        db.execute(sa.insert(watchlists).values(version="w", name="w", content={}, created_at=T0, is_current=True))
    ids = []
    for t in told:
        at = T0 + timedelta(hours=t.hours)
        seen_at = at + timedelta(minutes=10)
        made = sa.insert(stories).values(
            url_hash=url.key(t.address),
            canonical_url=t.address,
            url=t.address,
            outlet=f"{t.language}.example",
            title=t.title,
            summary=t.summary,
            language=t.language,
            language_confidence=1.0,
            published_at=at,
            seen_at=seen_at,
            story_at=at,
            content_hash=url.key(t.title),
            judged_at=seen_at,
        )
        story_id = int(db.execute(made.returning(stories.c.id)).scalar_one())
        db.execute(
            sa.insert(matches).values(
                story_id=story_id,
                watchlist_version="w",
                matcher_version="m",
                content_hash=url.key(t.title),
                level=t.level,
                score=0.9,
                topics=["aip"],
                evidence={},
                matched_at=seen_at,
                is_current=True,
            )
        )
        if t.entities:
            db.execute(
                sa.insert(match_entities),
                [
                    {"story_id": story_id, "entity_key": k, "mention_count": 1, "in_title": True, "aliases": [k]}
                    for k in t.entities
                ],
            )
        if t.money is not None:
            db.execute(
                sa.insert(facts).values(
                    story_id=story_id,
                    kind="money",
                    value=t.money,
                    unit="USD",
                    role="target",
                    part="summary",
                    start_offset=0,
                    end_offset=1,
                    written=str(t.money),
                )
            )
        ids.append(story_id)
    return ids
