-- question: Which stories name somebody whom we watch and were refused all the same, and why?
-- grain: one row per story at level 0 and entity that it names
-- caveat: by the judgement that counts. A refusal may be right. All that decided it stands in `story_matches`.
-- since: story_at
-- columns:
--   story_id integer: story
--   entity_key text: entity that it names
--   entity_name text: name of the entity
--   mention_count integer: how often it is named
--   is_in_title boolean: named in the headline
--   written_forms text: forms as written in the story
--   story_at time: the story's time
--   language text: detected language (BCP 47), und when unsure
--   outlet text: who wrote it, not who carried it: host or name; empty when unknown
--   title text: headline as a person would print it
--   url text: address
--   score real: probability of level 1 and above
--   because text: why it was refused, in words
--   corrected_level integer: level that a person gave, the newest
--   matched_at time: when it was judged
create view refused_stories as
with told as (
    select
        j.story_id,
        j.score,
        j.matched_at,
        j.evidence ->> 'tier' as tier,
        coalesce(j.evidence ->> 'lookalikes', '{}') as lookalikes
    from matches as j
    where j.is_current and j.level = 0
)

select
    n.story_id,
    n.entity_key,
    x.name as entity_name,
    n.mention_count,
    n.in_title as is_in_title,
    replace(replace(replace(cast(n.aliases as text), '["', ''), '"]', ''), '", "', '; ') as written_forms,
    s.story_at,
    s.language,
    s.outlet,
    s.title,
    s.url,
    j.score,
    case
        when j.lookalikes <> '{}' then 'words of a lookalike'
        when j.tier = 'nobody' then 'nobody is named who counts alone'
        else 'too little speaks for it'
    end as because,
    (
        select cast(b.level as integer)
        from labels as b
        where b.story_id = n.story_id
        order by b.labelled_at desc, b.id desc
        limit 1
    ) as corrected_level,
    j.matched_at
from refused_entities as n
inner join told as j on n.story_id = j.story_id
inner join stories as s on n.story_id = s.id
inner join entities as x on n.entity_key = x.key;
