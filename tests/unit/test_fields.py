"""Instants on the wire: RFC 3339 with an offset, to the millisecond, and nothing that could be read in two ways."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.fields import format_instant, parse_instant

MOMENTS = st.datetimes(datetime(2000, 1, 2), datetime(2199, 12, 30))  # noqa: DTZ001 - the offset is drawn apart
OFFSETS = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))

ACCEPTED = {
    "2030-01-31T20:00:00Z": "2030-01-31T20:00:00.000Z",
    "2030-01-31t20:00:00z": "2030-01-31T20:00:00.000Z",
    "2030-01-31 20:00:00Z": "2030-01-31T20:00:00.000Z",
    "2030-01-31T20:00:00+05:30": "2030-01-31T14:30:00.000Z",
    "2030-01-31T20:00:00-00:00": "2030-01-31T20:00:00.000Z",
    "2030-01-31T20:00:00.5Z": "2030-01-31T20:00:00.500Z",
    "2030-01-31T20:00:00.123456Z": "2030-01-31T20:00:00.123Z",
    "2030-01-31T20:00:00.999999999Z": "2030-01-31T20:00:00.999Z",
    "2028-02-29T00:00:00+23:59": "2028-02-28T00:01:00.000Z",
    "2000-01-01T00:00:00Z": "2000-01-01T00:00:00.000Z",
    "2199-12-31T23:59:59.999Z": "2199-12-31T23:59:59.999Z",
}
REFUSED: list[object] = [
    *("2030-01-31T20:00:00", "2030-01-31T20:00:00.123", "2030-01-31", "20:00:00Z", "2030-01-31T20:00Z", "now", ""),
    *("2030-02-29T00:00:00Z", "2030-13-01T00:00:00Z", "2030-01-31T24:00:00Z", "2030-01-31T23:59:60Z"),
    *("2030-01-31T20:00:00+24:00", "2030-01-31T20:00:00+05:60", "2030-01-31T20:00:00+0530", "2030-01-31T20:00:00+05"),
    *("2030-01-31T20:00:00,5Z", "2030-01-31T20:00:00.Z", "2030-01-31T20:00:00.1234567890Z", "2030-1-31T20:00:00Z"),
    *("2030-01-31T20:00:00Z\n", " 2030-01-31T20:00:00Z", "2030-01-31T20:00:00Z[UTC]", "2030-W05-4T20:00:00Z"),
    *("\u0662030-01-31T20:00:00Z", "20300131T200000Z", "1893456000", "+02030-01-31T20:00:00Z"),
    *("1999-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0000-01-01T00:00:00Z"),
    *(1893456000, 1893456000.5, True, None, ["2030-01-31T20:00:00Z"], {}),
]


@pytest.mark.parametrize(("text", "canonical"), ACCEPTED.items())
def test_a_time_with_its_offset_is_read(text: str, canonical: str) -> None:
    """It comes back in UTC with Z and milliseconds; what is finer is cut off, never rounded up."""
    assert format_instant(parse_instant(text)) == canonical


@pytest.mark.parametrize("value", REFUSED, ids=repr)
def test_what_is_not_rfc_3339_is_refused(value: object) -> None:
    """A time without its offset above all: it would be another moment on every machine."""
    with pytest.raises(ValueError, match=r"must be|range|month|hour|second|day"):
        parse_instant(value)


@settings(deadline=None)
@given(MOMENTS, OFFSETS)
def test_every_moment_survives_the_round_trip(moment: datetime, offset: timezone) -> None:
    """Said in any offset, it is the same number of milliseconds as the calendar of the standard library counts."""
    said = moment.replace(tzinfo=offset)
    if not 2000 <= said.year < 2200:
        return
    ms = parse_instant(said.isoformat())
    assert ms == (said - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert parse_instant(format_instant(ms)) == ms
