"""How the functions of the template run: their time, their schedules, and what becomes of a run that failed."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app import app
from infra.image.container import SDK, WITH_SDK
from infra.packaging.functions import schedules
from infra.packaging.moto_view import SAMPLES
from infra.packaging.rules import of_type
from infra.packaging.template import ROOT
from tests.infra.packaged import packaged, translated

_GATEWAY_S = 29
_QUEUE_DAYS_MAX = 14


def _functions() -> dict[str, dict[str, Any]]:
    return of_type(translated(), "AWS::Lambda::Function")


def test_every_handler_of_app_py_is_a_function_and_nothing_else_is() -> None:
    """The request handler, and one for each schedule."""
    sources: list[Any] = app.event_sources
    commands = {said["ImageConfig"]["Command"][0] for said in _functions().values()}
    assert commands == {"app.app"} | {source.handler_string for source in sources}
    assert sorted(schedules(packaged())) == sorted(name for name in _functions() if name != "APIHandler")


def test_a_request_is_over_before_api_gateway_stops_waiting() -> None:
    """Else the caller would hear of a failure of what is then done. On a laptop it has the same time."""
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())
    assert _functions()["APIHandler"]["Timeout"] == config["lambda_timeout"] < _GATEWAY_S


@pytest.mark.parametrize("name", schedules(packaged()))
def test_a_scheduled_run_ends_before_the_next_one_of_the_same_kind_could_pile_up(name: str) -> None:
    """It has no longer than there is until the next, and there is one of it at a time."""
    function = _functions()[name]
    event = packaged()["Resources"][name]["Properties"]["Events"][schedules(packaged())[name]]
    found = re.fullmatch(r"rate\((\d+) (minute|hour)s?\)", event["Properties"]["Schedule"])
    assert found
    assert function["Timeout"] <= int(found[1]) * {"minute": 60, "hour": 3600}[found[2]]
    assert function["ReservedConcurrentExecutions"] == 1


def test_the_request_handler_is_not_held_back() -> None:
    """How many of it run at once is for the account and the API to say."""
    assert "ReservedConcurrentExecutions" not in _functions()["APIHandler"]


def test_who_has_boto3_on_its_path_in_the_template_has_it_where_the_image_is_checked() -> None:
    """And nobody else: on the way of a request it would be imported by an oversight."""
    paths = {
        said["ImageConfig"]["Command"][0]: said["Environment"]["Variables"].get("PYTHONPATH")
        for said in _functions().values()
    }
    assert {handler: path for handler, path in paths.items() if path} == dict.fromkeys(WITH_SDK, SDK["PYTHONPATH"])


@pytest.mark.parametrize("name", schedules(packaged()))
def test_a_run_that_failed_or_never_began_comes_into_the_queue(name: str) -> None:
    """Both of EventBridge, which could not invoke, and of Lambda, which could; neither tries again."""
    queue = {"Fn::GetAtt": ["DeadLetters", "Arn"]}
    configs = of_type(translated(), "AWS::Lambda::EventInvokeConfig").values()
    (config,) = (said for said in configs if said["FunctionName"] == {"Ref": name})
    assert config["DestinationConfig"]["OnFailure"]["Destination"] == queue
    rules = of_type(translated(), "AWS::Events::Rule").values()
    (target,) = (to for said in rules for to in said["Targets"] if to["Arn"] == {"Fn::GetAtt": [name, "Arn"]})
    assert target["DeadLetterConfig"] == {"Arn": queue}
    for said in (config, target["RetryPolicy"]):
        assert (said["MaximumRetryAttempts"], said["MaximumEventAgeInSeconds"]) == (0, 60)


@pytest.mark.parametrize("name", schedules(packaged()))
def test_a_function_is_made_when_it_may_send_its_dead_letters(name: str) -> None:
    """Lambda looks whether it may when it is told of the queue, and refuses otherwise."""
    template = translated()
    waits = template["Resources"][name]["DependsOn"]
    (policy,) = [waits] if isinstance(waits, str) else waits
    said = template["Resources"][policy]["Properties"]
    assert said["Roles"] == [{"Ref": f"{name}Role"}]
    assert said["PolicyDocument"]["Statement"][0]["Action"] == "sqs:SendMessage"


def test_dead_letters_are_kept_as_long_as_can_be() -> None:
    """People look at them, and not at night; what they hold is encrypted."""
    queue = of_type(translated(), "AWS::SQS::Queue")["DeadLetters"]
    assert queue["MessageRetentionPeriod"] == _QUEUE_DAYS_MAX * 86_400
    assert queue["SqsManagedSseEnabled"] is True


def test_only_the_rules_of_this_stack_may_send_dead_letters() -> None:
    """And only send."""
    policy = of_type(translated(), "AWS::SQS::QueuePolicy")["DeadLettersPolicy"]
    (said,) = policy["PolicyDocument"]["Statement"]
    assert (said["Principal"], said["Action"]) == ({"Service": "events.amazonaws.com"}, "sqs:SendMessage")
    assert said["Condition"]["ArnLike"]["aws:SourceArn"]["Fn::Sub"].endswith(":rule/${AWS::StackName}-*")


def test_every_log_group_is_kept_for_the_days_of_the_parameter() -> None:
    """One place to say it."""
    groups = of_type(translated(), "AWS::Logs::LogGroup").values()
    assert {str(said["RetentionInDays"]) for said in groups} == {"{'Ref': 'LogRetentionDays'}"}


@pytest.mark.parametrize(
    ("image", "is_one"),
    [
        (SAMPLES["ImageUri"], True),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/team/ticketing@sha256:" + "a" * 64, True),
        ("123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/ticketing:1", True),
        ("ticketing:1.2.3", False),
        ("public.ecr.aws/lambda/python:3.13", False),
        ("123456789012.dkr.ecr.us-east-1.amazonaws.com/ticketing", False),
    ],
)
def test_only_an_image_of_ecr_by_tag_or_digest_is_taken(image: str, is_one: bool) -> None:
    """Lambda runs no other, and without a tag it would be whichever was pushed last."""
    pattern = packaged()["Parameters"]["ImageUri"]["AllowedPattern"]
    assert (re.fullmatch(pattern, image) is not None) is is_one
