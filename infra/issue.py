"""What `make token` prints: a token of this installation, for where there is no identity provider.

Environment: ROLE (organiser, or nothing for a buyer), SUB (whose it is; a new random name without one), HOURS (12),
AUTH_KEYS (else those of `make run`, in DATA_DIR).
"""

from __future__ import annotations

import os
import secrets
import sys
from collections.abc import Mapping

from chalicelib import ids
from chalicelib.http import auth
from chalicelib.settings import Settings
from infra import keyring
from infra.child import StartError
from infra.options import Options

_HOURS_MAX = 24 * 366
_HOUR_S = 3_600


def main() -> int:
    """Print a token and return 0, or say in one line what is wrong and return 1."""
    try:
        print(token(dict(os.environ)))
    except (StartError, ValueError) as error:
        print(f"make token: {error}", file=sys.stderr)
        return 1
    return 0


def token(environ: Mapping[str, str]) -> str:
    """Sign the token that the environment asks for. Raises StartError or ValueError."""
    role = environ.get("ROLE", "")
    if role not in {"", auth.ORGANISER}:
        raise StartError(f"ROLE must be organiser or nothing, not {role!r}")
    subject = environ.get("SUB") or f"{role or 'buyer'}-{secrets.token_hex(8)}"
    if not ids.is_name(subject):
        raise StartError("SUB must be 1 to 128 of A-Z a-z 0-9 . _ ~ @ | + = -")
    hours = environ.get("HOURS") or "12"
    if not (hours.isascii() and hours.isdigit() and 0 < int(hours) <= _HOURS_MAX):
        raise StartError(f"HOURS must be a number from 1 to {_HOURS_MAX}, not {hours!r}")
    known = dict(environ)
    if not known.get("AUTH_KEYS"):
        directory = Options.from_environ(environ).data_dir
        directory.mkdir(parents=True, exist_ok=True)
        keyring.provide(known, directory)
    signed, _ = auth.issue(Settings.from_environ(known), subject, int(hours) * _HOUR_S, role or None)
    return signed


if __name__ == "__main__":
    sys.exit(main())
