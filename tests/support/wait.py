"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")

_FIRST_PAUSE_S = 0.001
_LONGEST_PAUSE_S = 0.05


def wait_until(predicate: Callable[[], T], *, within_s: float = 5.0, what: str = "the condition") -> T:
    """Return the first truthy value of `predicate`, asked at once and then every 1 to 50 ms.

    What the predicate raises is passed on. Raises AssertionError naming `what` and the last value when `within_s`
    seconds have gone by; the predicate is asked once more at the very end.
    """
    deadline = time.monotonic() + within_s
    pause_s = _FIRST_PAUSE_S
    while not (value := predicate()):
        left_s = deadline - time.monotonic()
        if left_s <= 0:
            raise AssertionError(f"{what}: not within {within_s:g} s (last value: {value!r})")
        time.sleep(min(pause_s, left_s))
        pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
    return value
