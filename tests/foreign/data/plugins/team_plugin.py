"""The team's own plugin."""

from airflow.plugins_manager import AirflowPlugin


class TeamPlugin(AirflowPlugin):
    """A link in the navigation."""

    name = "team"
    external_views = [{"name": "Team", "href": "/team", "destination": "nav", "url_route": "team"}]  # noqa: RUF012
