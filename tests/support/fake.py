"""Fakeredis as the service's store: quick, in this process, without INFO and without time travel."""

from __future__ import annotations

import fakeredis

from chalicelib.store import Store


def fake_store() -> Store:
    """Give a store with nothing in it, shared with nobody."""
    return Store(fakeredis.FakeRedis(server=fakeredis.FakeServer(), decode_responses=True, protocol=2))
