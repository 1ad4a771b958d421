"""The pages over HTTP: one shell for each, the same for everybody, and the files that it loads."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from string import Template
from typing import Final

from chalicelib.errors import DomainError
from chalicelib.http.auth import Access
from chalicelib.http.route import Handler, Reply, Request, Route, Routes, with_etag
from chalicelib.pages.assets import shelf
from chalicelib.settings import Settings

CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "worker-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
    "require-trusted-types-for 'script'; trusted-types ticker"
)
"""Nothing inline, nothing of others, and no text ever becomes markup: the browser refuses it even if we forget."""
SHELL_MAX_AGE_S: Final = 60
ASSET_MAX_AGE_S: Final = 31_536_000
_SHELL = Template((Path(__file__).parent / "page.html").read_text(encoding="utf-8"))
_COMMON_STYLES = ("common/base.css", "common/parts.css")


@dataclass(frozen=True)
class Page:
    """A page: where it is, the module that it begins with, its styles, and whether search engines may list it."""

    path: str
    entry: str
    styles: tuple[str, ...]
    listed: bool = False
    camera: bool = False


PAGES: Final = (
    Page("/", "buyer/home.js", ("buyer/buyer.css",), listed=True),
    Page("/e/{event_id}", "buyer/event.js", ("buyer/buyer.css", "seatmap/seatmap.css"), listed=True),
    Page("/tickets", "buyer/tickets.js", ("buyer/buyer.css", "buyer/ticket.css")),
    Page("/tickets/{ticket_id}", "buyer/ticket.js", ("buyer/buyer.css", "buyer/ticket.css")),
    Page("/orders/{order_id}", "buyer/order.js", ("buyer/buyer.css", "buyer/ticket.css")),
    Page("/desk", "desk/home.js", ("desk/desk.css",)),
    Page("/desk/new", "desk/new.js", ("desk/desk.css",)),
    Page("/desk/{event_id}", "desk/event.js", ("desk/desk.css", "seatmap/seatmap.css")),
    Page("/desk/{event_id}/door", "desk/door.js", ("desk/desk.css", "desk/door.css"), camera=True),
)


def _shown(page: Page) -> Handler:
    def show_page(request: Request) -> Reply:
        text, etag = _shell(page, request.house.settings)
        return with_etag(request, etag, text, f"public, max-age={SHELL_MAX_AGE_S}", _headers(page))

    return show_page


routes = Routes(
    Route("GET", page.path, Access.PUBLIC, _shown(page), "Show a page", {200: None, 304: None}) for page in PAGES
)


@routes.add(
    "GET",
    "/assets/{version}/{folder}/{name}",
    access=Access.PUBLIC,
    summary="Read a file of the pages",
    answers={200: None},
    refusals=("path_not_found",),
)
def asset(request: Request) -> Reply:
    """Give a file; of another version, which a page of another build asks for, what is here, not to be kept."""
    here = shelf()
    found = here.files.get(f"{request.params['folder']}/{request.params['name']}")
    if found is None:
        raise DomainError("path_not_found")
    kept = request.params["version"] == here.version
    cache_control = f"public, max-age={ASSET_MAX_AGE_S}, immutable" if kept else "no-store"
    return Reply(found.text, headers={"Content-Type": found.media_type, "Cache-Control": cache_control})


def _headers(page: Page) -> dict[str, str]:
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": CONTENT_SECURITY_POLICY,
        "Permissions-Policy": f"camera=({'self' if page.camera else ''}), microphone=(), geolocation=()",
        "Cross-Origin-Opener-Policy": "same-origin",
    }


@cache
def _shell(page: Page, settings: Settings) -> tuple[str, str]:
    here = shelf()
    base = f"/assets/{here.version}"
    links = [f'<link rel="stylesheet" href="{base}/{style}">' for style in (*_COMMON_STYLES, *page.styles)]
    links += [f'<link rel="modulepreload" href="{base}/{module}">' for module in here.loaded_by(page.entry)]
    text = _SHELL.substitute(
        auth_mode=settings.auth_mode,
        guests=1 if settings.auth_keys else 0,
        robots="index" if page.listed else "noindex",
        base=base,
        links="\n".join(links),
        entry=page.entry,
    )
    return text, f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
