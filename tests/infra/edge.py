"""A request as it passes CloudFront and the firewall of the template: where it goes, and whether it is let in."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Mapping
from typing import Any

import pytest

from tests.infra.packaged import packaged
from tests.infra.stack import Stack

SECRETS = {"OriginSecret": '{"current": "newer", "previous": "older"}'}
NEVER_KEPT = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"
"""AWS's own cache policy CachingDisabled."""
ALL_BUT_HOST = "b689b0a8-53d0-40ab-baf2-68738e2966ac"
"""AWS's own origin request policy AllViewerExceptHostHeader."""


def stack(**parameters: str) -> Stack:
    """Give the stack of prod with secrets that may have been rotated."""
    return Stack(packaged(), SECRETS, **parameters)


class Edge:
    """The distribution of a stack."""

    def __init__(self, made: Stack) -> None:
        """Take a stack."""
        (said,) = made.resources("AWS::CloudFront::Distribution").values()
        self.config: dict[str, Any] = said["DistributionConfig"]
        (self.origin,) = self.config["Origins"]
        self._kept = {
            name: said["CachePolicyConfig"] for name, said in made.resources("AWS::CloudFront::CachePolicy").items()
        }

    @property
    def behaviours(self) -> list[dict[str, Any]]:
        """Give all behaviours, the one for what no pattern matches last."""
        return [*self.config["CacheBehaviors"], self.config["DefaultCacheBehavior"]]

    def behaviour(self, path: str) -> dict[str, Any]:
        """Give the behaviour for a path: the first whose pattern matches, `*` any characters, `?` one."""
        return next(said for said in self.behaviours if _matches(said.get("PathPattern", "*"), path))

    def policy(self, path: str) -> dict[str, Any] | None:
        """Give the cache policy by which answers at a path are kept, or nothing when none is."""
        said = self.behaviour(path)["CachePolicyId"]
        return None if said == NEVER_KEPT else self._kept[said]

    def url(self, path: str) -> str:
        """Give what CloudFront asks the origin for when a viewer asks for a path."""
        return f"https://{self.origin['DomainName']}{self.origin['OriginPath']}{path}"

    def headers(self, viewer: Mapping[str, str]) -> dict[str, str]:
        """Give the headers that arrive at the API of those that a viewer sends: CloudFront's replace the viewer's."""
        own = {said["HeaderName"].lower(): said["HeaderValue"] for said in self.origin["OriginCustomHeaders"]}
        return {name.lower(): value for name, value in viewer.items()} | own


def blocked_by(made: Stack, headers: Mapping[str, str]) -> str | None:
    """Give the name of the rule by which the firewall blocks a request, the first in a long time; or nothing."""
    (acl,) = made.resources("AWS::WAFv2::WebACL").values()
    for rule in sorted(acl["Rules"], key=lambda rule: int(rule["Priority"])):
        if "RateBasedStatement" not in rule["Statement"] and _holds(rule["Statement"], headers):
            return str(rule["Name"])
    assert acl["DefaultAction"] == {"Allow": {}}
    return None


def through_function(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Run the function of the distribution over events with node; give the requests that it makes of them."""
    node = shutil.which("node")
    if node is None:
        pytest.fail("the function of CloudFront was NOT run: there is no node on PATH; install Node 20 or newer")
    (said,) = stack().resources("AWS::CloudFront::Function").values()
    script = f"{said['FunctionCode']}\nconsole.log(JSON.stringify(JSON.parse(process.argv[1]).map(handler)))"
    done = subprocess.run([node, "-e", script, json.dumps(events)], capture_output=True, text=True, check=True)
    requests: list[dict[str, Any]] = json.loads(done.stdout)
    return requests


def _matches(pattern: str, path: str) -> bool:
    parts = {"*": ".*", "?": "."}
    return re.fullmatch("".join(parts.get(sign, re.escape(sign)) for sign in pattern), path) is not None


def _holds(statement: dict[str, Any], headers: Mapping[str, str]) -> bool:
    ((kind, said),) = statement.items()
    if kind == "NotStatement":
        return not _holds(said["Statement"], headers)
    if kind == "OrStatement":
        return any(_holds(part, headers) for part in said["Statements"])
    assert (kind, said["PositionalConstraint"]) == ("ByteMatchStatement", "EXACTLY")
    assert said["TextTransformations"] == [{"Priority": 0, "Type": "NONE"}]
    return bool(headers.get(said["FieldToMatch"]["SingleHeader"]["Name"]) == said["SearchString"])
