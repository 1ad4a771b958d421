"""The seat map with 50,000 seats in a real Chromium: how soon it is seen, how smoothly it moves, how soon it knows."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from playwright.sync_api import Page

from bench import report
from bench.browser import shop
from bench.report import Limit
from tests.browser.box import Box
from tests.browser.seat_page import SeatPage
from tests.browser.visitor import visitor

_BLOCKS, _ROWS, _SEATS = 40, 25, 50
_PRICES = (12_000, 9_000, 7_500, 5_000)
_MOVING_S = 3.0
_HOLDS = 10
_RECORD = """() => {
  window.frames_ms = [];
  const note = (now) => { frames_ms.push(now); window.recording = requestAnimationFrame(note); };
  requestAnimationFrame(note);
}"""
_RECORDED = "() => { cancelAnimationFrame(recording); return frames_ms; }"
_WATCH = """(ordinal) => {
  const look = (done) => {
    if (map.states()[ordinal] === "h") requestAnimationFrame(() => done(performance.timeOrigin + performance.now()));
    else requestAnimationFrame(() => look(done));
  };
  window.turned = new Promise(look);
}"""
_SIZE = (
    "(id) => fetch(`/api/v1/events/${id}/seatmap/states`).then((answer) => answer.text()).then((text) => text.length)"
)


def measure() -> list[Limit]:
    """Show the map to a visitor, move it, and have somebody else hold seats. Prints all figures."""
    with shop() as (box, browser):
        sections = {f"Block {101 + n}": (_ROWS, _SEATS, _PRICES[n * len(_PRICES) // _BLOCKS]) for n in range(_BLOCKS)}
        event = box.seated(sections)
        return _measured(SeatPage.open(visitor(browser, box.base_url), event), box, event)


def _measured(shown: SeatPage, box: Box, event: dict[str, Any]) -> list[Limit]:
    page = shown.page
    size = page.evaluate(_SIZE, event["id"])
    frames = _moved(shown)
    late_ms = [_late_ms(page, box, event, nth) for nth in range(_HOLDS)]
    rows = [
        (name, f"{1000 / statistics.mean(ms):.0f}", f"{sorted(ms)[len(ms) * 95 // 100]:.0f}")
        for name, ms in frames.items()
    ]
    print(report.table(["moving 50,000 seats", "frames a second", "95 of 100 frames within, ms"], rows))
    print(f"\nthe overview is painted {shown.painted_ms:.0f} ms after the page has the event")
    print(
        f"a seat turns {statistics.median(late_ms):.0f} ms after it was taken; {max(late_ms):.0f} at most, of {_HOLDS}"
    )
    print(f"a refresh takes {size:,} bytes")
    return [
        Limit("map: the overview is painted, ms", shown.painted_ms, 1_000),
        *(
            Limit(f"map: frames a second, {name}", 1000 / statistics.mean(ms), 50, at_least=True)
            for name, ms in frames.items()
        ),
        Limit("map: from a hold to a seat that turns, ms", max(late_ms), 1_500),
        Limit("map: bytes a refresh", size, 60_000),
    ]


def _moved(shown: SeatPage) -> dict[str, list[float]]:
    """Move the map in four ways, each for some seconds; gives the time between frames."""
    mouse = shown.page.mouse
    box = shown.stage.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(step: int) -> None:
        mouse.move(x + 200 * _swing(step / 60), y + 120 * _swing(step / 45))

    def zoom(step: int) -> None:
        mouse.wheel(0, -40 if step // 60 % 2 == 0 else 40)

    found = {}
    mouse.move(x, y)
    found["zoom"] = _frames(shown.page, zoom)
    for name, closer in (("pan, all seats in view", 560), ("pan, a block in view", 700)):
        mouse.move(x, y)
        mouse.wheel(0, 20_000)
        mouse.wheel(0, -closer)
        mouse.down()
        found[name] = _frames(shown.page, drag)
        mouse.up()
    return found


def _frames(page: Page, move: Callable[[int], None]) -> list[float]:
    page.evaluate(_RECORD)
    began, step = time.monotonic(), 0
    while time.monotonic() - began < _MOVING_S:
        move(step)
        step += 1
    at_ms = page.evaluate(_RECORDED)
    return [later - earlier for earlier, later in pairwise(at_ms)]


def _swing(phase: float) -> float:
    """Go from 0 to 1, to -1 and back, evenly."""
    part = phase % 4
    return part if part < 1 else 2 - part if part < 3 else part - 4


def _late_ms(page: Page, box: Box, event: dict[str, Any], nth: int) -> float:
    """Have somebody hold a seat; gives how long after that it is another one on the map."""
    user_id = f"other-{nth}"
    order = {"event_id": event["id"], "user_id": user_id, "session_id": box.join(event, user_id)}
    page.evaluate(_WATCH, nth)
    time.sleep(nth / _HOLDS)  # at another moment of the map's second each time
    began_ms = time.time() * 1000
    box.call("POST", "/orders", order | {"seat_ids": [f"{event['id'][:13]}-8000-8000-{nth:012x}"]})
    return float(page.evaluate("turned")) - began_ms
