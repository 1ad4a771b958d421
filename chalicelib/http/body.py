"""The one JSON reader: strict to the letter, because what two parsers read differently is where attacks live.

The bytes are parsed once, and what was parsed is validated: no second parser can see another document.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from chalicelib.errors import DomainError, InvalidRequest

Model = TypeVar("Model", bound=BaseModel)

DEPTH_MAX = 16
DIGITS_MAX = 30
# A text that is never closed ends the scan: were it looked at again from each of its quotes, 64 kB would take a minute.
_NESTING = re.compile(rb'"(?:[^"\\]|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
_SURROGATE = re.compile("[\ud800-\udfff]")


def read_body(raw: bytes, model: type[Model], *, bytes_max: int) -> Model:
    """Read a JSON body as this model, or refuse naming each field that is wrong.

    Refused are: more than ``bytes_max`` bytes, invalid UTF-8, lone surrogates, duplicate keys, NaN and infinities,
    numbers of more than 30 digits, more than 16 levels, wrong types, unknown fields. An empty body reads as ``{}``.
    """
    if len(raw) > bytes_max:
        raise DomainError("body_too_large", f"At most {bytes_max} bytes are taken here.")
    document = _parse(raw or b"{}")
    if not isinstance(document, dict):
        raise InvalidRequest([("", "must be a JSON object")])
    return validate(document, model)


def validate(document: dict[str, Any], model: type[Model]) -> Model:
    """Validate parsed fields, or refuse naming each one that is wrong."""
    try:
        return model.model_validate(document)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False, include_input=False)
        raise InvalidRequest([(_path(item["loc"]), _message(item["msg"])) for item in wrong[:20]]) from None


def _parse(raw: bytes) -> Any:
    _check_depth(raw)
    try:
        document = json.loads(
            raw.decode(),
            object_pairs_hook=_no_duplicates,
            parse_constant=_no_constants,
            parse_float=_number,
            parse_int=_int,
        )
    except UnicodeDecodeError:
        raise InvalidRequest([("", "must be UTF-8")]) from None
    except json.JSONDecodeError as error:
        raise InvalidRequest([("", f"is not JSON: {error.msg} at character {error.pos}")]) from None
    if rb"\ud" in raw.lower() and _has_surrogate(document):
        raise InvalidRequest([("", "has half of a surrogate pair")])
    return document


def _check_depth(raw: bytes) -> None:
    depth = 0
    for token in _NESTING.finditer(raw):
        if token[0] in b"[{":
            depth += 1
            if depth > DEPTH_MAX:
                raise InvalidRequest([("", f"is nested deeper than {DEPTH_MAX} levels")])
        elif token[0] in b"]}":
            depth -= 1


def _no_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    fields = dict(pairs)
    if len(fields) < len(pairs):
        names = Counter(name for name, _ in pairs)
        twice = next(name for name, times in names.items() if times > 1)
        raise InvalidRequest([(_shown(twice), "stands there twice")])
    return fields


def _no_constants(name: str) -> NoReturn:
    raise InvalidRequest([("", f"{name} is not a JSON number")])


def _number(text: str) -> float:
    value = float(text)
    if value in {float("inf"), float("-inf")}:
        raise InvalidRequest([("", "has a number that is too large")])
    return value


def _int(text: str) -> int:
    if len(text) > DIGITS_MAX:
        raise InvalidRequest([("", "has a number that is too large")])
    return int(text)


def _has_surrogate(value: Any) -> bool:
    if isinstance(value, str):
        return _SURROGATE.search(value) is not None
    if isinstance(value, dict):
        return any(_has_surrogate(name) or _has_surrogate(item) for name, item in value.items())
    return isinstance(value, list) and any(map(_has_surrogate, value))


def _path(loc: tuple[int | str, ...]) -> str:
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{_shown(part)}" if path else _shown(part)
    return path


def _shown(name: str) -> str:
    # A field name comes from the caller: it is given back short and plain, never raw.
    return re.sub(r"[^A-Za-z0-9_-]", "?", name[:40])


def _message(text: str) -> str:
    return text.removeprefix("Value error, ")
