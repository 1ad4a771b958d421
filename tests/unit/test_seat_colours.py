"""The colours of prices: seen against the paper, and apart for every eye, in both themes."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest

ASSETS = Path(__file__).resolve().parents[2] / "chalicelib" / "pages" / "assets"
Colour = tuple[float, float, float]
Matrix = tuple[Colour, Colour, Colour]

# How linear red, green and blue are seen by those who lack one kind of cone (Machado, Oliveira and Fernandes, 2009).
_EYES: dict[str, Matrix] = {
    "all cones": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "no red": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "no green": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "no blue": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}
# Of Oklab, https://bottosson.github.io/posts/oklab/
_CONES: Matrix = (
    (0.4122214708, 0.5363325363, 0.0514459929),
    (0.2119034982, 0.6806995451, 0.1073969566),
    (0.0883024619, 0.2817188376, 0.6299787005),
)
_LAB: Matrix = (
    (0.2104542553, 0.7936177850, -0.0040720468),
    (1.9779984951, -2.4285922050, 0.4505937099),
    (0.0259040371, 0.7827717662, -0.8086757660),
)
_APART = 0.08
"""In Oklab; two neighbours on a colour wheel of eight are as far."""


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
def test_each_colour_is_seen_on_the_paper_and_a_number_on_it(theme: int) -> None:
    """4.5 to 1, as for texts: the number of a seat is written in the colour of the paper."""
    paper = _luminance(_colours("common/base.css", "paper")[theme])
    for name in _names():
        light, dark = sorted((paper, _luminance(_colours("seatmap/seatmap.css", name)[theme])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, name


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize("eye", _EYES)
def test_two_prices_never_look_the_same(theme: int, eye: str) -> None:
    """To those who see all colours, and to those who do not."""
    seen = {name: _seen(_colours("seatmap/seatmap.css", name)[theme], _EYES[eye]) for name in _names()}
    for one, other in combinations(seen, 2):
        distance = sum((a - b) ** 2 for a, b in zip(seen[one], seen[other], strict=True)) ** 0.5
        assert distance >= _APART, (one, other)


def _names() -> list[str]:
    return [f"seat-{number}" for number in range(1, 9)]


def _colours(file: str, name: str) -> tuple[Colour, Colour]:
    """Give a colour of the light and of the dark theme, in linear light."""
    found = re.search(rf"--{name}: light-dark\(#(\w{{6}}), #(\w{{6}})\)", (ASSETS / file).read_text())
    assert found, f"{name} does not stand in {file}"
    return _linear(found[1]), _linear(found[2])


def _linear(digits: str) -> Colour:
    red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
    return _light(red), _light(green), _light(blue)


def _light(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else float(((part + 0.055) / 1.055) ** 2.4)


def _luminance(colour: Colour) -> float:
    red, green, blue = colour
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _seen(colour: Colour, eye: Matrix) -> Colour:
    red, green, blue = (min(max(part, 0), 1) for part in _times(eye, colour))
    long, middle, short = (part ** (1 / 3) for part in _times(_CONES, (red, green, blue)))
    return _times(_LAB, (long, middle, short))


def _times(matrix: Matrix, colour: Colour) -> Colour:
    first, second, third = (sum(a * b for a, b in zip(row, colour, strict=True)) for row in matrix)
    return first, second, third
