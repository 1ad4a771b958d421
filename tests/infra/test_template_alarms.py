"""Alarms: each watches something that is measured, says what it means, and reaches somebody who can look it up."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase
from typing import Any

import pytest

from chalicelib.errors import REFUSALS
from chalicelib.http.telemetry import SERVICE
from infra.packaging.functions import functions, schedules
from infra.packaging.nodes import METRICS_MAX, OF_CLUSTER, OF_SINGLE
from infra.packaging.template import ROOT
from tests.infra.measured import NAMESPACE, OF_AWS, Metric, a_stack, alarms, ours, watched_by
from tests.infra.packaged import packaged
from tests.infra.stack import Stack

ALARMS = alarms(a_stack())
SILENCE_IS_THE_FAULT = {"DrainStopped", "PublishLags"}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_watches_what_is_measured(name: str) -> None:
    """By the service, in the namespace of its stack and with the dimensions that it writes, or by AWS."""
    assert set(watched_by(ALARMS[name])) <= ours() | OF_AWS


def _dimensions(said: dict[str, Any]) -> dict[str, str]:
    return {part["Name"]: part["Value"] for part in said["Dimensions"]}


@pytest.mark.parametrize("name", [name for name, said in ALARMS.items() if said.get("Namespace") == NAMESPACE])
def test_what_the_service_measures_goes_by_its_name_or_by_a_word_of_refusal(name: str) -> None:
    """One that there is."""
    ((key, value),) = _dimensions(ALARMS[name]).items()
    assert value in ({SERVICE} if key == "service" else REFUSALS)


def test_an_alarm_goes_by_the_names_of_what_is_made() -> None:
    """The API's, and those of the firewall and its rules: under others nothing is measured."""
    (acl,) = a_stack().resources("AWS::WAFv2::WebACL").values()
    assert acl["Name"] == acl["VisibilityConfig"]["MetricName"]
    rules = {rule["VisibilityConfig"]["MetricName"] for rule in acl["Rules"]}
    watched = [_dimensions(said) for said in ALARMS.values() if said.get("Namespace") == "AWS/WAFV2"]
    assert {said["Rule"] for said in watched} == rules
    assert {(said["WebACL"], said["Region"]) for said in watched} == {(acl["Name"], "eu-central-1")}
    api = packaged()["Resources"]["RestAPI"]["Properties"]["Name"]
    for name in ("ApiFails", "ApiSlow"):
        assert _dimensions(ALARMS[name]) == {"ApiName": a_stack().value(api), "Stage": "api"}


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_says_what_it_means_and_tells_of_its_end_too(name: str) -> None:
    """In a sentence, to the topic."""
    said = ALARMS[name]
    assert re.fullmatch(r"[A-Z].+\.", said["AlarmDescription"])
    assert said["AlarmActions"] == said["OKActions"] == ["Alarms"]


@pytest.mark.parametrize("name", ALARMS)
def test_what_silence_means_is_said(name: str) -> None:
    """Nothing happened, or that is the fault; of a server that says nothing nothing is known."""
    of_server = any(metric.namespace == "AWS/ElastiCache" for metric in watched_by(ALARMS[name]))
    wanted = "breaching" if name in SILENCE_IS_THE_FAULT else "missing" if of_server else "notBreaching"
    assert ALARMS[name]["TreatMissingData"] == wanted


@pytest.mark.parametrize("name", ALARMS)
def test_an_alarm_asks_for_no_more_points_than_it_looks_at(name: str) -> None:
    """CloudWatch would refuse it when all else has been made."""
    said = ALARMS[name]
    assert 1 <= said.get("DatapointsToAlarm", 1) <= said["EvaluationPeriods"]
    assert said.get("Period", 60) * said["EvaluationPeriods"] <= 86_400
    assert ("Statistic" in said) + ("ExtendedStatistic" in said) + ("Metrics" in said) == 1


def test_every_function_tells_of_its_errors_and_of_runs_that_it_did_not_get() -> None:
    """Also one that is added to app.py tomorrow."""
    template = packaged()
    for function in functions(template):
        for name, metric in ((f"{function}Errors", "Errors"), (f"{function}Throttled", "Throttles")):
            assert ALARMS[name]["MetricName"] == metric
            assert ALARMS[name]["Dimensions"] == [{"Name": "FunctionName", "Value": function}]
    assert {name for name in ALARMS if name.endswith("Throttled")} == {
        f"{function}Throttled" for function in ["APIHandler", *schedules(template)]
    }


def test_a_drain_that_does_not_run_is_noticed_by_its_silence() -> None:
    """It writes its lag at each end, a minute apart at most."""
    said = ALARMS["DrainStopped"]
    assert (said["Statistic"], said["Threshold"], said["Period"]) == ("SampleCount", 1, 300)
    assert Metric(NAMESPACE, "drain_lag_ms", frozenset({"service"})) in ours()


def _nodes(said: dict[str, Any]) -> list[str]:
    parts = [row["MetricStat"]["Metric"] for row in said["Metrics"] if "MetricStat" in row]
    return [part["Dimensions"][0]["Value"] for part in parts]


@pytest.mark.parametrize("name", [name for name in ALARMS if name.startswith("Redis") and name != "RedisAway"])
def test_the_nodes_of_our_valkey_are_watched_under_the_names_that_they_have(name: str) -> None:
    """All that a single one can have; of a cluster as many as an alarm can hold, the same of each shard."""
    assert _nodes(ALARMS[name]) == [f"Valkey-{node}" for node in OF_SINGLE]
    of_cluster = alarms(a_stack(RedisCluster="true", RedisShards="3"))[name]
    assert _nodes(of_cluster) == [f"Valkey-{node}" for node in OF_CLUSTER]
    assert len(OF_CLUSTER) == METRICS_MAX
    assert len(OF_SINGLE) == 1 + packaged()["Parameters"]["RedisReplicas"]["MaxValue"]
    ids = [row["Id"] for row in of_cluster["Metrics"]]
    assert len(set(ids)) == len(ids)
    assert [row["Id"] for row in of_cluster["Metrics"] if row.get("ReturnData", True)] == ["worst"]


def test_an_existing_redis_is_its_owners_to_watch() -> None:
    """That it does not answer is noticed all the same."""
    existing = {"RedisAddr": "redis.internal:6379", "RedisSecurityGroupId": "sg-1", "VpcId": "vpc-1"}
    names = set(alarms(a_stack(**existing)))
    assert {name for name in names if name.startswith("Redis")} == {"RedisAway"}
    assert set(ALARMS) - names == {name for name in ALARMS if name.startswith("Redis")} - {"RedisAway"}


def test_what_is_switched_off_is_not_watched() -> None:
    """Nothing is told without a bus, and no address is limited."""
    gone = set(ALARMS) - set(alarms(a_stack(EventBusName="", RequestsPerAddress="0")))
    assert gone == {"PublishLags", "UndeliveredEventsWait", "AddressesLimited"}


def test_the_topic_hears_of_cloudwatch_alone_and_tells_whom_the_parameter_names() -> None:
    """Of this account; without an address there is the topic alone."""
    (said,) = a_stack().resources("AWS::SNS::TopicPolicy").values()
    (statement,) = said["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": "AWS::AccountId"}}
    (told,) = a_stack().resources("AWS::SNS::Subscription").values()
    assert (told["TopicArn"], told["Protocol"], told["Endpoint"]) == ("Alarms", "email", "a@b.example")
    assert a_stack(AlarmEmail="").resources("AWS::SNS::Subscription") == {}


def test_two_stacks_of_one_account_do_not_measure_as_one() -> None:
    """A drain that stands still in one would not be missed while the other's runs."""
    said = Stack(packaged()).template["Globals"]["Function"]["Environment"]["Variables"]["METRICS_NAMESPACE"]
    assert said == {"Ref": "AWS::StackName"}
    assert {metric.namespace for metric in ours()} == {NAMESPACE}


def test_every_alarm_has_its_row_in_the_manual_and_no_other_has() -> None:
    """A row may be for one of each function: *Errors."""
    rows = re.findall(r"^\| `([A-Za-z*]+)` \|", (ROOT / "docs" / "alarms.md").read_text(), re.MULTILINE)
    assert len(rows) == len(set(rows))
    for name in ALARMS:
        assert [row for row in rows if fnmatchcase(name, row)], f"{name} is not in docs/alarms.md"
    for row in rows:
        assert [name for name in ALARMS if fnmatchcase(name, row)], f"there is no alarm {row}"
