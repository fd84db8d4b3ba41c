"""The command that shows everything in a browser: newswatch serve."""

import socket
from typing import Annotated
from urllib.parse import urlsplit

import typer

from pipeline.cli import common
from pipeline.cli.common import DatabaseOption
from pipeline.errors import ConfigError


def register(app: typer.Typer) -> None:
    """Add this command to the command line."""
    app.command("serve")(serve)


def serve(
    host: Annotated[str, typer.Option("--host", help="Address to listen at; others than this machine's reach it.")] = (
        "127.0.0.1"
    ),
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help="Port; 0 takes a free one.")] = 8321,
    database: DatabaseOption = None,
) -> None:
    """Show events, stories, watchlist, feeds and queries in a browser, and serve the links of mails."""
    import uvicorn

    from pipeline.desk import pages
    from pipeline.web import create_app

    settings = common.load(database=database)
    pages.ready(settings)
    app = create_app(settings, common.now, hosts=_names(host, settings.base_url))
    sock = _listen(host, port)
    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        root_path=urlsplit(settings.base_url).path.rstrip("/"),
    )
    common.out.print(f"newswatch is at {_shown(host, sock.getsockname()[1])} (end it with Ctrl-C)", highlight=False)
    uvicorn.Server(config).run(sockets=[sock])


def _names(host: str, base_url: str) -> tuple[str, ...]:
    """Give the names that the server answers to: its own, and that of the links in mails (NEWSWATCH_BASE_URL).

    A foreign page can point a name of its own at this machine and read what answers there (DNS rebinding).
    """
    return tuple(dict.fromkeys((host, "localhost", urlsplit(base_url).hostname or "localhost", socket.gethostname())))


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server(
            (host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET, backlog=256
        )
    except OSError as e:
        raise ConfigError(f"cannot listen at {_shown(host, port)}: {e.strerror or e}; choose another --port") from e


def _shown(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
