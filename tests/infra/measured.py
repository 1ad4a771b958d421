"""What the service measures, read from what it writes, and the metrics that a template watches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

from chalicelib.archive import service as archiving
from chalicelib.outbox import service as publishing
from infra.packaging.template import ROOT
from tests.infra.edge import stack
from tests.infra.stack import Stack

NAMESPACE = "ticketing-prod"
_SELL = "from tests.unit.test_telemetry import sell; sell()"
OF_OTHER_RUNS = {*archiving.Report().metrics, *publishing.Report().metrics}
"""Written by the runs that archive and that tell the bus, of which a sale without a bucket and a bus has none."""


class Metric(NamedTuple):
    """A metric as CloudWatch knows it; of dimensions that name a resource or a word only the name counts."""

    namespace: str
    name: str
    dimensions: frozenset[str]


OF_AWS = {
    Metric("AWS/ApiGateway", name, frozenset({"ApiName", "Stage"}))
    for name in ("Count", "4XXError", "5XXError", "Latency")
}
OF_AWS |= {
    Metric("AWS/Lambda", name, frozenset({"FunctionName"})) for name in ("Errors", "Throttles", "ConcurrentExecutions")
}
OF_AWS |= {
    Metric("AWS/ElastiCache", name, frozenset({"CacheClusterId"}))
    for name in (
        *("DatabaseMemoryUsagePercentage", "EngineCPUUtilization", "ReplicationLag", "Evictions", "CurrConnections"),
    )
}
OF_AWS |= {
    Metric("AWS/Lambda", "ClaimedAccountConcurrency", frozenset()),
    Metric("AWS/SQS", "ApproximateNumberOfMessagesVisible", frozenset({"QueueName"})),
    Metric("AWS/WAFV2", "BlockedRequests", frozenset({"WebACL", "Rule", "Region"})),
    Metric("AWS/CloudFront", "Requests", frozenset({"DistributionId", "Region"})),
}
"""Those of AWS that we watch, as its manuals name them."""


@cache
def ours() -> frozenset[Metric]:
    """Give what the service measures: a sale in a process of its own, with the namespace of the template."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("POWERTOOLS_")}
    run = subprocess.run(
        [sys.executable, "-c", _SELL],
        cwd=ROOT,
        env=env | {"METRICS_NAMESPACE": NAMESPACE},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    found = {
        Metric(said["Namespace"], metric["Name"], frozenset(said["Dimensions"][0]))
        for line in lines
        if isinstance(line, dict)
        for said in line.get("_aws", {}).get("CloudWatchMetrics", [])
        for metric in said["Metrics"]
    }
    return frozenset(found | {Metric(NAMESPACE, name, frozenset({"service"})) for name in OF_OTHER_RUNS})


def watched_by(alarm: dict[str, Any]) -> Iterator[Metric]:
    """Give the metrics of an alarm, by itself or through an expression."""
    parts = [row["MetricStat"]["Metric"] for row in alarm.get("Metrics", []) if "MetricStat" in row]
    for said in parts or [alarm]:
        names = frozenset(dimension["Name"] for dimension in said.get("Dimensions", []))
        yield Metric(said["Namespace"], said["MetricName"], names)


def alarms(made: Stack) -> dict[str, dict[str, Any]]:
    """Give the alarms of a stack."""
    return made.resources("AWS::CloudWatch::Alarm")


def a_stack(**parameters: str) -> Stack:
    """Give the stack of prod with everything that can be watched."""
    return stack(**{"EventBusName": "sales", "ArchiveEnabled": "true", "AlarmEmail": "a@b.example"} | parameters)
