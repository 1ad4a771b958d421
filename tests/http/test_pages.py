"""The pages over HTTP: the same for everybody, small, kept by browsers, and nothing in them runs by mistake."""

from __future__ import annotations

import gzip
import re

import pytest

from chalicelib.pages.assets import shelf
from chalicelib.pages.routes import CONTENT_SECURITY_POLICY, PAGES, Page
from tests.http.stage import Stage, call_gateway
from tests.support.api import Answer

FIRST_VIEW_BYTES_MAX = 60_000
ASSET = "/assets/{version}/{folder}/{name}"
MEDIA_TYPES = {
    "js": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "json": "application/json",
    "svg": "image/svg+xml; charset=utf-8",
}
UNKNOWN = {"event_id": "x", "ticket_id": "x", "order_id": "x"}


def show(page: Page, **headers: str) -> Answer:
    """Ask for a page as a browser does."""
    params = {name: UNKNOWN[name] for name in re.findall(r"{(\w+)}", page.path)}
    return call_gateway("GET", page.path, params, **headers)


def fetch(url: str) -> Answer:
    """Ask for a file that a page names."""
    _, _, version, folder, name = url.split("/")
    return call_gateway("GET", ASSET, {"version": version, "folder": folder, "name": name})


def named(text: str) -> list[str]:
    """Give every file that a shell names, each once."""
    return sorted(set(re.findall(r'(?:href|src)="(/assets/[^"]+)"', text)))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_page_is_html_that_a_browser_may_keep_for_a_minute(stage: Stage, page: Page) -> None:
    """And then need not load again while it is the same; no page asks Redis for anything."""
    assert stage
    answer = show(page)
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/html; charset=utf-8"
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    again = show(page, **{"If-None-Match": answer.headers["ETag"]})
    assert (again.status, again.text) == (304, "")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_nothing_inline_can_run_and_nothing_of_others(stage: Stage, page: Page) -> None:
    """The policy forbids it, and the shell needs no exception."""
    assert stage
    answer = show(page)
    policy = answer.headers["Content-Security-Policy"]
    assert policy == CONTENT_SECURITY_POLICY
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "unsafe" not in policy
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=|https?://", answer.text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_a_first_view_is_sixty_kilobytes_at_most(stage: Stage, page: Page) -> None:
    """Gzipped, each file by itself: the shell, all that it names, and the larger language."""
    assert stage
    shell = show(page).text
    texts = [shell, *(fetch(url).text for url in named(shell))]
    texts.append(max((shelf().files[f"lang/{tag}.json"].text for tag in ("en", "ko")), key=len))
    assert sum(len(gzip.compress(text.encode())) for text in texts) <= FIRST_VIEW_BYTES_MAX


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.path)
def test_the_camera_is_for_the_door_alone(stage: Stage, page: Page) -> None:
    """No other page can ask for it, and no page for anything else of the kind."""
    assert stage
    said = show(page).headers["Permissions-Policy"]
    assert ("camera=(self)" in said) is page.path.endswith("/door")
    assert "microphone=()" in said


def test_a_file_is_kept_for_good_under_the_version_that_pages_name(stage: Stage) -> None:
    """Every file has its media type; the version changes with any of them."""
    assert stage
    for name in shelf().files:
        answer = fetch(f"/assets/{shelf().version}/{name}")
        assert (answer.status, answer.text) == (200, shelf().files[name].text)
        assert answer.headers["Content-Type"] == MEDIA_TYPES[name.rpartition(".")[2]]
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"


def test_a_page_of_another_build_gets_the_files_of_this_one_and_keeps_none(stage: Stage) -> None:
    """During a deployment both are asked; what is kept under a version is only ever of that version."""
    assert stage
    answer = fetch("/assets/0123456789abcdef/common/dom.js")
    assert (answer.status, answer.headers["Cache-Control"]) == (200, "no-store")


@pytest.mark.parametrize("url", ["/assets/x/common/none.js", "/assets/x/../routes.py", "/assets/x/vendor/README.md"])
def test_a_file_that_is_not_for_pages_is_not_found(stage: Stage, url: str) -> None:
    """By the word for an unknown path, whatever the path tries."""
    assert stage
    assert (fetch(url).status, fetch(url).code) == (404, "path_not_found")


def test_every_module_is_loaded_with_the_shell_or_when_it_is_needed() -> None:
    """Each import leads to a file, and each file is imported by something: no dead module is served."""
    files = shelf().files
    reached = {module for page in PAGES for module in shelf().loaded_by(page.entry)}
    later = re.compile(r"""(?:import\(|new URL\()["'](\.[^"']+\.js)["']""")
    waiting = sorted(reached)
    for module in waiting:
        folder = module.split("/")[0]
        for path in later.findall(files[module].text):
            found = path.removeprefix("../") if path.startswith("../") else f"{folder}/{path.removeprefix('./')}"
            waiting.extend(name for name in shelf().loaded_by(found) if name not in waiting)
    assert sorted(waiting) == sorted(name for name in files if name.endswith(".js"))
