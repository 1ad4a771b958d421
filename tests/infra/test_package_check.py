"""`make package-check` finds nothing in the template that there is, and something in each that is broken on purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.packaging import check, moto_checks, rules, rules_access, rules_edge
from infra.packaging.errors import PackageError
from infra.packaging.lint import lint, translate
from infra.packaging.moto_view import created
from infra.packaging.template import text
from tests.infra.broken import AGAINST_OUR_RULES, LINTED, LINTED_TRANSLATED, NOTICED_ON_MOTO, REFUSED_BY_SAM
from tests.infra.packaged import packaged, translated


def test_the_template_that_there_is_has_nothing_to_find(capsys: pytest.CaptureFixture[str]) -> None:
    """And the check says what it looked at, and what it could not."""
    assert list(check.findings(packaged())) == []
    said = capsys.readouterr().out
    functions = len(rules.of_type(translated(), "AWS::Lambda::Function"))
    assert f"{functions} AWS::Lambda::Function" in said
    assert "left out, for moto has none: AWS::ApiGateway::Account" in said


@pytest.mark.parametrize("broken", LINTED)
def test_cfn_lint_refuses(broken: str) -> None:
    """By the number of its rule."""
    template = packaged()
    LINTED[broken][0](template)
    assert any(finding.startswith(LINTED[broken][1]) for finding in lint(template)), lint(template)


@pytest.mark.parametrize("broken", LINTED_TRANSLATED)
def test_cfn_lint_refuses_what_sam_hid_from_it(broken: str) -> None:
    """That is why both templates are linted."""
    template = translated()
    LINTED_TRANSLATED[broken][0](template)
    assert any(finding.startswith(LINTED_TRANSLATED[broken][1]) for finding in lint(template)), lint(template)


@pytest.mark.parametrize("broken", REFUSED_BY_SAM)
def test_sam_refuses(broken: str) -> None:
    """What it cannot translate, CloudFormation cannot either."""
    template = packaged()
    REFUSED_BY_SAM[broken][0](template)
    with pytest.raises(PackageError, match=REFUSED_BY_SAM[broken][1]):
        translate(template)


@pytest.mark.parametrize("broken", AGAINST_OUR_RULES)
def test_our_rules_refuse(broken: str) -> None:
    """By one rule at least, in words that name the resource."""
    template = translated()
    AGAINST_OUR_RULES[broken][0](template)
    found = [finding for rule in check.RULES for finding in rule(template)]
    assert any(AGAINST_OUR_RULES[broken][1] in finding for finding in found), found


@pytest.mark.parametrize("broken", NOTICED_ON_MOTO)
def test_moto_shows(broken: str) -> None:
    """That what was created is not what app.py wants."""
    template = translated()
    NOTICED_ON_MOTO[broken][0](template)
    with created(template) as made:
        found = [finding for one in moto_checks.CHECKS for finding in one(made)]
    assert any(NOTICED_ON_MOTO[broken][1] in finding for finding in found), found


def test_every_rule_is_broken_by_something_here() -> None:
    """A rule that is added without a template that breaks it is not known to work; so is one that nobody runs."""
    broken: set[str] = set()
    for breaking, words in AGAINST_OUR_RULES.values():
        template = translated()
        breaking(template)
        broken |= {rule.__name__ for rule in check.RULES if any(words in finding for finding in rule(template))}
    assert broken == {rule.__name__ for rule in check.RULES} == set(_rules_of(rules, rules_access, rules_edge))


def test_a_finding_is_told_and_fails_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """What cfn-lint finds and what SAM refuses, of the template that `make package` wrote."""
    template = packaged()
    REFUSED_BY_SAM["a runtime of an image"][0](template)
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "template.json").write_text(text(template))
    monkeypatch.setattr(check, "ROOT", tmp_path)
    said = (check.main() or "").splitlines()
    assert said[0] == "package-check: 2 findings"
    assert said[1].startswith("E3685")
    assert "Runtime, Handler, Layers cannot be present" in said[2]


def _rules_of(*modules: Any) -> Iterator[str]:
    for module in modules:
        for name, made in vars(module).items():
            if callable(made) and getattr(made, "__module__", "") == module.__name__ and _is_rule(made):
                yield name


def _is_rule(made: Any) -> bool:
    said = getattr(made, "__annotations__", {})
    return (
        list(said) == ["template", "return"] and said["return"] == "Iterator[str]" and not made.__name__.startswith("_")
    )
