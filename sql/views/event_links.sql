-- question: Which event follows which: deals after talks, rulings after suits?
-- grain: one row per pair of standing events that belong to one thread, the later and the earlier
-- caveat: decided by a model of headlines, names and days; `strength` is its probability, and a thread that slept
--   longer than 240 days is not found. `is_nearest` marks the one link of an event that mails and pages tell.
-- since: linked_at
-- columns:
--   event_id integer: the later event
--   title text: its title
--   first_seen_at time: time of its earliest story
--   kind text: follows
--   follows_id integer: the earlier event
--   follows_title text: its title
--   follows_seen_at time: time of its earliest story
--   days_later real: days between the two
--   strength real: probability that both belong to one thread, 0..1
--   is_nearest boolean: the strongest of the later event's links
--   evidence json: what decided
--   linker_version text: version of the linking weights
--   linked_at time: when the two were linked
create view event_links as
select
    x.event_id,
    b.title,
    b.first_seen_at,
    x.kind,
    x.follows_id,
    a.title as follows_title,
    a.first_seen_at as follows_seen_at,
    round(julianday(b.first_seen_at) - julianday(a.first_seen_at), 2) as days_later,
    x.strength,
    (
        row_number() over (
            partition by x.event_id
            order by x.strength desc, a.first_seen_at desc, a.id asc
        ) = 1
    ) as is_nearest,
    x.evidence,
    x.linker_version,
    x.linked_at
from links as x
inner join events as b on x.event_id = b.id
inner join events as a on x.follows_id = a.id
where b.merged_into is null and a.merged_into is null and b.story_count > 0 and a.story_count > 0;
