"""Airflow DAG: when events changed: decide who is owed a mail, and send what is due now."""

from datetime import timedelta

from newswatch_wiring import EVENTS, deliver, job, step

DOC = """
### What it does

`alert` decides for each changed event who is owed a mail and puts it into the outbox · `deliver` sends what is due:
instant subscriptions now · `targets` tells web hooks and chats what the mails told. Digests and mails that are tried again leave with `newswatch_digest`.

### When it is red

| red | what to do |
|---|---|
| `alert` | the database; what was not decided is decided by the next run, here or in `newswatch_digest`. |
| `deliver` | the mail server fails (refused login, no answer): the log has its words. Mails wait in the outbox and are tried again after 5 minutes, 10, 20 … up to 4 hours, for days. Single mails that are refused never make it red: `newswatch alerts dead`. |

*skipped* `deliver`: neither NEWSWATCH_SMTP_URL nor NEWSWATCH_MAIL_DIR is set (nor the connection newswatch_smtp), or
another process is sending. Clearing is safe: a mail that was accepted is marked, and goes out under one Message-ID.
"""

with job("newswatch_alerts", doc=DOC, schedule=[EVENTS], late_after=timedelta(minutes=30), tags=["mail"]) as dag:
    step("alert", inlets=[EVENTS]) >> deliver() >> step("targets")
