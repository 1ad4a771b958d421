"""What moto says it has, compared with what the template and app.py say there should be; each finding is a line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any

from app import app
from infra.packaging.moto_view import ACCOUNT, REGION, Made

_FUNCTION = "AWS::Lambda::Function"


def functions(made: Made) -> Iterator[str]:
    """Each function has its size, its concurrency and a role that is there."""
    client = made.client("lambda")
    roles = {role["Arn"] for role in made.client("iam").list_roles(MaxItems=1000)["Roles"]}
    for name, said in made.of_type(_FUNCTION).items():
        there = client.get_function_configuration(FunctionName=made.ids[name])
        there |= client.get_function_concurrency(FunctionName=made.ids[name])
        for field in ("Timeout", "MemorySize", "Role", "ReservedConcurrentExecutions"):
            if there.get(field) != said.get(field):
                yield f"{name}: {field} is {there.get(field)}, not {said.get(field)}"
        if there["Role"] not in roles:
            yield f"{name}: there is no role {there['Role']}"


def images(made: Made) -> Iterator[str]:
    """Each function is one of the image, with its handler as the command; made anew, for the stack's are zips."""
    for name, said in made.of_type(_FUNCTION).items():
        there = made.client("lambda").create_function(
            FunctionName=f"{name}-image",
            PackageType=said["PackageType"],
            Code=said["Code"],
            ImageConfig=said["ImageConfig"],
            Role=said["Role"],
        )
        if there["ImageConfigResponse"]["ImageConfig"]["Command"] != said["ImageConfig"]["Command"]:
            yield f"{name}: it does not run {said['ImageConfig']} of an image"


def schedules(made: Made) -> Iterator[str]:
    """Each schedule of app.py is a rule that is on, may invoke its function, and may send to the queue of failures."""
    events = made.client("events")
    handlers = {made.ids[name]: said["ImageConfig"]["Command"][0] for name, said in made.of_type(_FUNCTION).items()}
    there: dict[str, str] = {}
    for name, said in made.of_type("AWS::Events::Rule").items():
        if "ScheduleExpression" not in said:
            continue
        rule = events.describe_rule(Name=made.ids[name])
        for target in events.list_targets_by_rule(Rule=made.ids[name])["Targets"]:
            function = target["Arn"].rpartition(":")[2]
            there[handlers[function]] = rule["ScheduleExpression"]
            if not _allows(_function_policy(made, function), "events.amazonaws.com", rule["Arn"]):
                yield f"{name} may not invoke {function}"
            queue = target.get("DeadLetterConfig", {}).get("Arn", "")
            if not _allows(_queue_policies(made).get(queue, {}), "events.amazonaws.com", rule["Arn"]):
                yield f"{name} may not send what fails to {queue or 'any queue'}"
        if rule["State"] != "ENABLED":
            yield f"{name} is {rule['State']}"
    sources: list[Any] = app.event_sources
    wanted = {source.handler_string: source.schedule_expression for source in sources}
    if there != wanted:
        yield f"the schedules are {there}, not {wanted}"


def failures(made: Made) -> Iterator[str]:
    """Each scheduled function sends the runs that fail to a queue of this stack."""
    said = made.of_type("AWS::Lambda::EventInvokeConfig")
    scheduled = {source.handler_string for source in app.event_sources}
    for name, function in made.of_type(_FUNCTION).items():
        if function["ImageConfig"]["Command"][0] not in scheduled:
            continue
        if made.ids[name] not in {config["FunctionName"] for config in said.values()}:
            yield f"{name} says nothing of what fails"
            continue
        there = made.client("lambda").get_function_event_invoke_config(FunctionName=made.ids[name])
        if there["DestinationConfig"]["OnFailure"]["Destination"] not in _queue_policies(made):
            yield f"{name} sends what fails to no queue of this stack"


def routes(made: Made) -> Iterator[str]:
    """Each route of app.py leads to the request handler, which lets the API in, below the one stage `api`."""
    api, api_id, handler = made.client("apigateway"), made.ids["RestAPI"], made.ids["APIHandler"]
    there = {
        (method, resource["path"]): said["methodIntegration"]["uri"]
        for resource in api.get_resources(restApiId=api_id, limit=500, embed=["methods"])["items"]
        for method, said in resource.get("resourceMethods", {}).items()
        if method != "OPTIONS"
    }
    wanted = {(method, path) for path, methods in app.routes.items() for method in methods}
    yield from (f"there is no {method} {path}" for method, path in sorted(wanted - there.keys()))
    yield from (f"{method} {path} is not in app.py" for method, path in sorted(there.keys() - wanted))
    for (method, path), leads_to in there.items():
        if not leads_to.endswith(f":function:{handler}/invocations"):
            yield f"{method} {path} leads to {leads_to}"
    if [stage["stageName"] for stage in api.get_stages(restApiId=api_id)["item"]] != ["api"]:
        yield "the API has another stage than api"
    here = f"arn:aws:execute-api:{REGION}:{ACCOUNT}:{api_id}/api/GET/health"
    if not _allows(_function_policy(made, handler), "apigateway.amazonaws.com", here):
        yield "the API may not invoke the request handler"


CHECKS = (functions, images, schedules, failures, routes)


def _function_policy(made: Made, function: str) -> dict[str, Any]:
    client = made.client("lambda")
    try:
        policy: dict[str, Any] = json.loads(client.get_policy(FunctionName=function)["Policy"])
    except client.exceptions.ResourceNotFoundException:
        return {}
    return policy


def _queue_policies(made: Made) -> dict[str, dict[str, Any]]:
    """Return the policies of the queues of the stack by the queues' ARNs."""
    policies = {}
    for name in made.of_type("AWS::SQS::Queue"):
        there = made.client("sqs").get_queue_attributes(QueueUrl=made.ids[name], AttributeNames=["All"])["Attributes"]
        policies[there["QueueArn"]] = json.loads(there.get("Policy", "{}"))
    return policies


def _allows(policy: dict[str, Any], service: str, source: str) -> bool:
    """Tell whether a policy lets a service in on behalf of an ARN."""
    for said in policy.get("Statement", []):
        arns = {key.lower(): value for key, value in said.get("Condition", {}).get("ArnLike", {}).items()}
        if said["Principal"] == {"Service": service} and fnmatchcase(source, arns.get("aws:sourcearn", "")):
            return True
    return False
