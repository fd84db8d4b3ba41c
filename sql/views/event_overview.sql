-- question: What happened, since when, and how widely is it told?
-- grain: one row per event number that was ever given
-- caveat: an event that turned out to be another one keeps its row, with `merged_into` set and all counts 0, so that
--   old numbers can still be looked up and sums are right; write `where merged_into is null` to count events.
-- since: updated_at
-- columns:
--   event_id integer: number of the event; never changes meaning
--   merged_into integer: event that this one turned out to be; null = the event stands
--   title text: English title where a story has one, else the best
--   title_language text: language of the title (BCP 47)
--   level integer: 3 tells the seeds' happening, 2 their subject, 1 a watched entity; a lone outlier does not count
--   is_baseline boolean: made only of stories that stood when their feed was first read; nobody was alerted
--   first_seen_at time: time of its earliest story
--   last_seen_at time: time of its latest story
--   span_hours real: hours between the two
--   story_count integer: stories, copies included
--   independent_count integer: outlets that tell it in words of their own; unknown ones count as one
--   language_count integer: languages that it is told in
--   outlet_count integer: outlets that told it
--   copy_share real: share of its stories that repeat another one, 0..1
--   languages list: those languages, separated by blanks
--   countries list: countries of the feeds that brought its stories, separated by blanks
--   entities list: keys of its entities, most important first, separated by blanks
--   topics list: keys of its topics, separated by blanks
--   lead_story_id integer: story that gives the title
--   lead_url text: its address
--   revision integer: grows with every change
--   created_at time: when newswatch founded it
--   updated_at time: when it last changed
create view event_overview as
select
    e.id as event_id,
    e.merged_into,
    e.title,
    e.title_language,
    cast(e.level as integer) as level,
    e.baseline as is_baseline,
    e.first_seen_at,
    e.last_seen_at,
    round((julianday(e.last_seen_at) - julianday(e.first_seen_at)) * 24, 2) as span_hours,
    case when e.merged_into is null then e.story_count else 0 end as story_count,
    case when e.merged_into is null then e.independent_count else 0 end as independent_count,
    case when e.merged_into is null then e.language_count else 0 end as language_count,
    case when e.merged_into is null then e.outlet_count else 0 end as outlet_count,
    case
        when e.merged_into is null and e.story_count > 0
            then (
                select round(cast(count(m.copy_of) as double precision) / count(*), 3)
                from event_stories as m
                where m.event_id = e.id
            )
    end as copy_share,
    (
        select group_concat(told.language, ' ')
        from (
            select distinct s.language
            from event_stories as m
            inner join stories as s on m.story_id = s.id
            where m.event_id = e.id and s.language is not null
            order by s.language
        ) as told
    ) as languages,
    (
        select group_concat(told.country, ' ')
        from (
            select distinct s.country
            from event_stories as m
            inner join stories as s on m.story_id = s.id
            where m.event_id = e.id and s.country is not null
            order by s.country
        ) as told
    ) as countries,
    replace(replace(replace(replace(cast(e.entities as text), '[]', ''), '["', ''), '"]', ''), '", "', ' ') as entities,
    replace(replace(replace(replace(cast(e.topics as text), '[]', ''), '["', ''), '"]', ''), '", "', ' ') as topics,
    e.lead_story_id,
    lead.url as lead_url,
    e.revision,
    e.created_at,
    e.updated_at
from events as e
left join stories as lead on e.lead_story_id = lead.id;
