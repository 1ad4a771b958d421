"""Our own rules of the translated template: what neither cfn-lint nor SAM minds, and we do. Each finding is a line."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

from chalicelib.settings import Settings

Template = dict[str, Any]

SECRETS = {field.name.upper() for field in fields(Settings) if not field.repr}
"""The variables that are secrets: the settings that are never printed."""
VARIABLES = (
    {field.name.upper() for field in fields(Settings)} - {"REDIS_HOST", "REDIS_PORT"}
    | {"REDIS_ADDR"}
    # The first is for Python itself; the second changes when a secret did, and is read by nobody.
    | {"PYTHONPATH", "SECRETS_REVISION"}
)
_LOGGED = {
    "requestTimeEpoch", "requestId", "integration.requestId", "httpMethod", "resourcePath", "status", "responseLength",
    "responseLatency", "integration.latency", "error.responseType", "waf.status",
}  # fmt: skip
"""What an access log may hold: none of it tells who somebody is, or opens anything."""
_LAPTOP = re.compile(r"localhost|127\.0\.0\.1|\[::1\]|\.invalid\b")
_TEMPLATE_BYTES_MAX = 1_000_000


def of_type(template: Template, *kinds: str) -> dict[str, dict[str, Any]]:
    """Return the properties of the resources of some types, by logical id."""
    return {name: made.get("Properties", {}) for name, made in template["Resources"].items() if made["Type"] in kinds}


def functions_are_of_the_image(template: Template) -> Iterator[str]:
    """Each with its own role and its own log group, and the two nobody else's."""
    functions = of_type(template, "AWS::Lambda::Function")
    for field, words in (("Role", "role"), ("LoggingConfig", "log group")):
        own = [json.dumps(said.get(field)) for said in functions.values()]
        yield from (
            f"{name} has no {words} of its own"
            for name, one in zip(functions, own, strict=True)
            if own.count(one) > 1 or one == "null"
        )
    for name, said in functions.items():
        if said.get("PackageType") != "Image" or said.get("Code") != {"ImageUri": {"Ref": "ImageUri"}}:
            yield f"{name} is not of the image"
        if "Command" not in said.get("ImageConfig", {}):
            yield f"{name} does not say what the image runs"


def scheduled_functions_run_once_at_a_time(template: Template) -> Iterator[str]:
    """And what fails is kept, not tried again: the next run does it."""
    configs = {
        json.dumps(said["FunctionName"]): said for said in of_type(template, "AWS::Lambda::EventInvokeConfig").values()
    }
    for rule, said in of_type(template, "AWS::Events::Rule").items():
        for target in said["Targets"] if "ScheduleExpression" in said else ():
            name = target["Arn"]["Fn::GetAtt"][0]
            function = template["Resources"][name]["Properties"]
            config = configs.get(json.dumps({"Ref": name}), {})
            retries = {part.get("MaximumRetryAttempts") for part in (config, target.get("RetryPolicy", {}))}
            ages = {part.get("MaximumEventAgeInSeconds") for part in (config, target.get("RetryPolicy", {}))}
            if function.get("ReservedConcurrentExecutions") != 1:
                yield f"{name} may run twice at once"
            if retries != {0} or ages != {60}:
                yield f"{name} is tried again, or late"
            if "OnFailure" not in config.get("DestinationConfig", {}) or "DeadLetterConfig" not in target:
                yield f"{name}, by {rule}: what fails is lost"


def variables_are_known_and_secrets_are_references(template: Template) -> Iterator[str]:
    """A variable is one that the service reads; a secret stands in Secrets Manager; nothing is of a laptop."""
    for name, said in of_type(template, "AWS::Lambda::Function").items():
        variables = said.get("Environment", {}).get("Variables", {})
        if variables.get("AUTH_MODE") != "jwt":
            yield f"{name} looks at no tokens, and Lambda would not start it"
        for variable, value in variables.items():
            if variable not in VARIABLES:
                yield f"{name}: nobody reads {variable}"
            if variable in SECRETS and any(text and "{{resolve:secretsmanager:" not in text for text in _texts(value)):
                yield f"{name}: {variable} is not a reference to a secret"
            if _LAPTOP.search(json.dumps(value)):
                yield f"{name}: {variable} is of a laptop"


def logs_are_kept_for_a_time(template: Template) -> Iterator[str]:
    """For ever is what CloudWatch does when nobody says."""
    for name, said in of_type(template, "AWS::Logs::LogGroup").items():
        if "RetentionInDays" not in said:
            yield f"{name} is kept for ever"


def access_logs_tell_nothing_of_people(template: Template) -> Iterator[str]:
    """Neither the raw path, in which session ids stand, nor queries, headers or bodies; and nothing logs execution."""
    for name, said in of_type(template, "AWS::ApiGateway::Stage").items():
        logged = set(re.findall(r"\$context\.([A-Za-z.]+)", said.get("AccessLogSetting", {}).get("Format", "")))
        yield from (f"{name} logs {variable}" for variable in sorted(logged - _LOGGED))
        if not logged:
            yield f"{name} logs no access"
        for method in said.get("MethodSettings", [{}]):
            if method.get("LoggingLevel") != "OFF" or method.get("DataTraceEnabled") is not False:
                yield f"{name} logs execution, with raw paths"
            if "ThrottlingRateLimit" not in method or "ThrottlingBurstLimit" not in method:
                yield f"{name} is not throttled"


def parameters_are_described(template: Template) -> Iterator[str]:
    """Each says in a sentence what it is, has its place in the groups of the console, and is bounded."""
    groups = template.get("Metadata", {}).get("AWS::CloudFormation::Interface", {}).get("ParameterGroups", [])
    grouped = [name for group in groups for name in group["Parameters"]]
    for name, said in template.get("Parameters", {}).items():
        if not re.fullmatch(r"[A-Z].*\.", said.get("Description", "")):
            yield f"the parameter {name} is not described"
        if grouped.count(name) != 1:
            yield f"the parameter {name} is in {grouped.count(name)} groups"
    yield from (
        f"the group of {name} names no parameter" for name in sorted(set(grouped) - set(template["Parameters"]))
    )


def template_is_small_enough(template: Template) -> Iterator[str]:
    """CloudFormation takes no more."""
    if len(json.dumps(template)) > _TEMPLATE_BYTES_MAX:
        yield f"the template is larger than {_TEMPLATE_BYTES_MAX} bytes"


def _texts(value: Any) -> Iterator[str]:
    """Return each text that a value may come to, whatever the conditions; a parameter is none of them."""
    match value:
        case str():
            yield value
        case {"Fn::If": [_, *branches]}:
            for branch in branches:
                yield from _texts(branch)
        case {"Fn::Sub": str(text)}:
            yield text
        case {"Ref": name}:
            yield f"the parameter {name}"
