"""The dashboard: valid JSON whatever the parameters, of widgets that stand beside each other and show what there is."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.http.telemetry import SERVICE
from infra.packaging.functions import functions
from tests.infra.edge import stack
from tests.infra.measured import NAMESPACE, OF_AWS, Metric, alarms, ours
from tests.infra.packaged import packaged

COLUMNS = 24
EXISTING = {"RedisAddr": "redis.internal:6379", "RedisSecurityGroupId": "sg-1", "VpcId": "vpc-1"}
_SEARCH = re.compile(r"SEARCH\('\{(?P<schema>[^}]+)\} MetricName=\"(?P<name>\w+)\"(?: (?P<term>\S+))?', '\w+', 60\)")


def _widgets(**parameters: str) -> list[dict[str, Any]]:
    (said,) = stack(**parameters).resources("AWS::CloudWatch::Dashboard").values()
    widgets: list[dict[str, Any]] = json.loads(said["DashboardBody"])["widgets"]
    return widgets


def _rows() -> Iterator[list[Any]]:
    """Give the metrics of all widgets written out: `.` is what stood there before, `...` all of it but the last."""
    for widget in _widgets():
        before: list[Any] = []
        for row in widget["properties"].get("metrics", []):
            said = [part for part in row if not isinstance(part, dict)]
            if said[:1] == ["..."]:
                said = before[: len(before) - len(said) + 1] + said[1:]
            before = [old if part == "." else part for part, old in zip(said, [*before, *said], strict=False)]
            yield before or row


def _shown() -> Iterator[Metric]:
    for row in _rows():
        if isinstance(row[0], dict):
            found = _SEARCH.fullmatch(row[0]["expression"])
            assert found, row
            namespace, *names = found["schema"].replace('"', "").split(",")
            yield Metric(namespace, found["name"], frozenset(names))
        else:
            yield Metric(row[0], row[1], frozenset(row[2::2]))


@pytest.mark.parametrize("parameters", [{}, {"RedisCluster": "true", "RedisShards": "9"}, EXISTING], ids=str)
def test_the_dashboard_is_there_whatever_the_parameters(parameters: dict[str, str]) -> None:
    """Its body names nothing that is not made."""
    assert _widgets(**parameters)


def test_every_figure_on_it_is_measured() -> None:
    """By the service or by AWS, with these dimensions."""
    assert set(_shown()) <= ours() | OF_AWS


def test_everything_that_the_service_measures_is_on_it() -> None:
    """What nobody sees need not be counted."""
    assert {metric for metric in ours() if metric not in set(_shown())} == set()


def test_every_function_is_on_it() -> None:
    """With its errors, and the runs that it did not get."""
    shown = {(row[1], row[3]) for row in _rows() if row[0] == "AWS/Lambda" and len(row) > 2}
    wanted = {(metric, function) for metric in ("Errors", "Throttles") for function in functions(packaged())}
    assert wanted <= shown


def test_what_can_wake_somebody_stands_first() -> None:
    """All alarms that every stack has."""
    first = _widgets()[0]
    (alarm,) = [widget for widget in _widgets() if widget["type"] == "alarm"]
    assert first == alarm
    shown = {name.removesuffix(".Arn") for name in alarm["properties"]["alarms"]}
    assert shown <= set(alarms(stack(**EXISTING, RequestsPerAddress="0")))


def test_the_figures_of_a_request_are_those_of_its_log_line() -> None:
    """Its query asks for fields that stand there."""
    (log,) = [widget for widget in _widgets() if widget["type"] == "log"]
    query = log["properties"]["query"]
    assert query.startswith("SOURCE 'APIHandlerLogs' | filter message = 'request' | stats ")
    assert set(re.findall(r"\((\w+)[,)]", query)) - {"1m"} == {"redis_trips", "redis_ms", "duration_ms"}


def test_the_nodes_of_every_shard_are_found() -> None:
    """By the name of their group, for an alarm cannot hold them all."""
    terms = [
        row[0]["expression"] for row in _rows() if isinstance(row[0], dict) and "ElastiCache" in row[0]["expression"]
    ]
    assert len(terms) > 1
    assert all(found and found["term"] == "Valkey" for found in map(_SEARCH.fullmatch, terms))


def test_widgets_stand_beside_each_other() -> None:
    """None over another, none beyond the edge."""
    taken: set[tuple[int, int]] = set()
    for widget in _widgets():
        cells = {
            (widget["x"] + right, widget["y"] + down)
            for right in range(widget["width"])
            for down in range(widget["height"])
        }
        assert not cells & taken, widget["properties"]["title"]
        assert widget["x"] + widget["width"] <= COLUMNS
        taken |= cells


def test_what_it_shows_is_of_this_stack() -> None:
    """And of this region, but CloudFront's own, which are all in one."""
    for widget in _widgets():
        if widget["type"] != "alarm":
            assert widget["properties"]["region"] == "eu-central-1"
    own = [row for row in _rows() if isinstance(row[0], str) and not row[0].startswith("AWS/")]
    assert {row[0] for row in own} == {NAMESPACE}
    assert {tuple(row[2:]) for row in own} == {("service", SERVICE)}
