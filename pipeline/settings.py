"""The only reader of the environment: every setting, its default, and what it means.

Each field is read from `NEWSWATCH_<NAME>` (upper case). `Settings()` reads; the rest of the program takes plain values.
"""

import difflib
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any, Literal
from urllib.parse import quote, urlencode

from pydantic import Field, ValidationError
from pydantic.functional_validators import BeforeValidator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from pipeline.errors import ConfigError


def _split(value: object) -> object:
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


SECRET = frozenset({"database_url", "smtp_url", "secret", "web_token", "analyst_url"})  # no error says what they are

# What libpq knows of the extras of a Postgres connection; the others are Airflow's own.
LIBPQ = frozenset(
    {"sslmode", "sslcert", "sslkey", "sslrootcert", "sslcrl", "connect_timeout", "keepalives", "application_name",
     "target_session_attrs", "channel_binding", "gssencmode", "krbsrvname", "passfile", "service", "options"}
)  # fmt: skip

CommaList = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]


class Settings(BaseSettings):
    """All settings of a run, from the environment; a variable that is empty is one that is not set."""

    model_config = SettingsConfigDict(env_prefix="NEWSWATCH_", env_ignore_empty=True, frozen=True, extra="ignore")

    database_url: str = Field("sqlite:///var/newswatch.db", description="Where everything is stored.")
    watch_dir: Path | None = Field(None, description="The watch folder; the one that ships with newswatch by default.")

    # fetching
    contact: str = Field("newswatch@localhost", description="Address in the User-Agent, for those whose feeds we read.")
    allow_addresses: CommaList = Field((), description="Private addresses or networks that may be fetched.")
    host_concurrency: int = Field(2, ge=1, description="Requests at once to one host.")
    host_spacing: float = Field(1.0, ge=0, description="Seconds between two starts at one host.")
    fetch_concurrency: int = Field(50, ge=1, description="Requests at once in all.")
    fetch_timeout: float = Field(30.0, gt=0, description="Seconds for one feed, redirects and body included.")
    connect_timeout: float = Field(10.0, gt=0, description="Seconds to connect.")
    max_body_bytes: int = Field(15 * 2**20, gt=0, description="Bytes of one body after decompression.")
    max_entries: int = Field(5000, gt=0, description="Entries read from one body.")
    max_redirects: int = Field(6, ge=0, description="Redirects followed.")
    # With jitter below nine minutes: whoever looks every five or ten minutes asks a lively feed every tenth minute, and
    # does not find it due some seconds later, at the next look but one.
    min_interval: float = Field(480.0, gt=0, description="Seconds between two fetches of a lively feed.")
    max_interval: float = Field(86400.0, gt=0, description="Seconds between two fetches of a quiet feed.")
    enrich: bool = Field(True, description="Fetch the article pages of stories that matched.")

    # judging
    encoder: str = Field("auto", description="auto | e5 | none: which sentence encoder.")
    matcher_file: Path | None = Field(None, description="Weights fitted on your labels, in place of those shipped.")
    window_days: float = Field(14.0, gt=0, description="Days for which an event stays open for more stories.")

    # telling
    smtp_url: str | None = Field(
        None, description="smtp://user:pass@host:587?starttls=1, smtps://… or smtp://localhost:25."
    )
    mail_from: str = Field("newswatch@localhost", description="Sender of the alert mails.")
    mail_dir: Path | None = Field(None, description="Write mails as .eml files there instead of sending them.")
    operator: str | None = Field(
        None,
        description="Who hears of outages and gets the heartbeat: addresses, apprise targets (a list with commas).",
    )
    operator_language: Literal["ar", "de", "en", "es", "fr", "id", "ja", "pt", "zh"] = Field(
        "en", description="Language of mails to the operator: one that mails are written in."
    )
    base_url: str = Field(
        "http://127.0.0.1:8321", description="Where `newswatch serve` is reached: the links in mails."
    )
    secret: str | None = Field(None, description="Signs unsubscribe links; made and kept in the database when not set.")
    web_token: str | None = Field(
        None, min_length=16, description="Lets those who know it correct events on the page; read-only when not set."
    )
    news_days: float = Field(7.0, gt=0, description="Days after which a story that first comes then is no news.")
    alert_max_per_hour: int = Field(30, ge=1, description="Mails an hour to one subscription; more become one digest.")
    dead_after_days: float = Field(5.0, gt=0, description="Days of failures after which a mail is a dead letter.")

    # keeping
    keep_bodies_days: float = Field(14.0, ge=0, description="Days that raw feed bodies are kept.")
    keep_texts_days: float = Field(90.0, ge=0, description="Days that article texts are kept; 0 = for ever.")
    keep_vectors_days: float = Field(60.0, ge=0, description="Days that sentence vectors are kept; 0 = for ever.")
    keep_fetches_days: float = Field(90.0, ge=0, description="Days that the log of fetches is kept; 0 = for ever.")
    keep_runs_days: float = Field(180.0, ge=0, description="Days that the log of runs is kept; 0 = for ever.")
    keep_stories_days: float = Field(0.0, ge=0, description="Days that stories at level 0 are kept; 0 = for ever.")

    # asking
    analyst_url: str | None = Field(
        None, description="The same PostgreSQL as the analysts' role: lets the desk ask SQL of its own on the page."
    )
    query_timeout: float = Field(60.0, gt=0, description="Seconds after which an analyst's query is stopped.")

    processes: int | None = Field(
        None, ge=1, description="Processes of parse, detect, match, rematch, cluster: the cores; in an Airflow task 1."
    )
    # in Airflow: pools and tasks at once count when a pool is made and a DAG file is read (dags/newswatch/storyline.py)
    pool_fetch: int = Field(8, ge=1, description="In Airflow: slots of a new pool …_fetch, for the network.")
    pool_cpu: int = Field(
        2, ge=1, description="In Airflow: slots of a new pool …_cpu, of up to 700 MB: the cores of all workers."
    )
    pool_mail: int = Field(1, ge=1, description="In Airflow: slots of a new pool …_mail, for deciding and sending.")
    fetch_tasks: int | None = Field(
        None, ge=1, description="In Airflow: batches of feeds at once; the pool without two slots for pages and hooks."
    )
    match_tasks: int | None = Field(
        None, ge=1, description="In Airflow: chunks of new stories at once; the pool's slots."
    )
    rematch_tasks: int = Field(1, ge=1, description="In Airflow: chunks of history at once.")
    fetch_batch: int | None = Field(None, ge=1, le=500, description="In Airflow: feeds in a batch; 25 or, of many, 50.")
    match_chunk: int = Field(2000, ge=1, description="In Airflow: stories in a chunk that one task judges.")

    log_format: str = Field("auto", description="auto (JSON; on a terminal warnings only) | console | json | quiet.")

    @classmethod
    def settings_customise_sources(
        cls, settings_cls: Any, init_settings: Any, env_settings: Any, dotenv_settings: Any, file_secret_settings: Any
    ) -> tuple[Any, ...]:
        """Name what is read: what is given, then the environment; to look for files too takes as long again."""
        return init_settings, env_settings

    @property
    def hands(self) -> int:
        """In how many processes a step works: `processes`, by default the cores that this one may use."""
        if self.processes is not None:
            return self.processes
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


# What one storyline has of its own when several run in one Airflow: never taken from another one's variables
OWN = frozenset({"database_url", "watch_dir", "matcher_file", "mail_dir", "secret", "web_token", "analyst_url"})


def load(prefix: str = "newswatch", /, **overrides: object) -> Settings:
    """Read the settings from the environment; `overrides` win. Raise ConfigError naming the variable that is wrong.

    `prefix`: another storyline's; its variables PREFIX_… win, and those of OWN count for it only when named so.
    """
    given = {k: v for k, v in overrides.items() if v is not None}
    name_of = dict.fromkeys(Settings.model_fields, "NEWSWATCH_")
    if prefix != "newswatch":
        own = {k: os.environ.get(f"{prefix}_{k}".upper()) for k in Settings.model_fields}  # noqa: TID251 - its reader
        missing = {k: "" if k == "database_url" else None for k in OWN if not own[k]}
        if not own["watch_dir"] and "watch_dir" not in given:
            raise ConfigError(f"{prefix.upper()}_WATCH_DIR is not set: each storyline has a watch folder of its own")
        name_of |= dict.fromkeys((k for k, v in own.items() if v), f"{prefix.upper()}_")
        given = missing | {k: v for k, v in own.items() if v} | given
    _refuse_misspelt(os.environ)  # noqa: TID251 - its reader
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as e:
        first = e.errors()[0]
        field = str(first["loc"][0])
        name = name_of.get(field, "NEWSWATCH_") + "_".join(str(p) for p in first["loc"]).upper()
        info = Settings.model_fields.get(field)
        is_plain = info is not None and info.annotation in {int, float, bool}
        value = f" (it is {str(first.get('input'))[:40]!r})" if is_plain else ""  # any other may hold a secret
        raise ConfigError(f"{name}: {first['msg']}{value}; correct it and run again") from None


def _refuse_misspelt(environ: Mapping[str, str]) -> None:
    """Name the setting that was meant: one that is nearly ours would be ignored without a word.

    Names that are not close to a setting are somebody else's (compose and its services have some).
    """
    known = [f"NEWSWATCH_{name}".upper() for name in Settings.model_fields]
    for name in sorted(environ):
        if name.startswith("NEWSWATCH_") and name not in known:
            meant = difflib.get_close_matches(name, known, n=1, cutoff=0.9)
            if meant:
                raise ConfigError(f"{name} is no setting of newswatch: did you mean {meant[0]}?")


def database_url_of(found: Any) -> str:
    """Write an Airflow Connection (Postgres, SQLite) as NEWSWATCH_DATABASE_URL; libpq's words of its extra count."""
    if found.conn_type == "sqlite":
        if not (found.host or found.schema):
            raise ConfigError(f"the connection {found.conn_id} has no host; write the path of the database there")
        return f"sqlite:///{found.host or found.schema}"
    if found.conn_type not in {"postgres", "postgresql"}:
        raise ConfigError(f"the connection {found.conn_id} is of type {found.conn_type}; make it a Postgres connection")
    query = {k: v for k, v in found.extra_dejson.items() if k in LIBPQ}
    if not (found.schema or "").strip():
        raise ConfigError(f"the connection {found.conn_id} has no schema; write the name of the database there")
    host = (found.host or "").strip()
    if host.startswith("/"):  # the folder of a socket
        query["host"], host = host, ""
    return f"postgresql+psycopg://{_user(found)}{_place(host, found.port)}/{found.schema or ''}" + _query(query)


def smtp_url_of(found: Any) -> str:
    """Write an Airflow Connection (SMTP) as NEWSWATCH_SMTP_URL.

    Of its extra `disable_ssl`, `disable_tls` and `timeout` count.
    """
    if found.conn_type != "smtp":
        raise ConfigError(f"the connection {found.conn_id} is of type {found.conn_type}; make it an SMTP connection")
    if not (found.host or "").strip():
        raise ConfigError(f"the connection {found.conn_id} has no host; write the mail server's name into it")
    extra = found.extra_dejson
    scheme = "smtp" if _is_true(extra.get("disable_ssl")) else "smtps"
    query = {"timeout": extra["timeout"]} if extra.get("timeout") else {}
    if scheme == "smtp":
        query["starttls"] = "no" if _is_true(extra.get("disable_tls")) else "yes"
    return f"{scheme}://{_user(found)}{_place(found.host.strip(), found.port)}" + _query(query)


def mail_from_of(found: Any) -> str | None:
    """Give the sender that an Airflow Connection (SMTP) names, `from_email` of its extra; None where it names none."""
    return str(found.extra_dejson.get("from_email") or "").strip() or None


def _user(found: Any) -> str:
    return f"{quote(found.login, safe='')}:{quote(found.password or '', safe='')}@" if found.login else ""


def _place(host: str, port: int | None) -> str:
    return (f"[{host}]" if ":" in host else host) + (f":{port}" if port else "")


def _query(values: Mapping[str, Any]) -> str:
    return f"?{urlencode(values)}" if values else ""


def _is_true(value: object) -> bool:
    return str(value).lower() in {"true", "1", "yes"}


class _Callable(ModuleType):
    """This module as `pipeline.settings(database_url=…)`: the function and the module share their name."""

    def __call__(self, **values: object) -> Settings:
        return load(**values)


sys.modules[__name__].__class__ = _Callable
