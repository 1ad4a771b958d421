"""The previous release is in the history of the project; where that is missing, nobody may believe it was tested."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.rolling import release


def test_the_previous_release_is_code_of_the_service_and_no_tests(tmp_path: Path) -> None:
    """So its processes run its code, and our tests."""
    assert release.previous(tmp_path).root == tmp_path
    assert {path.name for path in tmp_path.iterdir()} == {"app.py", "chalicelib"}


@pytest.mark.parametrize(
    ("environ", "outcome"),
    [({"CI": "true"}, pytest.fail.Exception), ({"CI": ""}, pytest.skip.Exception)],
    ids=["in CI", "elsewhere"],
)
def test_without_the_history_it_fails_in_ci_and_is_skipped_elsewhere(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, environ: dict[str, str], outcome: type[BaseException]
) -> None:
    """And says what is missing."""
    monkeypatch.setattr(release, "ROOT", tmp_path)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(outcome, match="a clone with its history"):
        release.previous(tmp_path)
