"""The template as far as moto can create it: a stack in this process, with what moto lacks left out and named."""

from __future__ import annotations

import copy
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.parsing import clean_json, get_model_map

REGION = "eu-central-1"
ACCOUNT = "123456789012"
STACK = "ticketing"
SAMPLES = {"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/ticketing:1.2.3"}
"""A value for each parameter that has no default."""

_BY_HAND = {"AWS::ApiGateway::Deployment": "moto reads no Body of a RestApi: the view imports the routes instead"}
_CREDENTIALS = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": REGION}


@dataclass(frozen=True)
class Made:
    """A stack on moto: physical ids by logical ones, what was left out by type, and how to ask for more."""

    ids: dict[str, str]
    left_out: dict[str, list[str]]
    body: dict[str, Any]
    session: boto3.Session

    def client(self, service: str) -> Any:
        """Return a client of a service, on moto."""
        return self.session.client(service)


@contextmanager
def created(template: dict[str, Any]) -> Iterator[Made]:
    """Create a translated template on moto, with its API; all is gone at the end of the block."""
    left_out = _left_out(template)
    gone = {name for names in left_out.values() for name in names}
    reduced = _without(template, gone)
    parameters = [{"ParameterKey": name, "ParameterValue": value} for name, value in SAMPLES.items()]
    with mock_aws():
        session = boto3.Session(**_CREDENTIALS)
        session.client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(reduced),
            Parameters=parameters,
            Capabilities=["CAPABILITY_IAM"],
        )
        stack = next(iter(cloudformation_backends[ACCOUNT][REGION].stacks.values()))
        ids = {name: str(made.physical_resource_id) for name, made in stack.resource_map.items() if hasattr(made, "physical_resource_id")}
        body = clean_json(reduced["Resources"]["RestAPI"]["Properties"]["Body"], stack.resource_map)
        yield Made(ids, left_out, body, session)


def _left_out(template: dict[str, Any]) -> dict[str, list[str]]:
    """Return the logical ids of what moto cannot create, by type."""
    logging.getLogger("moto").setLevel(logging.ERROR)
    known = set(get_model_map()) - set(_BY_HAND)
    left_out: dict[str, list[str]] = {}
    for name, resource in template["Resources"].items():
        if resource["Type"] not in known:
            left_out.setdefault(resource["Type"], []).append(name)
    return left_out


def _without(template: dict[str, Any], gone: set[str]) -> dict[str, Any]:
    """Return the template without some resources; what the others say of them becomes plain text."""
    reduced = copy.deepcopy(template)
    for name in gone:
        del reduced["Resources"][name]
    return _stand_in(reduced, gone)


def _stand_in(node: Any, gone: set[str]) -> Any:
    match node:
        case {"Ref": name, **rest} if not rest and name in gone:
            return f"left-out-{name}"
        case {"Fn::GetAtt": [name, attribute], **rest} if not rest and name in gone:
            return f"left-out-{name}-{attribute}"
        case dict():
            return {key: _stand_in(value, gone) for key, value in node.items()}
        case list():
            return [_stand_in(value, gone) for value in node]
    return node
