"""The one rule of CSV, in the browser that runs it: what is written comes back, and no cell is a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.box import Box

_CALL = "async ([name, argument]) => [...(await import('/assets/any/common/csv.js'))[name](argument)]"
FORMULAS = ["=1+1", "+49 30", "-2", "@SUM(A1)", "\t=1", "\r=1", "\n=1"]
WIDE_FORMULAS = ["\uff1d1", "\uff0b1", "\uff0d1", "\uff20A"]
PLAIN = ["", "a", "'", "'quoted'", "''", "1-1", "a=b", 'he said "no"', "a,b;c\td", "two\r\nlines", " space ", "좌석"]


@pytest.fixture(scope="module")
def page(chromium: Browser, box: Box) -> Iterator[Page]:
    """A page of the shop, which may import its modules."""
    page = chromium.new_page(base_url=box.base_url)
    page.goto("/desk")
    yield page
    page.close()


def written(page: Page, cells: list[str]) -> str:
    """Write one record."""
    return "".join(page.evaluate(_CALL, ["csvLine", cells]))


def records(page: Page, text: str) -> list[dict[str, Any]]:
    """Read all records of a text."""
    found: list[dict[str, Any]] = page.evaluate(_CALL, ["csvRecords", text])
    return found


@pytest.mark.parametrize("text", FORMULAS + WIDE_FORMULAS + ["'" + formula for formula in FORMULAS])
def test_what_a_spreadsheet_would_run_is_written_as_text_and_read_as_it_was(page: Page, text: str) -> None:
    """Also a text that is guarded already: nobody can tell the two apart wrongly."""
    line = written(page, ["x", text])
    cell = next(csv.reader(io.StringIO(line, newline="")))[1]
    assert cell == "'" + text
    assert records(page, line)[0]["cells"] == ["x", text]


@pytest.mark.parametrize("text", PLAIN)
def test_all_else_stays_as_it_is(page: Page, text: str) -> None:
    """For a strict reader of RFC 4180, and for our own."""
    line = written(page, [text, "y"])
    assert line.endswith("\r\n")
    assert next(csv.reader(io.StringIO(line, newline=""), strict=True)) == [text, "y"]
    assert records(page, line)[0]["cells"] == [text, "y"]


@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_files_of_every_spreadsheet_are_read(page: Page, separator: str, end: str) -> None:
    """With a byte order mark or without, empty lines left out, each record with the line that it begins in."""
    rows = [["section", "row"], ["Stalls", " A "], [f'"two{end}lines"', "B"], [], ["last", ""]]
    read = records(page, "\ufeff" + end.join(separator.join(row) for row in rows))
    assert [record["cells"] for record in read] == [rows[0], ["Stalls", "A"], [f"two{end}lines", "B"], rows[4]]
    assert [record["line"] for record in read] == [1, 2, 3, 6]


def test_a_quote_that_is_never_closed_is_told(page: Page) -> None:
    """Rather than that the rest of the file is one cell."""
    assert [record["isOpen"] for record in records(page, 'a,b\n"c,d\ne,f\n')] == [False, True]
