"""docs/deployment.md says what the template takes."""

from __future__ import annotations

from infra.packaging.document import with_table
from infra.packaging.template import ROOT
from tests.infra.packaged import packaged

_DOCUMENT = (ROOT / "docs" / "deployment.md").read_text()


def test_the_table_of_parameters_is_the_templates() -> None:
    """`make parameters` writes it."""
    assert with_table(_DOCUMENT, packaged()) == _DOCUMENT
    for name, said in packaged()["Parameters"].items():
        assert f"| `{name}` | " in _DOCUMENT
        assert said["Description"] in _DOCUMENT


def test_another_parameter_would_be_another_table() -> None:
    """Else the test above could not fail."""
    template = packaged()
    template["Parameters"]["LogRetentionDays"]["Default"] = 14
    assert "| `LogRetentionDays` | `14` |" in with_table(_DOCUMENT, template)
