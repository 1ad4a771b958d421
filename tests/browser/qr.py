"""Codes as machines see them: read from a picture of the page, and filmed for a camera."""

from __future__ import annotations

import base64
from pathlib import Path

from playwright.sync_api import Page

_READ = """async (png) => {
  const entry = document.querySelector("script[type=module]").src;
  const { BarcodeDetector } = await import(new URL("../vendor/decode.js", entry));
  const picture = new Blob([Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0))]);
  return (await new BarcodeDetector().detect(picture)).map(({ rawValue }) => rawValue);
}"""
_DRAW = """async (text) => {
  const entry = document.querySelector("script[type=module]").src;
  const { encodeQR } = await import(new URL("../vendor/index.js", entry));
  return encodeQR(text, "raw", { border: 4 });
}"""
_WIDTH_PX, _HEIGHT_PX, _MODULE_PX = 640, 480, 9
_BLACK, _WHITE, _NO_COLOUR = b"\x10", b"\xeb", b"\x80"


def read(page: Page, png: bytes) -> list[str]:
    """Give the codes in a picture, as the decoder of the pages reads them."""
    texts: list[str] = page.evaluate(_READ, base64.b64encode(png).decode())
    return texts


def film(page: Page, text: str, file: Path) -> Path:
    """Write a film that shows nothing but the code of a text, as Chromium's false camera plays it over and over."""
    matrix: list[list[bool]] = page.evaluate(_DRAW, text)
    left, top = ((side - len(matrix) * _MODULE_PX) // 2 for side in (_WIDTH_PX, _HEIGHT_PX))
    luma = bytearray(_WHITE * _WIDTH_PX * _HEIGHT_PX)
    for y in range(len(matrix) * _MODULE_PX):
        start = (top + y) * _WIDTH_PX + left
        row = b"".join((_BLACK if dark else _WHITE) * _MODULE_PX for dark in matrix[y // _MODULE_PX])
        luma[start : start + len(row)] = row
    frame = b"FRAME\n" + bytes(luma) + _NO_COLOUR * (_WIDTH_PX * _HEIGHT_PX // 2)
    file.write_bytes(f"YUV4MPEG2 W{_WIDTH_PX} H{_HEIGHT_PX} F10:1 Ip A1:1 C420\n".encode() + frame * 2)
    return file
