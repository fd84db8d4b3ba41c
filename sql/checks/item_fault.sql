-- wrong: an item that broke our code; the others went on, this one is left out and tried again later
-- do: read the reason, report or mend it; another version tries again by itself, `newswatch faults --again` now
select
    step,
    item_kind,
    item_id,
    attempts,
    first_failed_at,
    failed_at,
    reason
from faults
order by step, item_kind, item_id;
