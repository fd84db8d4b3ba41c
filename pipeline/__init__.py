"""newswatch finds each happening of a storyline in the world's press, in every language, once.

The whole program, told as a shell line (each word is a step, a file in `pipeline.steps`, and a command):

    watch folder   | sync    -> feeds, watchlists, subscriptions
    due feeds      | fetch   -> fetches, raw bodies      the only step that talks to feeds
    new bodies     | parse   -> stories, sightings       upsert by canonical URL; nothing is stored twice
    new stories    | detect  -> language, confidence     "und" when unsure
    new stories    | match   -> matches, facts           level, score, evidence, watchlist version
    level >= 1     | enrich  -> article text             polite page fetch; better text is judged again
    matched        | cluster -> events                   join, found, merge; with evidence and history
    changed events | alert   -> alerts (outbox)          unique (subscription, event, reason, revision)
    due alerts     | deliver -> mail                     at least once, one Message-ID
"""

__version__ = "0.1.0"
