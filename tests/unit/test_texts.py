"""What the pages say: every text in every language, and none that nobody asks for."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from chalicelib.errors import REFUSALS

_ASSETS = Path(__file__).resolve().parents[2] / "chalicelib" / "pages" / "assets"
_FORMS = {"en": {"one", "other"}, "ko": {"other"}}
"""The forms of a text that counts, as Intl.PluralRules names them."""
_ALPHABETS = {"en": re.compile("[A-Za-z]"), "ko": re.compile("[가-힣]")}
_ONLY_THE_BROWSER = {"offline"}
"""Refusals that no service says: they mean that there was none."""

_STRING = re.compile(r'"((?:[^"\\\n]|\\.)*)"')
_COMPUTED = re.compile(r"`((?!ticketing\.)[a-z_]+\.(?:[a-z_]+\.)*[a-z_]*)\$\{")  # what a browser keeps is ticketing.*
_PLACE = re.compile(r"\{(\w+)\}")

Texts = dict[str, Any]


def _read(language: str) -> Texts:
    texts: Texts = json.loads((_ASSETS / "lang" / f"{language}.json").read_text(encoding="utf-8"))
    return texts


def _forms(text: Any) -> list[str]:
    return list(text.values()) if isinstance(text, dict) else [text]


LANGUAGES = {language: _read(language) for language in _FORMS}
KEYS = set(LANGUAGES["en"])
MODULES = {
    file.relative_to(_ASSETS).as_posix(): file.read_text(encoding="utf-8")
    for file in sorted(_ASSETS.glob("*/*.js"))
    if file.parent.name != "vendor"
}
STRINGS = {text for module in MODULES.values() for text in _STRING.findall(module)}
PREFIXES = {prefix for module in MODULES.values() for prefix in _COMPUTED.findall(module)}
AREAS = {key.split(".")[0] for key in KEYS if "." in key}


def test_every_refusal_has_a_text() -> None:
    """Whatever word the service says, people read a sentence; and there is none for a word that it no longer says."""
    told = {key.removeprefix("refusal.") for key in KEYS if key.startswith("refusal.")}
    assert told == REFUSALS.keys() | _ONLY_THE_BROWSER


def test_all_languages_say_the_same_things() -> None:
    assert {language: sorted(texts.keys() ^ KEYS) for language, texts in LANGUAGES.items()} == {"en": [], "ko": []}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_language_is_one_file_sorted_by_key(language: str) -> None:
    """One text a line, so that two people who add texts do not meet."""
    texts = LANGUAGES[language]
    lines = [f"  {json.dumps(key)}: {json.dumps(texts[key], ensure_ascii=False)}" for key in sorted(texts)]
    written = (_ASSETS / "lang" / f"{language}.json").read_text(encoding="utf-8")
    assert written.splitlines() == ["{", *(line + "," for line in lines[:-1]), lines[-1], "}"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_counts_has_the_forms_of_its_language(language: str) -> None:
    """And what has forms in one language has them in each."""
    counted = {key for texts in LANGUAGES.values() for key, text in texts.items() if isinstance(text, dict)}
    found = {key: LANGUAGES[language][key] for key in counted}
    assert {
        key: text for key, text in found.items() if not isinstance(text, dict) or text.keys() != _FORMS[language]
    } == {}


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_text_says_the_same_values_in_every_language(key: str) -> None:
    """A singular may leave out its number; nothing else may be left out or made up."""
    values = {frozenset(_PLACE.findall(_forms(texts[key])[-1])) for texts in LANGUAGES.values()}
    assert len(values) == 1
    for texts in LANGUAGES.values():
        assert all(set(_PLACE.findall(form)) <= max(values) for form in _forms(texts[key]))


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_text_is_in_the_language_of_its_file(language: str) -> None:
    """Nobody finds a text of another language that was copied to be translated later."""
    alphabet = _ALPHABETS[language]
    strange = [key for key, text in LANGUAGES[language].items() if not all(map(alphabet.search, _forms(text)))]
    assert strange == []


def test_every_text_that_a_module_asks_for_is_there() -> None:
    """A string that looks like a key is one: the first word of a key is used for nothing else."""
    looks = re.compile(rf"(?:{'|'.join(sorted(AREAS))})\.[a-z0-9_.]+")
    assert {text for text in STRINGS if looks.fullmatch(text)} - KEYS == set()
    assert {prefix for prefix in PREFIXES if not any(key.startswith(prefix) for key in KEYS)} == set()


def test_every_text_is_asked_for() -> None:
    """By its key, or by a key that a module puts together from its beginning."""
    assert {key for key in KEYS - STRINGS if not key.startswith(tuple(PREFIXES))} == set()
