-- question: Which stories tell which event, and why is each of them in it?
-- grain: one row per story that is in an event
-- caveat: when events merge, their stories move: `event_id` always stands. `story_at` is the earlier of
--   what the feed claims and when newswatch first saw it.
-- since: joined_at
-- columns:
--   event_id integer: event
--   event_title text: title of the event
--   event_level integer: level of the event
--   story_id integer: story
--   story_at time: the story's time
--   published_at time: what the feed claims; null when absent or absurd
--   seen_at time: when newswatch first saw it
--   language text: detected language (BCP 47), und when unsure
--   country text: country of the feed that brought it first
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   feed_id integer: feed that brought it first
--   title text: headline as a person would print it
--   summary text: summary
--   url text: address
--   level integer: the story's own level
--   score real: probability that it is ours (level 1 and above)
--   similarity real: cosine to the nearest seed article
--   seed_key text: that seed
--   how text: how it came into the event: found, join, merge or manual
--   join_score real: probability that it belongs here
--   nearest_story_id integer: the story of the event that it is most like
--   is_lead boolean: gives the event its title
--   is_copy boolean: repeats another story
--   copy_of integer: that story
--   joined_at time: when it came into the event
--   evidence json: all that decided the join
--   raw_title text: headline as the feed has it
--   kind text: what the headline calls itself: breaking, exclusive, update, opinion, …
--   update_number integer: number of the update that the headline names
create view event_stories_flat as
select
    e.id as event_id,
    e.title as event_title,
    cast(e.level as integer) as event_level,
    s.id as story_id,
    s.story_at,
    s.published_at,
    s.seen_at,
    s.language,
    s.country,
    s.outlet,
    s.first_feed_id as feed_id,
    s.title,
    s.summary,
    s.url,
    cast(j.level as integer) as level,
    j.score,
    j.similarity,
    j.seed_key,
    m.how,
    m.score as join_score,
    cast(m.evidence ->> 'nearest' as bigint) as nearest_story_id,
    coalesce(e.lead_story_id = s.id, false) as is_lead,
    (m.copy_of is not null) as is_copy,
    m.copy_of,
    m.joined_at,
    m.evidence,
    coalesce(s.raw_title, s.title) as raw_title,
    s.kind,
    s.update_number
from event_stories as m
inner join events as e on m.event_id = e.id
inner join stories as s on m.story_id = s.id
left join matches as j on s.id = j.story_id and j.is_current;
