"""What every shipped query answers on the store of `seed.py`, row by row; read and checked by hand."""

from datetime import timedelta
from typing import Any

import pytest

from tests.sql.seed import Clock

JOINS = "xAI joins the AI Infrastructure Partnership"
WHY = "It is about what you follow: xAI."
PERMIT = "xAI gets a permit for 15 gas turbines at Memphis"
AIP, CLUB = "AI Infrastructure Partnership", "BlackRock welcomes xAI"
MILLIARDS = "60 milliards de dollars"


def rows(c: Clock) -> dict[str, list[tuple[Any, ...]]]:
    """Give the expected rows of each query by its name."""
    silent = (c.now - c.at(10, "08:00")).total_seconds() / 86400
    return {
        "alert_speed": [
            # subscription sent_count mean_minutes_since_event longest_minutes_to_send retried_count last_sent_at
            ("desk", 3, 24.7, 2.0, 0, c.at(3, "12:41")),
            ("paris", 1, 60.0, 30.0, 1, c.at(3, "09:30")),
        ],
        "alerts_waiting": [
            # alert_id subscription event_id event_level reason state created_at attempts last_outcome last_code
            (4, "desk", 3, 2, "new", "pending", c.at(1, "22:00"), 1, "temporary", 451),
            (5, "paris", 3, 2, "new", "pending", c.at(1, "22:00"), 0, None, None),
        ],
        "best_feeds": [
            # feed_id title language story_count founding_count event_count
            (1, "The Harbor Times", "en", 3, 1, 2),
            (2, "Courrier numerique", "fr", 2, 0, 2),
            (3, "Warta Nusantara", "id", 2, 0, 2),
            (5, "Meridian Wire", "en", 2, 2, 2),
            (4, "Kurier", "de", 1, 1, 1),
        ],
        "contradictions": [
            # event_id event_title role unit written outlet against_written against_outlet ratio against_at
            (
                1,
                "xAI joins the AI Infrastructure Partnership",
                "target",
                "USD",
                "$100 billion",
                "harbor.example",
                "60 milliards de dollars",
                "courrier.example",
                1.67,
                c.at(3, "12:00"),
            ),
        ],
        "corrected_stories": [
            # story_id level corrected_level score language title entities
            (7, 1, 2, 0.7, "fr", "A Memphis, xAI obtient son permis", "xAI ×2 (headline)"),
        ],
        "countries_reached": [
            # country story_count seed_count subject_count outlet_count event_count
            ("GB", 3, 2, 1, 1, 2),
            ("FR", 2, 1, 0, 1, 2),
            ("ID", 2, 1, 1, 1, 2),
            ("US", 2, 1, 0, 1, 2),
            ("DE", 1, 0, 0, 1, 1),
        ],
        "doubtful_stories": [
            # story_id story_at level score language outlet title url
            (
                6,
                c.at(5, "14:00"),
                1,
                0.7,
                "en",
                "wire.example",
                "xAI gets a permit for 15 gas turbines at Memphis",
                "https://wire.example/6",
            ),
            (
                10,
                c.at(10, "08:00"),
                1,
                0.7,
                "de",
                "kurier.example",
                "NextEra verkauft mehr Strom an Rechenzentren",
                "https://kurier.example/10",
            ),
        ],
        "entities_this_week": [
            # entity_key entity_name story_count story_count_before title_count
            ("aip", "AI Infrastructure Partnership", 7, 0, 6),
            ("xai", "xAI", 7, 0, 7),
            ("blackrock", "BlackRock", 4, 0, 2),
            ("nextera", "NextEra Energy", 0, 1, 0),
        ],
        "entity_by_day": [
            # day entity_key entity_name story_count independent_count
            (c.day(10), "nextera", "NextEra Energy", 1, 1),
            (c.day(5), "xai", "xAI", 1, 1),
            (c.day(4), "xai", "xAI", 1, 0),
            (c.day(3), "aip", "AI Infrastructure Partnership", 4, 3),
            (c.day(3), "blackrock", "BlackRock", 3, 2),
            (c.day(3), "xai", "xAI", 4, 3),
            (c.day(2), "aip", "AI Infrastructure Partnership", 1, 1),
            (c.day(2), "xai", "xAI", 1, 1),
            (c.day(1), "aip", "AI Infrastructure Partnership", 2, 2),
            (c.day(1), "blackrock", "BlackRock", 1, 1),
        ],
        "entity_by_language": [
            # entity_key language country story_count title_count
            ("aip", "en", "GB", 3, 2),
            ("aip", "id", "ID", 2, 2),
            ("aip", "en", "US", 1, 1),
            ("aip", "fr", "FR", 1, 1),
            ("blackrock", "en", "GB", 3, 2),
            ("blackrock", "en", "US", 1, 0),
            ("nextera", "de", "DE", 1, 1),
            ("xai", "en", "GB", 2, 2),
            ("xai", "en", "US", 2, 2),
            ("xai", "fr", "FR", 2, 2),
            ("xai", "id", "ID", 1, 1),
        ],
        "feeds_in_trouble": [
            # feed_id title state failures_in_a_row last_error hours_since_success per_day expected_per_day
            (4, "Kurier", "failing", 6, "no such host", pytest.approx(217, abs=2), 0.0, 0.5),
        ],
        "fetch_failures": [
            # host outcome fetch_count seconds_spent last_fetched_at
            ("kurier.example", "timeout", 5, 150.0, c.at(2, "07:00")),
            ("kurier.example", "dns", 1, 0.2, c.at(1, "07:00")),
        ],
        "growth_of_widest_event": [
            # day story_count new_language_count total_story_count total_language_count
            (c.day(3), 4, 2, 4, 2),
            (c.day(2), 1, 1, 5, 3),
        ],
        "language_delay": [
            # language event_count first_count mean_hours_behind
            ("en", 3, 3, 0.0),
            ("fr", 2, 0, 10.5),
            ("id", 2, 0, 12.5),
        ],
        "languages_read": [
            # language story_count matched_count matched_share event_count only_here_count outlet_count last_story_at
            ("en", 6, 5, 0.8333, 3, 0, 2, c.at(1, "18:00")),
            ("fr", 3, 2, 0.6667, 2, 0, 1, c.at(2, "10:00")),
            ("id", 2, 2, 1.0, 2, 0, 1, c.at(1, "21:00")),
            ("de", 1, 1, 1.0, 1, 1, 1, c.at(10, "08:00")),
            ("und", 1, 0, 0.0, 0, 0, 1, c.at(2, "15:20")),
            ("waiting", 1, 0, 0.0, 0, 0, 1, c.now - timedelta(minutes=5)),
        ],
        "longest_threads": [
            # thread_id thread_title event_count event_id first_seen_at title follows_id step
            (2, PERMIT, 3, 2, c.at(5, "14:00"), PERMIT, None, 0),
            (2, PERMIT, 3, 1, c.at(3, "08:00"), "xAI joins the AI Infrastructure Partnership", 2, 1),
            (2, PERMIT, 3, 3, c.at(1, "18:00"), "BlackRock group AIP buys a data centre operator", 1, 2),
        ],
        "mailed_this_week": [
            # sent_at subscription event_id event_title reason why
            (c.at(3, "12:41"), "desk", 1, JOINS, "new", WHY),
            (c.at(3, "09:30"), "paris", 1, JOINS, "new", WHY),
            (c.at(3, "09:02"), "desk", 1, JOINS, "new", WHY),
            (c.at(5, "15:01"), "desk", 2, PERMIT, "new", WHY),
        ],
        "refused_naming": [
            # story_id entity_name title language because score is_in_title url
            (
                11,
                AIP,
                "AIP honours young physicists",
                "en",
                "words of a lookalike",
                0.01,
                True,
                "https://harbor.example/11",
            ),
            (13, AIP, "AIP 2026", "und", "nobody is named who counts alone", 0.01, True, "https://warta.example/13"),
        ],
        "delays_by_feed": [
            # feed_id feed_title story_count mean_minutes_to_seen longest_ mean_minutes_to_mail longest_
            (1, "The Harbor Times", 3, 20.0, 20.0, None, None),
            (2, "Courrier numerique", 2, 20.0, 20.0, None, None),
            (3, "Warta Nusantara", 2, 20.0, 20.0, None, None),
            (5, "Meridian Wire", 2, 20.0, 20.0, 41.5, 42.0),
        ],
        "changed_headlines": [
            # changed_at outlet former_title new_title minutes_after_seen level event_id story_id
            (
                c.at(3, "10:30"),
                "harbor.example",
                f"{CLUB} to its club",
                f"{CLUB} to its data centre club",
                40.0,
                3,
                1,
                2,
            ),
            (c.at(3, "10:00"), "harbor.example", CLUB, f"{CLUB} to its club", 10.0, 3, 1, 2),
        ],
        "feeds_of_event": [
            # feed_id feed_title story_count first_count first_shown_at
            (5, "Meridian Wire", 1, 1, c.at(3, "08:20")),
            (1, "The Harbor Times", 3, 2, c.at(3, "09:00")),
            (2, "Courrier numerique", 1, 1, c.at(3, "12:20")),
            (3, "Warta Nusantara", 1, 1, c.at(2, "06:20")),
        ],
        "stories_by_tag": [
            # tag feed_count story_count matched_count event_count
            ("business", 5, 14, 10, 4),
            ("query", 5, 14, 10, 4),
        ],
        "facts_of_event": [
            # story_at outlet language kind role value unit written part story_id
            (c.at(3, "08:00"), "wire.example", "en", "money", "raised", 30e9, "USD", "$30 billion", "summary", 1),
            (c.at(3, "08:00"), "wire.example", "en", "date", "", 20819.0, "day", "2027", "title", 1),
            (c.at(3, "09:30"), "harbor.example", "en", "money", "target", 100e9, "USD", "$100 billion", "summary", 2),
            (c.at(3, "10:00"), "harbor.example", "en", "money", "raised", 30e9, "USD", "$30 billion", "summary", 5),
            (c.at(3, "12:00"), "courrier.example", "fr", "money", "target", 60e9, "USD", MILLIARDS, "summary", 3),
            (
                c.at(2, "06:00"),
                "warta.example",
                "id",
                "money",
                "target",
                100e9,
                "USD",
                "100 miliar dolar",
                "summary",
                4,
            ),
        ],
        "thread_of_event": [
            # first_seen_at event_id title level follows_id step
            (c.at(5, "14:00"), 2, PERMIT, 1, None, 0),
            (c.at(3, "08:00"), 1, JOINS, 3, 2, 1),
            (c.at(1, "18:00"), 3, "BlackRock group AIP buys a data centre operator", 2, 1, 2),
        ],
        "merged_events": [
            # event_id title merged_into standing_title updated_at
            (5, "xAI rejoint l'alliance AIP", 1, "xAI joins the AI Infrastructure Partnership", c.at(3, "12:30")),
        ],
        "money_by_role": [
            # event_id title role unit value written independent_count language_count
            (
                1,
                "xAI joins the AI Infrastructure Partnership",
                "target",
                "USD",
                100000000000.0,
                "$100 billion",
                2,
                2,
            ),
            (3, "BlackRock group AIP buys a data centre operator", "price", "USD", 40000000000.0, "$40 billion", 2, 2),
            (
                1,
                "xAI joins the AI Infrastructure Partnership",
                "target",
                "USD",
                60000000000.0,
                "60 milliards de dollars",
                1,
                1,
            ),
            (1, "xAI joins the AI Infrastructure Partnership", "raised", "USD", 30000000000.0, "$30 billion", 1, 1),
        ],
        "named_together": [
            # entity_key other_entity_key story_count event_count last_story_at
            ("aip", "xai", 4, 1, c.at(2, "06:00")),
            ("aip", "blackrock", 3, 2, c.at(1, "18:00")),
            ("blackrock", "xai", 2, 1, c.at(3, "09:30")),
        ],
        "newest_events": [
            # event_id first_seen_at level title story_count language_count languages
            (3, c.at(1, "18:00"), 2, "BlackRock group AIP buys a data centre operator", 2, 2, "en id"),
            (1, c.at(3, "08:00"), 3, "xAI joins the AI Infrastructure Partnership", 5, 3, "en fr id"),
            (2, c.at(5, "14:00"), 1, "xAI gets a permit for 15 gas turbines at Memphis", 2, 2, "en fr"),
        ],
        "not_told_in_english": [
            # event_id first_seen_at level title languages story_count
            (4, c.at(10, "08:00"), 1, "NextEra verkauft mehr Strom an Rechenzentren", "de", 1),
        ],
        "power_demand": [
            # event_id title role megawatts written story_count first_at
            (
                2,
                "xAI gets a permit for 15 gas turbines at Memphis",
                "capacity",
                247.0,
                "247 megawatts",
                1,
                c.at(5, "14:00"),
            ),
        ],
        "seed_happening": [
            # event_id title first_seen_at last_seen_at span_hours story_count languages countries
            (
                1,
                "xAI joins the AI Infrastructure Partnership",
                c.at(3, "08:00"),
                c.at(2, "06:00"),
                22.0,
                5,
                "en fr id",
                "FR GB ID US",
            ),
        ],
        "silent_languages": [
            # language story_count outlet_count last_story_at days_silent
            ("de", 1, 1, c.at(10, "08:00"), pytest.approx(silent, abs=0.6)),
        ],
        "single_source": [
            # event_id first_seen_at level title story_count outlet_count languages
            (2, c.at(5, "14:00"), 1, "xAI gets a permit for 15 gas turbines at Memphis", 2, 2, "en fr"),
            (4, c.at(10, "08:00"), 1, "NextEra verkauft mehr Strom an Rechenzentren", 1, 1, "de"),
        ],
        "steps_this_week": [
            # step run_count mean_seconds longest_seconds done_count failed_count last_started_at
            ("deliver", 1, 0.4, 0.4, 1, 0, c.at(1, "22:04")),
            ("fetch", 3, 2.67, 4.0, 12, 2, c.at(1, "19:00")),
            ("match", 2, 0.75, 1.0, 5, 0, c.at(1, "07:01")),
        ],
        "stories_of_widest_event": [
            # story_at language outlet title level is_copy url
            (
                c.at(3, "08:00"),
                "en",
                "wire.example",
                "xAI joins the AI Infrastructure Partnership",
                3,
                False,
                "https://wire.example/1",
            ),
            (
                c.at(3, "09:30"),
                "en",
                "harbor.example",
                "BlackRock welcomes xAI to its data centre club",
                3,
                False,
                "https://harbor.example/2",
            ),
            (
                c.at(3, "10:00"),
                "en",
                "harbor.example",
                "xAI joins the AI Infrastructure Partnership - agency",
                3,
                True,
                "https://harbor.example/5",
            ),
            (
                c.at(3, "12:00"),
                "fr",
                "courrier.example",
                "xAI rejoint l'alliance AIP",
                3,
                False,
                "https://courrier.example/3",
            ),
            (
                c.at(2, "06:00"),
                "id",
                "warta.example",
                "xAI bergabung dengan aliansi AIP",
                3,
                False,
                "https://warta.example/4",
            ),
        ],
        "told_nobody": [
            # event_id title level first_seen_at is_baseline story_count
            (3, "BlackRock group AIP buys a data centre operator", 2, c.at(1, "18:00"), False, 2),
        ],
        "who_copies_whom": [
            # original_outlet outlet copy_count translated_count mean_hours_later
            ("wire.example", "courrier.example", 1, 1, 17.0),
            ("wire.example", "harbor.example", 1, 0, 2.0),
        ],
        "who_is_first": [
            # outlet event_count first_count mean_hours_ahead mean_hours_behind
            ("wire.example", 2, 2, 9.25, 0.0),
            ("harbor.example", 2, 1, 3.0, 0.75),
            ("courrier.example", 2, 0, None, 10.5),
            ("warta.example", 2, 0, None, 12.5),
        ],
        "widest_events": [
            # event_id title level independent_count story_count language_count outlet_count copy_share
            (1, "xAI joins the AI Infrastructure Partnership", 3, 4, 5, 3, 4, 0.2),
            (3, "BlackRock group AIP buys a data centre operator", 2, 2, 2, 2, 2, 0.0),
            (2, "xAI gets a permit for 15 gas turbines at Memphis", 1, 1, 2, 2, 2, 0.5),
            (4, "NextEra verkauft mehr Strom an Rechenzentren", 1, 1, 1, 1, 1, 0.0),
        ],
    }
