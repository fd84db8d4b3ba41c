"""Each check is silent on a sound store, and speaks when the one thing that it watches is broken."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from pipeline import store
from pipeline.settings import Settings
from pipeline.steps import checks
from pipeline.store.sql import query
from tests.sql.conftest import Seeded
from tests.sql.seed import Clock

NAMES = [s.name for s in query.shipped("checks")]


def broken(c: Clock) -> dict[str, tuple[list[str], list[tuple[object, ...]]]]:
    """Give, for each check, what breaks the store and the first columns of the rows that it must give."""
    old = (c.now - timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S+00:00")
    future = (c.now + timedelta(days=2)).strftime("%Y-%m-%d %H:%M:%S+00:00")
    far = (c.now + timedelta(days=400)).strftime("%Y-%m-%d %H:%M:%S+00:00")
    many = (
        "with recursive n(i) as (select 100 union all select i + 1 from n where i < 124) "
        "insert into stories (id, url_hash, canonical_url, url, title, seen_at, story_at, content_hash, first_feed_id, "
        f"language, baseline) select i, cast(i as text), 'u', 'u', 't', '{old}', '{old}', 'h', 1, 'en', false from n"
    )
    carried = (
        "with recursive n(i) as (select 100 union all select i + 1 from n where i < 124) "
        f"insert into sightings (story_id, feed_id, seen_at, url) select i, 1, '{old}', 'u' from n"
    )
    return {
        "alert_dead": (["update alerts set state = 'dead' where id = 5"], [(5, "paris", 3)]),
        "alert_pending_too_long": ([f"update alerts set due_at = '{old}' where id = 5"], [(5, "paris", 3)]),
        "baseline_alert_sent": ([f"update alerts set sent_at = '{old}' where id = 6"], [(6, 4)]),
        "body_not_parsed": ([f"update bodies set parsed_at = null, fetched_at = '{old}' where feed_id = 2"], [(2, 2)]),
        "copy_of_copy": (["update event_stories set copy_of = 5 where story_id = 2"], [(2, 1, 5)]),
        "erased_reader": ([f"update subscriptions set erased_at = '{old}' where id = 2"], [(2, "paris")]),
        "event_counts": (["update events set outlet_count = 9 where id = 2"], [(2, 2, 2, 2, 2, 1, 1, 9, 2)]),
        "event_times": ([f"update events set last_seen_at = '{future}' where id = 3"], [(3,)]),
        "event_undecided": ([f"update events set revision = 9, updated_at = '{old}' where id = 2"], [(2, 9, 2)]),
        "feed_overdue": ([f"update feeds set next_fetch_at = '{old}' where id = 3"], [(3, "Warta Nusantara")]),
        "hash_without_body": ([f"update feeds set body_hash = '{1:064}' where id = 3"], [(3, "Warta Nusantara")]),
        "item_fault": (
            [
                "insert into faults (step, item_kind, item_id, version, reason, first_failed_at, failed_at, retry_at) "
                f"values ('match', 'story', 12, 'v', 'RecursionError: …', '{old}', '{old}', '{future}')"
            ],
            [("match", "story", 12, 1)],
        ),
        "impossible_time": ([f"update stories set story_at = '{future}' where id = 12"], [(12,)]),
        "judged_without_match": (["delete from matches where story_id = 12"], [(12,)]),
        "lead_story": (["update events set lead_story_id = 11 where id = 3"], [(3, 11, None)]),
        "merge_chain": (
            ["update events set merged_into = 2 where id = 1", "update events set merged_into = 1 where id = 5"],
            [(1, 2, None), (5, 1, 2)],
        ),
        "no_feed_answers": (
            [
                f"insert into fetches (feed_id, fetched_at, outcome, error, seconds, size) "
                f"select id, '{future}', 'dns', 'no address', 0, 0 from feeds"
            ],
            [("dns", 5, "no address")],
        ),
        "moment_before_cause": (
            ["update stories set judged_at = '2020-01-01 00:00:00+00:00' where id = 12"],
            [("judged before it was seen", 12)],
        ),
        "one_watchlist": (["update watchlists set is_current = false"], [(2, 0)]),
        "orphan_entities": (["update matches set level = 0 where story_id = 10"], [(10, "nextera", 0)]),
        "orphan_facts": (["update facts set end_offset = 0 where written = '2027'"], [(10, 1, "2027")]),
        "seed_event_not_told": (["delete from deliveries", "delete from alerts where event_id = 1"], [(1,)]),
        "sent_without_delivery": (["delete from deliveries where alert_id = 3"], [(3, 2)]),
        "story_in_merged_event": (["update event_stories set event_id = 5 where story_id = 4"], [(4, 5, 1)]),
        "story_not_ours": (["update matches set level = 0 where story_id = 10 and is_current"], [(10, 4, 0)]),
        "two_current_matches": (
            ["drop index uq_matches_current", "update matches set is_current = true where story_id = 6"],
            [(6, 2)],
        ),
        "undated_share": ([many, carried], [(1, 29, 25)]),
        "waits_beyond_bound": (
            [
                f"update feeds set next_fetch_at = '{far}' where id = 3",
                f"update feeds set claimed_by = 'x', claimed_until = '{far}' where id = 2",
                f"insert into hosts (host, not_before) values ('far.test', '{far}')",
                f"update alerts set due_at = '{far}', state = 'pending' where id = 5",
                f"update stories set enrich_after = '{far}' where id = 12",
            ],
            [
                ("claimed_until", "2"),
                ("due_at", "5"),
                ("enrich_after", "12"),
                ("next_fetch_at", "3"),
                ("not_before", "far.test"),
            ],
        ),
        "waiting_too_long": (
            [f"update stories set seen_at = '{old}', story_at = '{old}' where id = 14"],
            [("detect", 1), ("match", 1)],
        ),
    }


def settings_for(url: str) -> Settings:
    return Settings(database_url=url)  # type: ignore[call-arg]


def test_a_sound_store_has_no_wrong_rows(seeded: Seeded) -> None:
    """A check that cries on a sound store would soon be ignored."""
    found = checks.look(settings_for(seeded.url))
    assert found == []
    tally = checks.run(settings_for(seeded.url), seeded.clock.now)
    assert (tally.seen, tally.done, tally.failed) == (len(NAMES), len(NAMES), 0)


def test_every_check_is_broken_by_something(seeded: Seeded) -> None:
    """A check that was never seen to fail proves nothing."""
    assert sorted(broken(seeded.clock)) == NAMES
    assert len(NAMES) >= 12


def test_each_check_finds_what_it_watches(own: Seeded) -> None:
    """One thing is broken at a time; its check names exactly the rows that are wrong."""
    for name, (statements, expected) in broken(own.clock).items():
        sql_file = next(s for s in query.shipped("checks") if s.name == name)
        with store.connect(own.url) as db, db.begin() as change:
            for statement in statements:  # SQLite writes times without a zone
                written = statement if own.kind == "postgresql" else statement.replace("+00:00'", ".000000'")
                db.execute(sa.text(written.replace(":", "\\:")))
            result = db.execute(sa.text(sql_file.text.replace(":", "\\:")))
            rows = [tuple(query.typed(k, v) for k, v in zip(result.keys(), r, strict=True)) for r in result]
            change.rollback()
        width = len(expected[0])
        assert [row[:width] for row in rows] == expected, name


@pytest.mark.parametrize("name", NAMES)
def test_a_check_says_what_is_wrong_and_what_to_do(name: str) -> None:
    """Whoever is woken at night reads what it means and what to try."""
    sql_file = next(s for s in query.shipped("checks") if s.name == name)
    assert sql_file.header["wrong"] and sql_file.header["do"]


def test_red_checks_are_counted_and_shown(own: Seeded) -> None:
    """The step goes red with the names and numbers of what is wrong."""
    with store.begin(own.url) as db:
        db.execute(sa.text("update alerts set state = 'dead' where id in (4, 5)"))
    found = checks.look(settings_for(own.url))
    assert [(f.check, f.count) for f in found] == [("alert_dead", 2)]
    assert found[0].rows[0][:2] == (4, "desk")
    tally = checks.run(settings_for(own.url), own.clock.now)
    assert (tally.failed, tally.detail) == (1, {"alert_dead": 2})
