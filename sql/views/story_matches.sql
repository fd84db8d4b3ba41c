-- question: How was each story judged, and what decided it?
-- grain: one row per judged story, by the judgement that counts
-- caveat: holds the stories that are not for us too: write `where level >= 1`. A correction by a person stands in
--   `corrected_level`; it does not change `level`.
-- since: matched_at
-- columns:
--   story_id integer: story
--   story_at time: the story's time
--   seen_at time: when newswatch first saw it
--   language text: detected language (BCP 47), und when unsure
--   country text: country of the feed that brought it first
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   title text: headline as a person would print it
--   url text: address
--   level integer: 3 tells the seeds' happening, 2 their subject, 1 a watched entity, 0 not for us
--   score real: probability of level 1 and above
--   seed_key text: nearest seed article
--   seed_title text: its title
--   similarity real: cosine to it
--   topics list: keys of its topics, separated by blanks
--   entities text: entities found, most often named first: name ×times, and whether in the headline
--   written_forms text: forms as written in the story
--   facts text: amounts found as written, with their role
--   evidence json: all that decided: mentions with offsets, features, contributions
--   watchlist_version text: watchlist that it was judged with
--   is_current_watchlist boolean: that is the one in use now
--   matcher_version text: version of the judging code, its weights and encoders
--   matched_at time: when it was judged
--   corrected_level integer: level that a person gave, the newest
--   event_id integer: event
create view story_matches as
with labelled as (
    select
        story_id,
        level,
        row_number() over (partition by story_id order by labelled_at desc, id desc) as place
    from labels
)

select
    s.id as story_id,
    s.story_at,
    s.seen_at,
    s.language,
    s.country,
    s.outlet,
    s.title,
    s.url,
    cast(j.level as integer) as level,
    j.score,
    j.seed_key,
    d.title as seed_title,
    j.similarity,
    replace(replace(replace(replace(cast(j.topics as text), '[]', ''), '["', ''), '"]', ''), '", "', ' ') as topics,
    (
        select group_concat(found.words, '; ')
        from (
            select
                x.name || ' ×' || cast(n.mention_count as text)
                || case when n.in_title then ' (headline)' else '' end as words
            from match_entities as n
            inner join entities as x on n.entity_key = x.key
            where n.story_id = s.id
            order by n.mention_count desc, n.entity_key asc
        ) as found
    ) as entities,
    (
        select group_concat(found.words, '; ')
        from (
            select replace(replace(replace(cast(n.aliases as text), '["', ''), '"]', ''), '", "', '; ') as words
            from match_entities as n
            where n.story_id = s.id
            order by n.mention_count desc, n.entity_key asc
        ) as found
    ) as written_forms,
    (
        select group_concat(found.words, '; ')
        from (
            select f.written || case when f.role <> '' then ' (' || f.role || ')' else '' end as words
            from facts as f
            where f.story_id = s.id
            order by f.id
        ) as found
    ) as facts,
    j.evidence,
    j.watchlist_version,
    w.is_current as is_current_watchlist,
    j.matcher_version,
    j.matched_at,
    cast(b.level as integer) as corrected_level,
    m.event_id
from matches as j
inner join stories as s on j.story_id = s.id
inner join watchlists as w on j.watchlist_version = w.version
left join seeds as d on j.seed_key = d.key
left join event_stories as m on s.id = m.story_id
left join labelled as b on s.id = b.story_id and b.place = 1
where j.is_current;
