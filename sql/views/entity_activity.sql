-- question: How much is told about each watched entity, by day, language and country?
-- grain: one row per day (UTC), entity, language and country
-- caveat: counts stories at level 1 and above by their current match; a story that names three entities counts for each
--   of them, so sums over entities count stories more than once.
-- since: day
-- columns:
--   day date: day of the stories (UTC)
--   entity_key text: entity
--   entity_name text: name of the entity
--   entity_kind text: company, person, partnership, fund, project, product or place
--   language text: detected language (BCP 47), und when unsure
--   country text: country of the feed that brought it first
--   story_count integer: stories that name it
--   independent_count integer: outlets that tell an event in words of their own, per event
--   title_count integer: those that name it in the headline
--   mention_count integer: how often it is named
--   seed_count integer: stories at level 3
--   subject_count integer: stories at level 2
--   event_count integer: events that they tell
create view entity_activity as
select
    date(s.story_at) as day,
    n.entity_key,
    x.name as entity_name,
    x.kind as entity_kind,
    s.language,
    s.country,
    count(*) as story_count,
    count(distinct case when m.copy_of is null then m.event_id || ' ' || s.outlet end) as independent_count,
    count(*) filter (where n.in_title) as title_count,
    cast(sum(n.mention_count) as bigint) as mention_count,
    count(*) filter (where j.level = 3) as seed_count,
    count(*) filter (where j.level = 2) as subject_count,
    count(distinct m.event_id) as event_count
from match_entities as n
inner join entities as x on n.entity_key = x.key
inner join stories as s on n.story_id = s.id
inner join matches as j on s.id = j.story_id and j.is_current and j.level >= 1
left join event_stories as m on s.id = m.story_id
group by date(s.story_at), n.entity_key, x.name, x.kind, s.language, s.country;
