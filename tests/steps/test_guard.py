"""One fault of ours costs one item: in every step the others go on, and another version of the code tries it again."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import sqlalchemy as sa

from pipeline import guard, store
from pipeline.desk import faults, progress, sample
from pipeline.settings import Settings, load
from pipeline.steps import MAIN, checks, heartbeat, perform, run_all
from pipeline.store.tables import events, stories
from tests.databases import new_postgres
from tests.meaning import meaning
from tests.samples import write_few

NOW = datetime.now(UTC)
VICTIM = "select min(story_id) from matches where is_current and level >= 1"


class Parsed(NamedTuple):
    """A store in which the sample feeds were parsed and nothing else was done, to be copied."""

    watch: Path
    sqlite: Path
    postgresql: str  # its name


def made(folder: Path, watch: Path, url: str) -> Settings:
    return load(
        database_url=url, watch_dir=watch, mail_dir=folder / "mail", encoder="none", enrich=False,
        allow_addresses=("127.0.0.1",), host_spacing=0.0, host_concurrency=8, log_format="quiet",
        operator="ops@reader.example", news_days=sample.NEWS_DAYS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Parsed:
    """The store of all tests here, made once on each kind of database."""
    folder = tmp_path_factory.mktemp("parsed")
    found = Parsed(folder / "watch", folder / "newswatch.db", "template_parsed")
    with sample.serve() as port:
        write_few(found.watch, port, sample.weeks_to(NOW))
        for url in (f"sqlite:///{found.sqlite}", new_postgres(postgres_url, found.postgresql)):
            for step in MAIN[:3]:
                perform(step, made(folder, found.watch, url), NOW)
    return found


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, parsed: Parsed, postgres_url: str, tmp_path: Path) -> Iterator[Settings]:
    """A store of one's own in which the sample feeds were parsed and nothing else was done."""
    if request.param == "postgresql":
        url = new_postgres(postgres_url, None, parsed.postgresql)
    else:
        url = f"sqlite:///{shutil.copyfile(parsed.sqlite, tmp_path / 'newswatch.db')}"
    with store.kept(url):
        yield made(tmp_path, parsed.watch, url)


def poison(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, is_bad: Callable[..., bool]) -> None:
    """Give a function of ours a fault that some arguments meet, as deep recursion in a text was one."""
    sound = getattr(owner, name)

    def faulty(*args: Any, **options: Any) -> Any:
        if is_bad(*args, **options):
            raise RecursionError("maximum recursion depth exceeded, said by ops@reader.example")
        return sound(*args, **options)

    monkeypatch.setattr(owner, name, faulty)


def text_of(value: Any) -> str:
    return repr(value)


def title_of(settings: Settings) -> str:
    """Choose a story that the desk's main event tells, by what a run of another store would find: the first sample."""
    with store.read(settings.database_url) as db:
        query = sa.select(stories.c.title).where(stories.c.title.like("%AI Infrastructure Partnership%"))
        return str(db.scalar(query.order_by(stories.c.url_hash).limit(1)))


def break_detect(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    from pipeline.detector import Detector

    poison(monkeypatch, Detector, "detect_many", lambda _, texts: any(t[0] == title for t in texts))


def break_match(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    from pipeline.core.match.judge import Matcher

    poison(monkeypatch, Matcher, "judge_many", lambda _, todo: any(s.title == title for s in todo))


def break_vectors(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    from pipeline.encoder import Encoder

    poison(monkeypatch, Encoder, "stories", lambda _, told, *more: any(said == title for said, _ in told))


def break_cluster(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    from pipeline.core.events import pairs

    poison(monkeypatch, pairs, "pool", lambda members, model: any(m.story.title == title for m in members))


@pytest.mark.parametrize(
    ("step", "how"),
    [("detect", break_detect), ("match", break_match), ("cluster", break_vectors), ("cluster", break_cluster)],
)
def test_a_story_that_breaks_a_step_costs_itself(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, step: str, how: Callable[[pytest.MonkeyPatch, str], None]
) -> None:
    """Every other story comes as far as ever; the broken one is marked, told, and catches up with a mended version."""
    title = title_of(settings)
    with monkeypatch.context() as broken:
        how(broken, title)
        tallies = {s: perform(s, settings, NOW) for s in MAIN[3:]}
        assert tallies[step].failed == 1 and tallies[step].seen == sum(
            (tallies[step].done, tallies[step].skipped, tallies[step].failed)
        )
        (fault,) = faults.listed(settings)
        assert (fault.step, fault.item_kind, fault.attempts) == (step, "story", 1)
        assert fault.reason.startswith("RecursionError: maximum recursion depth") and "@" not in fault.reason
        found = {f.check: f.count for f in checks.look(settings)}
        assert found.get("item_fault") == 1 and "waiting_too_long" not in found
        assert perform(step, settings, NOW).seen == 0, "this version does not try it again at once"
        assert progress.waiting(settings, NOW)[step] == 0
        later = perform(step, settings, NOW + timedelta(hours=2))
        assert (later.seen, later.failed) == (1, 1), "an hour later it does"
        assert [f.attempts for f in faults.listed(settings)] == [2]
        heartbeat.run(settings, NOW, force=True)
    written = "".join(p.read_text() for p in (settings.mail_dir or Path()).glob("*.eml"))
    assert "1 items broke the program" in written
    perform("outcomes", settings, NOW)
    assert perform(step, settings, NOW).seen == 0
    monkeypatch.setattr(guard, "_code", lambda: "mended")
    for s in MAIN[3:]:
        assert perform(s, settings, NOW).failed == 0
    assert faults.listed(settings) == []
    with store.read(settings.database_url) as db:
        assert db.scalar(sa.select(stories.c.judged_at).where(stories.c.title == title)) is not None
    assert _reached(settings, title), "it stands where an undisturbed run puts it"


def _reached(settings: Settings, title: str) -> bool:
    return any(title in row for row in _titles(settings))


def _titles(settings: Settings) -> list[tuple[str, ...]]:
    with store.read(settings.database_url) as db:
        query = "select s.title from event_stories x join stories s on s.id = x.story_id"
        return [tuple(r) for r in db.execute(sa.text(query))]


def test_a_store_with_a_fault_in_between_means_the_same(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Broken, mended and run again, matches and events are those of an undisturbed run."""
    title = title_of(settings)
    with monkeypatch.context() as broken:
        break_match(broken, title)
        for s in MAIN[3:7]:
            perform(s, settings, NOW)
    faults.again(settings)
    for s in MAIN[3:7]:
        perform(s, settings, NOW)
    once = meaning(settings.database_url)
    perform("rematch", settings, NOW, since="2020-01-01")
    perform("cluster", settings, NOW)
    again = meaning(settings.database_url)
    assert again == once
    assert once["event_stories"]


def test_a_story_that_breaks_rematch_keeps_its_judgement_and_waits(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Judging history again goes on behind it; the match step tries it when its time has come."""
    title = title_of(settings)
    for s in MAIN[3:7]:
        perform(s, settings, NOW)
    before = meaning(settings.database_url)
    with monkeypatch.context() as broken:
        break_match(broken, title)
        tally = perform("rematch", settings, NOW, since="2020-01-01")
        assert tally.failed == 1 and tally.seen == len(before["stories"])
        assert perform("match", settings, NOW).seen == 0
        assert meaning(settings.database_url) == before
    assert faults.again(settings, "match") == 1
    tally = perform("match", settings, NOW)
    assert (tally.seen, tally.done) == (1, 1)
    assert meaning(settings.database_url) == before and faults.listed(settings) == []


def test_many_broken_stories_do_not_stop_the_others(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """More broken ones than a batch has, all in front: those behind are judged in the same run."""
    from pipeline.core.match.judge import Matcher
    from pipeline.steps import match

    perform("detect", settings, NOW)
    with store.read(settings.database_url) as db:
        ids = list(db.scalars(sa.select(stories.c.id).order_by(stories.c.id)))
    bad = set(ids[:60])
    monkeypatch.setattr(match, "BATCH", 20)
    poison(monkeypatch, Matcher, "judge_many", lambda _, todo: any(s.id in bad for s in todo))
    tally = perform("match", settings, NOW)
    assert (tally.seen, tally.failed) == (len(ids), 60)
    assert len(faults.listed(settings)) == 60


def test_a_machine_in_trouble_blames_no_item(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A full disk or no free descriptor is no story's fault: the step stops and everything is tried again."""
    from pipeline.core.match.judge import Matcher

    perform("detect", settings, NOW)

    def full(*_: Any) -> Any:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Matcher, "judge_many", full)
    with pytest.raises(OSError, match="No space left"):
        perform("match", settings, NOW)
    assert faults.listed(settings) == []


def test_bad_data_of_an_event_or_a_subscription_stops_no_alert(settings: Settings) -> None:
    """While pictures, readers and what was told are loaded too, one bad row costs its own event."""
    for s in MAIN[3:7]:
        perform(s, settings, NOW)
    with store.begin(settings.database_url) as db:
        ids = list(db.scalars(sa.select(events.c.id).where(events.c.merged_into.is_(None)).order_by(events.c.id)))
        db.execute(sa.update(events).where(events.c.id == ids[0]).values(topics=7))
    later = NOW + timedelta(minutes=5)  # events bear the moment of what they came from, seconds after the run began
    tally = perform("alert", settings, later)
    assert (tally.seen, tally.failed) == (len(ids), 1)
    (fault,) = faults.listed(settings)
    assert (fault.step, fault.item_kind, fault.item_id) == ("alert", "event", ids[0])
    assert perform("alert", settings, later).seen == 0
    with store.begin(settings.database_url) as db:  # the event changes: it is tried again at once
        values = {"topics": [], "updated_at": later + timedelta(minutes=1), "revision": events.c.revision + 1}
        db.execute(sa.update(events).where(events.c.id == ids[0]).values(**values))
    assert perform("alert", settings, later + timedelta(minutes=2)).failed == 0
    assert faults.listed(settings) == []


def test_a_broken_subscription_misses_nothing(settings: Settings) -> None:
    """The others are told; when it can be read again, it is told of all that came meanwhile."""
    with store.begin(settings.database_url) as db:
        keys = list(db.scalars(sa.text("select key from subscriptions order by id")))
        good = db.scalar(sa.text("select content from subscriptions order by id limit 1"))
        db.execute(sa.text("update subscriptions set content = '[1]' where key = :k"), {"k": keys[0]})
    tallies = {s: perform(s, settings, NOW) for s in MAIN[3:]}
    assert tallies["alert"].failed >= 1
    fault = next(f for f in faults.listed(settings) if f.step == "alert")
    assert fault.item_kind == "subscription"
    with store.begin(settings.database_url) as db:
        from pipeline.store.tables import subscriptions

        content = good if isinstance(good, dict) else __import__("json").loads(good)
        db.execute(sa.update(subscriptions).where(subscriptions.c.key == keys[0]).values(content=content))
    perform("alert", settings, NOW)
    with store.read(settings.database_url) as db:
        owed = "select count(*) from alerts a join subscriptions s on s.id = a.subscription_id where s.key = :k"
        assert db.scalar(sa.text(owed), {"k": keys[0]}) > 0
    assert faults.listed(settings) == []


def test_a_mail_that_breaks_waits_for_its_mending(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never dies of a fault of ours; the others go out, and another version sends it at once."""
    from pipeline.letters import Writer

    run_all(settings, NOW)
    sent = len(list((settings.mail_dir or Path()).glob("*.eml")))
    assert sent > 0
    with store.begin(settings.database_url) as db:
        db.execute(sa.text("delete from deliveries"))
        db.execute(sa.text("update alerts set state = 'pending', sent_at = null, attempts = 0 where state = 'sent'"))
    with monkeypatch.context() as broken:
        poison(broken, Writer, "fill", lambda _, draft, *__: draft.plan.alerts[0].id % 2 == 0)
        days = [NOW + timedelta(days=d) for d in (0, 3, 6, 9)]
        tallies = [perform("deliver", settings, day) for day in days]
        assert all(t.detail["dead"] == 0 for t in tallies)
        assert sum(t.failed for t in tallies) > 0
    monkeypatch.setattr(guard, "_code", lambda: "mended")
    perform("deliver", settings, days[-1])
    assert faults.listed(settings) == []
    with store.read(settings.database_url) as db:
        assert db.scalar(sa.text("select count(*) from alerts where state = 'dead'")) == 0


def test_the_reason_names_the_place_and_no_values(settings: Settings) -> None:
    """Whoever reads it finds the line; a database's error comes without its statement."""
    one = guard.Guard(settings, "match", NOW)
    try:
        with store.begin(settings.database_url) as db:
            db.execute(sa.text("insert into meta (key, value) values ('a@reader.example', null)"))
    except sa.exc.IntegrityError as e:
        reason = one.fault(1, e)
    assert "IntegrityError" in reason and "insert into" not in reason and "reader.example" not in reason
    one.flush()
    assert [f.item_id for f in faults.listed(settings)] == [1]


def break_pairs(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    from pipeline.core.events import pairs

    poison(monkeypatch, pairs, "pool", lambda members, model: any(m.story.title == title for m in members))


def break_stated(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    from pipeline.core.events import claims

    poison(monkeypatch, claims, "stated", lambda members: any(m.story.title == title for m in members))


def break_links(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    from pipeline.core.events import threads

    poison(monkeypatch, threads, "passage", lambda said, *more: said == title)


@pytest.mark.parametrize(
    ("settings", "how"),
    [("sqlite", break_pairs), ("postgresql", break_pairs), ("sqlite", break_stated), ("sqlite", break_links)],
    indirect=["settings"],
)
def test_a_stored_story_that_begins_to_break_costs_no_neighbour(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, how: Callable[[pytest.MonkeyPatch, str], None]
) -> None:
    """A new version breaks at an old story: its event stands still, new ones go on, a mended version makes it good."""
    for s in MAIN[3:7]:
        perform(s, settings, NOW)
    whole = _partition(settings)
    with store.begin(settings.database_url) as db:  # all come anew but one event, and of that one story
        event, victim = db.execute(
            sa.text("select id, lead_story_id from events order by story_count desc, id")
        ).first()
        title = "Told in words that break the next version"
        db.execute(sa.update(stories).where(stories.c.id == victim).values(title=title))
        query = "select story_id from event_stories where event_id = :e and story_id <> :v order by story_id limit 1"
        late = db.scalar(sa.text(query), {"e": event, "v": victim})
        new = "story_id = :late or event_id <> :e"
        count = len(db.execute(sa.text(f"select 1 from event_stories where {new}"), {"late": late, "e": event}).all())
        db.execute(sa.text(f"delete from event_stories where {new}"), {"late": late, "e": event})
        held = "select story_id from event_stories"
        db.execute(sa.text(f"update matches set clustered_at = null where story_id not in ({held})"))
    with monkeypatch.context() as broken:
        how(broken, title)
        tally = perform("cluster", settings, NOW)
        assert (tally.done, tally.failed, tally.skipped) == (count, 1, 0)
        (fault,) = faults.listed(settings)
        assert (fault.step, fault.item_id) == ("cluster", victim)
        assert perform("cluster", settings, NOW).seen == 0
        later = perform("cluster", settings, NOW + timedelta(hours=2))
        assert (later.seen, later.done, later.failed) == (1, 0, 1)
    monkeypatch.setattr(guard, "_code", lambda: "mended")
    assert perform("cluster", settings, NOW).failed == 0 and faults.listed(settings) == []
    assert _partition(settings) == whole


def _partition(settings: Settings) -> set[frozenset[int]]:
    with store.read(settings.database_url) as db:
        rows = db.execute(sa.text("select event_id, story_id from event_stories")).all()
    return {frozenset(story for event, story in rows if event == one) for one in {event for event, _ in rows}}
