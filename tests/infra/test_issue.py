"""`make token`: prints one token, for who has no identity provider."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jwt
import pytest

from chalicelib.http.auth import issue, verify
from chalicelib.settings import Settings
from infra import keyring
from tests.infra.running import ROOT, Run, free_port
from tests.support.people import AUTH_KEY
from tests.support.sale import event_body


def make_token(data_dir: Path, **environ: str) -> subprocess.CompletedProcess[str]:
    """Run what `make token` runs."""
    return subprocess.run(
        [sys.executable, "-m", "infra.issue"],
        cwd=ROOT,
        env={"PATH": os.environ["PATH"], "DATA_DIR": str(data_dir)} | environ,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )


def test_a_token_is_of_whom_it_was_asked_for(tmp_path: Path) -> None:
    """Nothing else is printed, so that a shell can take it; without a name it is a new one each time."""
    settings = Settings(auth_keys=(AUTH_KEY,))
    said = make_token(tmp_path, AUTH_KEYS=AUTH_KEY, ROLE="organiser", SUB="olga", HOURS="2")
    assert (said.returncode, said.stderr, said.stdout.count("\n")) == (0, "", 1)
    claims = verify(said.stdout.strip(), settings)
    assert (claims["sub"], claims["role"], claims["exp"] - claims["iat"]) == ("olga", "organiser", 7200)
    names = {verify(make_token(tmp_path, AUTH_KEYS=AUTH_KEY).stdout.strip(), settings)["sub"] for _ in range(2)}
    assert len(names) == 2
    assert not list(tmp_path.iterdir())


def test_without_a_key_it_is_that_of_make_run(tmp_path: Path) -> None:
    """Also when nothing has run yet."""
    said = make_token(tmp_path)
    environ: dict[str, str] = {}
    keyring.provide(environ, tmp_path)
    assert "role" not in verify(said.stdout.strip(), Settings.from_environ(environ))


@pytest.mark.parametrize(
    ("variable", "text"),
    [("ROLE", "admin"), ("SUB", "a b"), ("HOURS", "0"), ("HOURS", "x"), ("HOURS", "9999999"), ("AUTH_KEYS", "short")],
)
def test_what_cannot_be_is_one_line_that_names_the_variable(tmp_path: Path, variable: str, text: str) -> None:
    """And no token."""
    said = make_token(tmp_path, **({"AUTH_KEYS": AUTH_KEY} | {variable: text}))
    assert (said.returncode, said.stdout, said.stderr.count("\n")) == (1, "", 1)
    assert variable in said.stderr


def test_a_run_with_tokens_takes_them(tmp_path: Path) -> None:
    """`AUTH_MODE=jwt make run`: two demo events, an organiser by token, guests, and nobody without."""
    with Run(tmp_path, free_port(), AUTH_MODE="jwt").up() as run:
        assert len(run.events()) == 2
        assert [run.paste(line) for line in run.examples()] == [200, 201]
        assert run.call("POST", "/api/v1/events", event_body())[0] == 401
        olga = make_token(tmp_path, ROLE="organiser", SUB="olga").stdout.strip()
        assert jwt.decode(olga, options={"verify_signature": False})["sub"] == "olga"
        status, made = run.call("POST", "/api/v1/events", event_body(), token=olga)
        assert (status, made["event"]["organiser_id"]) == (201, "olga")
        guest = run.call("POST", "/api/v1/guests", {})[1]["token"]
        assert run.call("POST", "/api/v1/queue/join", {"event_id": made["id"]}, token=guest)[0] == 201


def test_the_first_key_signs() -> None:
    """So that a new one can be put before the old one, which still opens what it has signed."""
    settings = Settings(auth_keys=("n" * 32, AUTH_KEY))
    signed, _ = issue(settings, "ada", 60)
    assert verify(signed, Settings(auth_keys=("n" * 32,)))["sub"] == "ada"
