"""The release before this one, which knows nothing of the revenue: it neither counts it nor keeps it by minute."""

from __future__ import annotations

from typing import Any

from tests.support.builds import by_another_build
from tests.support.sale import read

_KNOWS_NO_REVENUE = {
    "is_counting = is_revenue_known()": "is_counting = false",
    ", 'sale' .. slot, sale_line())": ")",
}


def older(command: str, event: str, *args: str | int) -> list[Any]:
    """Run a command as that release does; gives the whole answer, which must be ok."""
    answer = by_another_build(_KNOWS_NO_REVENUE, command, event, *args)
    assert answer[0] == "ok", answer
    return answer


def made_by_an_older_release(event: str) -> int:
    """Make an event as if that release alone had ever touched it; gives how many entries its log has."""
    read(event, "events", "HDEL", "revenue", "revenue_seq")
    return int(read(event, "log", "XLEN"))
