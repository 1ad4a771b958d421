"""The types of fields that several models share.

Inside the service an instant is a whole number of milliseconds since 1970; on the wire it is RFC 3339 in UTC.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, StringConstraints, WithJsonSchema

from chalicelib import ids

_RFC3339 = re.compile(
    r"(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?([Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_CONTROLS = r"^[^\x00-\x1f\x7f-\x9f]*$"


class Strict(BaseModel):
    """A body of a request: unknown fields and values of another type are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, defer_build=True)


class Answer(BaseModel):
    """A body of an answer."""

    model_config = ConfigDict(defer_build=True)


class Query(BaseModel):
    """The query of a request: texts that are read as what they should be; unknown parameters are not looked at."""

    model_config = ConfigDict(extra="ignore", defer_build=True)


def parse_instant(value: Any) -> int:
    """Read an RFC 3339 time with its offset as milliseconds since 1970; anything finer is cut off."""
    match = _RFC3339.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("must be an RFC 3339 time with an offset, such as 2030-01-31T20:00:00Z")
    day, clock, fraction, offset = match.groups()
    moment = datetime.fromisoformat(f"{day}T{clock}{'+00:00' if offset in 'Zz' else offset}")
    if not 2000 <= moment.year < 2200:  # noqa: PLR2004 - a typing error, not a date
        raise ValueError("must be between the years 2000 and 2200")
    return (moment - _EPOCH) // timedelta(milliseconds=1) + int((fraction or "0").ljust(3, "0")[:3])


def format_instant(ms: int) -> str:
    """Write milliseconds since 1970 as RFC 3339 in UTC."""
    moment = datetime.fromtimestamp(ms // 1000, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ms % 1000:03d}Z"


Instant = Annotated[
    int,
    PlainSerializer(format_instant, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]
InstantIn = Annotated[
    int,
    BeforeValidator(parse_instant),
    WithJsonSchema({"type": "string", "format": "date-time", "description": "In the years 2000 to 2199."}),
]


def _line(length_max: int, length_min: int = 0) -> StringConstraints:
    return StringConstraints(min_length=length_min, max_length=length_max, pattern=_NO_CONTROLS)


def _user_id(value: str) -> str:
    if not ids.is_name(value):
        raise ValueError("must be 1 to 128 of A-Z a-z 0-9 . _ ~ @ | + = -, and not . or ..")
    return value


def _uuid(value: str) -> str:
    if len(value) != 36 or not _UUID.fullmatch(value):  # noqa: PLR2004 - the length of every UUID
        raise ValueError("must be a UUID")
    return value.lower()


_UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NAME_SCHEMA = {"type": "string", "pattern": rf"^(?!\.\.?$){ids.NAME_PATTERN}$"}

Name = Annotated[str, _line(200, 1)]
Label = Annotated[str, _line(40, 1)]
ShortText = Annotated[str, _line(200)]
Text = Annotated[str, StringConstraints(max_length=5000, pattern=r"^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]*$")]
MinorUnits = Annotated[int, Field(ge=0, le=100_000_000)]
Currency = Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")]
Uuid = Annotated[
    str,
    BeforeValidator(lambda v: _uuid(v) if isinstance(v, str) else v),
    WithJsonSchema({"type": "string", "format": "uuid"}),
]
UserId = Annotated[
    str, BeforeValidator(lambda v: _user_id(v) if isinstance(v, str) else v), WithJsonSchema(NAME_SCHEMA)
]
SessionId = UserId
