"""The template as far as moto can create it: a stack in this process, with what moto lacks left out and named."""

from __future__ import annotations

import copy
import json
import logging
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any

import boto3
from moto import mock_aws
from moto.cloudformation.models import cloudformation_backends
from moto.cloudformation.parsing import clean_json, get_model_map

from infra.packaging.moto_by_hand import BY_HAND

REGION = "eu-central-1"
ACCOUNT = "123456789012"
STACK = "ticketing"
SAMPLES = {"ImageUri": f"{ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com/ticketing:1.2.3"}
"""A value for each parameter that has no default."""

_NAMED = re.compile(r"\$\{(\w+)(?:\.[\w.]+)?\}")
_CREDENTIALS = {"aws_access_key_id": "none", "aws_secret_access_key": "none", "region_name": REGION}
# Moto knows these types of CloudFormation only in part: it reads no Body of a RestApi, and so finds nothing to deploy.
_HALF_KNOWN = {"AWS::ApiGateway::Deployment"}


@dataclass(frozen=True)
class Made:
    """What a template came to on moto.

    ``resources`` are those whose conditions hold, with all that they refer to filled in; ``ids`` the physical ids of
    those that moto created, ``by_hand`` the logical ids of those that were made by calls, ``left_out`` of the others.
    """

    resources: dict[str, dict[str, Any]]
    ids: dict[str, str]
    by_hand: list[str]
    left_out: list[str]
    client: Callable[[str], Any]

    def of_type(self, kind: str) -> dict[str, dict[str, Any]]:
        """Return the properties of the resources of a type, by logical id."""
        return {name: made["Properties"] for name, made in self.resources.items() if made["Type"] == kind}


@contextmanager
def created(template: dict[str, Any], **parameters: str) -> Iterator[Made]:
    """Create a translated template on moto; all is gone at the end of the block."""
    logging.getLogger("moto").setLevel(logging.ERROR)  # it warns of each type that it lacks, and so does this view
    known = set(get_model_map()) - _HALF_KNOWN
    lacking = {name for name, resource in template["Resources"].items() if resource["Type"] not in known}
    whole = _stand_in(template, lacking)
    reduced = copy.deepcopy(whole)
    for name in lacking:
        del reduced["Resources"][name]
    with mock_aws():
        client = cache(boto3.Session(**_CREDENTIALS).client)
        client("cloudformation").create_stack(
            StackName=STACK,
            TemplateBody=json.dumps(reduced),
            Parameters=[
                {"ParameterKey": key, "ParameterValue": value} for key, value in (SAMPLES | parameters).items()
            ],
            Capabilities=["CAPABILITY_IAM"],
        )
        known_there = next(iter(cloudformation_backends[ACCOUNT][REGION].stacks.values())).resource_map
        holds = known_there.lazy_condition_map
        resources = {
            name: {"Type": resource["Type"], "Properties": clean_json(resource.get("Properties", {}), known_there)}
            for name, resource in whole["Resources"].items()
            if "Condition" not in resource or holds[resource["Condition"]]
        }
        by_hand = [name for kind in BY_HAND for name in sorted(lacking) if resources.get(name, {}).get("Type") == kind]
        ids = {
            name: str(getattr(known_there[name], "physical_resource_id", name))
            for name in resources
            if name not in lacking
        }
        made = Made(resources, ids, by_hand, sorted(resources.keys() - ids.keys() - set(by_hand)), client)
        for name in by_hand:
            BY_HAND[resources[name]["Type"]](client, resources[name]["Properties"], resources)
        yield made


def _stand_in(node: Any, lacking: set[str]) -> Any:
    """Return the template with plain text where it refers to a resource that moto will not have."""
    match node:
        case {"Ref": name, **rest} if not rest and name in lacking:
            return f"no-{name}"
        case {"Fn::GetAtt": [name, attribute], **rest} if not rest and name in lacking:
            return f"no-{name}-{attribute}"
        case {"Fn::Sub": said, **rest} if not rest:
            text, names = (said, None) if isinstance(said, str) else said
            text = _NAMED.sub(lambda at: f"no-{at[1]}" if at[1] in lacking else at[0], text)
            return {"Fn::Sub": [text, _stand_in(names, lacking)] if names else text}
        case dict():
            return {key: _stand_in(value, lacking) for key, value in node.items()}
        case list():
            return [_stand_in(value, lacking) for value in node]
    return node
