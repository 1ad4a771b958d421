"""Alarms on the nodes of our Valkey: ElastiCache measures each by itself, under names that it makes."""

from __future__ import annotations

from typing import Any

METRICS_MAX = 10
"""More an alarm cannot hold, and it cannot search."""
OF_SINGLE = tuple(f"{node:03}" for node in range(1, 7))
"""A primary and five replicas, the most that there can be."""
OF_CLUSTER = tuple(f"{shard:04}-{node:03}" for shard in range(1, 6) for node in (1, 2))
"""The first two nodes of each of the first five shards."""


def watch_each_node(template: dict[str, Any]) -> None:
    """Put the metrics of the nodes in the place of each alarm's NodeMetric, and the worst of them, in place.

    A node that there is not says nothing, and the maximum leaves it out.
    """
    for made in template["Resources"].values():
        metric = made.get("Properties", {}).pop("NodeMetric", None)
        if metric is not None:
            ways = [_metrics(metric, nodes) for nodes in (OF_CLUSTER, OF_SINGLE)]
            made["Properties"]["Metrics"] = {"Fn::If": ["OwnCluster", *ways]}


def _metrics(metric: str, nodes: tuple[str, ...]) -> list[dict[str, Any]]:
    worst = {"Id": "worst", "Label": metric, "Expression": "MAX(METRICS())"}
    return [worst, *(_metric(metric, place, node) for place, node in enumerate(nodes))]


def _metric(metric: str, place: int, node: str) -> dict[str, Any]:
    return {
        "Id": f"node{place}",
        "ReturnData": False,
        "MetricStat": {
            "Stat": "Maximum",
            "Period": 60,
            "Metric": {
                "Namespace": "AWS/ElastiCache",
                "MetricName": metric,
                "Dimensions": [{"Name": "CacheClusterId", "Value": {"Fn::Sub": f"${{Valkey}}-{node}"}}],
            },
        },
    }
