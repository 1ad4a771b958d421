"""What the tests over HTTP share."""

from tests.http.stage import stage

__all__ = ["stage"]
