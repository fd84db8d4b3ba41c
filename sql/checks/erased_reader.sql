-- wrong: a reader who was erased but whose address is still there, or who left and is still sent mail
-- do: run `newswatch subscriptions forget` again; report it
select
    id as subscription_id,
    key,
    unsubscribed_at,
    erased_at
from subscriptions
where (erased_at is not null and address <> '') or (unsubscribed_at is not null and enabled)
order by id;
