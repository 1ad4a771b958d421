"""One server as `make run` starts it, one Chromium, and visitors who must see no mistake of the page."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.browser import visitor as visitors
from tests.browser.box import Box, organiser_token
from tests.browser.visitor import Visitor
from tests.infra.running import Run, free_port

expect.set_options(timeout=visitors.PATIENCE_MS)
Visit = Callable[..., Visitor]


@pytest.fixture(scope="package")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    """The service on a laptop, open to everybody."""
    with Run(tmp_path_factory.mktemp("shop"), free_port()) as run:
        yield run.up()


@pytest.fixture(scope="package")
def box(shop: Run) -> Box:
    """The box office of the open shop."""
    return Box(shop)


@pytest.fixture(scope="package")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Box]:
    """The box office of a shop that wants tokens, as in the cloud, with an organiser's."""
    with Run(tmp_path_factory.mktemp("guarded"), free_port(), AUTH_MODE="jwt") as run:
        yield Box(run.up(), organiser_token(run))


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    """Debian's Chromium, without a window."""
    binary = shutil.which("chromium")
    if binary is None:
        pytest.fail("the pages were NOT tested: there is no chromium on PATH; `make test` installs it on Debian")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=binary, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, box: Box) -> Iterator[Visit]:
    """Make visitors, of the open shop or of ``at=``; at the end none may have met a mistake, or a third party."""
    made: list[Visitor] = []

    def visit(*, at: Box = box, **options: Any) -> Visitor:
        made.append(visitors.visitor(chromium, at.base_url, **options))
        return made[-1]

    yield visit
    troubles = [trouble for person in made for trouble in person.troubles]
    for person in made:
        person.context.close()
    assert troubles == []
