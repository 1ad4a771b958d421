"""Calendar files, read as RFC 5545 says; whatever breaks its rules is an error."""

from __future__ import annotations

import re

_LINE_MAX_OCTETS = 75
_ESCAPED = re.compile(r"\\(.)")


def events_of(raw: bytes) -> list[dict[str, str]]:
    """Give the properties of each VEVENT of a calendar, with their texts as people read them."""
    assert raw.endswith(b"\r\n")
    lines = raw.removesuffix(b"\r\n").split(b"\r\n")
    assert all(len(line) <= _LINE_MAX_OCTETS and not re.search(rb"[\r\n]", line) for line in lines)
    unfolded: list[str] = []
    for line in (line.decode() for line in lines):  # each by itself: no letter may be cut in two
        if line.startswith(" "):
            unfolded[-1] += line[1:]
        else:
            unfolded.append(line)
    assert (unfolded[0], unfolded[-1]) == ("BEGIN:VCALENDAR", "END:VCALENDAR")
    assert {"VERSION:2.0"} < set(unfolded)
    assert any(line.startswith("PRODID:") for line in unfolded)
    starts = [index for index, line in enumerate(unfolded) if line == "BEGIN:VEVENT"]
    return [dict(map(_property, unfolded[start + 1 : unfolded.index("END:VEVENT", start)])) for start in starts]


def _property(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    assert re.fullmatch("[A-Z-]+", name)
    if name in {"SUMMARY", "LOCATION", "DESCRIPTION"}:
        assert not re.search(r"(?<!\\)(?:\\\\)*[;,]", value)
        value = _ESCAPED.sub(lambda match: {"n": "\n", "N": "\n"}.get(match[1], match[1]), value)
    return name, value
