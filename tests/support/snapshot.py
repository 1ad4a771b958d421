"""All that a Redis keeps, as a value to compare."""

from __future__ import annotations

from typing import Any

from chalicelib.store import Store

# Written before a command, by the first of a minute, or of how often somebody asks.
_PASSING = ("index:user:", "session:", "lock:", "stats:", "rate:")
_MINUTE = {
    *("minute", "minute_ms", "minute_total", "minute_abandoned", "minute_no_shows", "minute_passed"),
    *("pace_ms", "pace_total", "pace_passed", "drain_lag_ms", "last_ms"),
}
_POLL_FIELDS = 4  # the first of a session's record
READS: dict[str, tuple[str, ...]] = {
    "list": ("LRANGE", "0", "-1"),
    "string": ("GET",),
    "hash": ("HGETALL",),
    "set": ("SMEMBERS",),
    "zset": ("ZRANGE", "0", "-1", "WITHSCORES"),
    "stream": ("XRANGE", "-", "+"),
}


def snapshot(store: Store, *, but_polls: bool) -> dict[str, Any]:
    """Give what stands in every key, without what may change by the mere passing of a command or of a minute.

    With `but_polls` without what sessions say of their owners' polls, too.
    """
    found = {}
    for name in store.client.scan_iter(count=1000):
        if name.startswith(_PASSING):
            continue
        command, *rest = READS[store.command("TYPE", name)]
        value = store.command(command, name, *rest)
        if name.startswith("events:"):
            value = {field: text for field, text in value.items() if field not in _MINUTE}
        elif but_polls and name.startswith("sessions:"):
            value = {session: record.split(",", _POLL_FIELDS)[-1] for session, record in value.items()}
        found[name] = value
    return found
