"""Times as an organiser would write them, within the years that the service takes."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import schemathesis
from hypothesis import strategies as st

_OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
# A day within those years, so that no offset leads out of them.
_FIRST, _LAST = (datetime.fromisoformat(day) for day in ("2000-01-02", "2199-12-30"))


def draw_from_the_calendar() -> None:
    """Have schemathesis draw every `date-time` from here; a repeat changes nothing."""
    moments = st.datetimes(_FIRST, _LAST, timezones=_OFFSETS).map(datetime.isoformat)
    schemathesis.openapi.format("date-time", moments)
