"""The version of newswatch, which the build, the User-Agent and the page tell."""

__version__ = "0.1.0"
