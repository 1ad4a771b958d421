"""A shop as `make run` starts it, and a Chromium before it."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.browser.box import Box
from tests.infra.running import Run, free_port


@contextmanager
def shop() -> Iterator[tuple[Box, Browser]]:
    """Start both, and end both."""
    with (
        tempfile.TemporaryDirectory() as folder,
        Run(Path(folder), free_port()) as run,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        try:
            yield Box(run.up()), browser
        finally:
            browser.close()
