"""The packaged template as tests use it: made once a process, given out as copies that a test may break."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from infra.packaging.template import ROOT, make


def packaged(stage: str = "prod") -> dict[str, Any]:
    """Return the template of a stage, to keep."""
    return copy.deepcopy(_made(stage))


@cache
def _made(stage: str) -> dict[str, Any]:
    return make(ROOT, stage)
