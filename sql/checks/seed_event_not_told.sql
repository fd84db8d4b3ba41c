-- wrong: a level 3 event that stood for two hours and reached none of the readers that it is owed to
-- do: see `newswatch alerts list` and whether alert and deliver run
-- caveat: nobody is owed anything by a baseline event, by one whose alerts are all for later, or where no reader wants
--   everything at once
select
    e.id as event_id,
    e.title,
    e.created_at
from events as e
where
    e.merged_into is null
    and e.level = 3
    and not e.baseline
    and e.story_count > 0
    and e.created_at between datetime('now', '-30 days') and datetime('now', '-2 hours')
    and not exists (
        select 1
        from alerts as a
        where
            a.event_id = e.id
            and (a.state in ('sent', 'baseline') or (a.state = 'pending' and a.due_at >= datetime('now', '-2 hours')))
    )
    and (
        exists (
            select 1
            from alerts as a
            where a.event_id = e.id and a.state in ('pending', 'dead')
        )
        or exists (
            select 1
            from subscriptions as u
            where
                u.enabled
                and u.address <> ''
                and u.created_at < e.created_at
                and u.content ->> 'topics' = '[]'
                and u.content ->> 'entities' = '[]'
                and u.content ->> 'story_languages' = '[]'
                and u.content ->> 'frequency' = 'instant'
                and cast(u.content ->> 'only_independent' as text) in ('false', '0')
                and cast(u.content ->> 'min_stories' as integer) <= e.story_count
        )
    )
order by e.id;
