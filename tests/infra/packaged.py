"""The packaged template as tests use it: made once a process, given out as copies that a test may break."""

from __future__ import annotations

import copy
from functools import cache
from typing import Any

from infra.packaging.lint import translate
from infra.packaging.template import ROOT, make


def packaged(stage: str = "prod") -> dict[str, Any]:
    """Return the template of a stage, to keep."""
    return copy.deepcopy(_made(stage))


def translated(stage: str = "prod") -> dict[str, Any]:
    """Return the template of a stage as CloudFormation sees it, without SAM, to keep."""
    return copy.deepcopy(_translated(stage))


@cache
def _made(stage: str) -> dict[str, Any]:
    return make(ROOT, stage)


@cache
def _translated(stage: str) -> dict[str, Any]:
    return translate(_made(stage))
