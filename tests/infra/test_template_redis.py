"""The Valkey of the template: it keeps what it is given, in two zones, and the functions are told where it is."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.settings import Settings
from tests.faults.service import service
from tests.infra.packaged import translated
from tests.infra.stack import Stack
from tests.infra.test_template_network import EXISTING_REDIS, stack
from tests.support import servers

CLUSTER = {"RedisCluster": "true", "RedisShards": "3"}
MISSING = {"bgrewriteaof", "bgsave", "config", "debug", "migrate", "replicaof", "save", "slaveof", "shutdown", "sync"}
"""Commands that ElastiCache does not have."""
NOT_OF_VALKEY = {"reserved-memory-percent"}
"""What only ElastiCache knows."""


def group(**parameters: str) -> dict[str, Any]:
    """Give the replication group."""
    (made,) = stack(**parameters).resources("AWS::ElastiCache::ReplicationGroup").values()
    return made


def parameters_of(**parameters: str) -> dict[str, str]:
    """Give the server's settings that the replication group names, of those that are made."""
    made = stack(**parameters)
    name = group(**parameters)["CacheParameterGroupName"]
    return dict(made.resources("AWS::ElastiCache::ParameterGroup")[name]["Properties"])


def environment(**parameters: str) -> dict[str, str]:
    """Give what the request handler is told of Redis."""
    template = translated()
    secrets = dict.fromkeys(("RedisPassword", "AuthKeys", "AdmissionKeys"), '{"current": "own"}')
    secrets |= {"DrawKey": "d", "TicketKeys": "t", "shared-redis": '{"password": "theirs"}'}
    told = Stack(template, secrets, **parameters).environment("APIHandler")
    return {name: value for name, value in told.items() if name.startswith("REDIS_")}


@pytest.mark.parametrize("kind", [{}, CLUSTER])
def test_no_sale_is_ever_evicted(kind: dict[str, str]) -> None:
    """A full memory refuses a write; the default would throw away what has a time to live, such as a lease."""
    assert parameters_of(**kind)["maxmemory-policy"] == "noeviction"


@pytest.mark.parametrize("kind", [{}, CLUSTER])
def test_a_real_server_takes_these_parameters_and_the_service_is_healthy_on_it(kind: dict[str, str]) -> None:
    """Each is one that Valkey has, with a value that it takes; with the policy changed, health is red."""
    said = {name: value for name, value in parameters_of(**kind).items() if name not in NOT_OF_VALKEY}
    options = [word for name, value in said.items() if name != "cluster-enabled" for word in (f"--{name}", value)]
    start: Any = servers.cluster if said.get("cluster-enabled") == "yes" else servers.valkey
    with start(options=options) as server, service(server.port, redis_cluster=start is servers.cluster) as api:
        assert api.get("/health").json["redis"] == "ok"
        for node in getattr(server, "nodes", [server]):
            with servers.client(node.port) as admin:
                taken = admin.config_get("*")
                assert {name: taken[name] for name in said} == said
                admin.config_set("maxmemory-policy", "allkeys-lru")
        evicting = api.get("/health")
        assert (evicting.status, evicting.json["redis"]) == (503, "evicting")


@pytest.mark.parametrize("kind", [{}, CLUSTER])
def test_each_shard_has_a_replica_in_another_zone_that_takes_over(kind: dict[str, str]) -> None:
    """By itself; there is no parameter that switches it off."""
    made = group(**kind)
    assert (made["MultiAZEnabled"], made["AutomaticFailoverEnabled"]) == (True, True)
    assert translated()["Parameters"]["RedisReplicas"]["MinValue"] >= 1


def test_nothing_travels_or_rests_in_clear() -> None:
    """TLS is required, not preferred, and the functions speak it."""
    made = group()
    assert (made["TransitEncryptionEnabled"], made["TransitEncryptionMode"]) == (True, "required")
    assert made["AtRestEncryptionEnabled"] is True
    assert environment()["REDIS_TLS"] == "true"


def test_only_the_users_of_the_template_may_come_in() -> None:
    """The service's, and the default one, which is off."""
    made = stack()
    (users,) = (made.resources("AWS::ElastiCache::UserGroup")[name] for name in group()["UserGroupIds"])
    every = made.resources("AWS::ElastiCache::User")
    assert {every[name]["UserName"] for name in users["UserIds"]} == {"ticketing", "default"}
    assert every["ValkeyDefaultUser"]["AccessString"] == "off -@all"
    assert environment()["REDIS_USERNAME"] == "ticketing"
    assert environment()["REDIS_PASSWORD"] == "own"


def test_elasticache_takes_two_passwords_and_no_command_that_it_does_not_have() -> None:
    """It refuses a user whose rights name one of those."""
    for user in stack(SecretsRevision="2").resources("AWS::ElastiCache::User").values():
        assert not MISSING & {word.lstrip("+-").partition("|")[0] for word in user["AccessString"].split()}
        assert len(user["Passwords"]) == len(set(user["Passwords"])) <= 2


def test_what_was_kept_outlives_the_group() -> None:
    """As a snapshot, when the group is deleted or replaced; and every day."""
    said = translated()["Resources"]["Valkey"]
    assert (said["DeletionPolicy"], said["UpdateReplacePolicy"]) == ("Snapshot", "Snapshot")
    assert int(group()["SnapshotRetentionLimit"]) >= 1
    assert "SnapshotName" not in group()
    assert group(RedisSnapshot="before-the-sale")["SnapshotName"] == "before-the-sale"


def test_shards_are_added_while_it_serves() -> None:
    """Without this policy CloudFormation would put an empty group in the place of the full one."""
    assert translated()["Resources"]["Valkey"]["UpdatePolicy"] == {"UseOnlineResharding": True}


def test_one_shard_is_told_by_its_primary_and_a_cluster_by_its_configuration() -> None:
    """The primary's name follows a failover; that of the configuration leads to every node."""
    single, cluster = environment(), environment(**CLUSTER)
    assert single["REDIS_ADDR"] == "Valkey.PrimaryEndPoint.Address:Valkey.PrimaryEndPoint.Port"
    assert cluster["REDIS_ADDR"] == "Valkey.ConfigurationEndPoint.Address:Valkey.ConfigurationEndPoint.Port"
    assert (single["REDIS_CLUSTER"], cluster["REDIS_CLUSTER"]) == ("false", "true")
    assert (group()["ClusterMode"], group(**CLUSTER)["ClusterMode"]) == ("disabled", "enabled")
    assert "cluster-enabled" not in parameters_of()
    assert parameters_of(**CLUSTER)["cluster-enabled"] == "yes"


def test_a_log_in_several_zones_can_be_had_with_a_cluster() -> None:
    """And is not spoken of otherwise: a group without a cluster cannot have it."""
    assert "Durability" not in group()
    assert group(RedisCluster="true", RedisDurability="sync")["Durability"] == "sync"


def test_an_existing_redis_is_told_as_it_was_given() -> None:
    """Its address, its user, its secret, its TLS; without a secret there is no password."""
    theirs = EXISTING_REDIS | {"RedisUsername": "someone", "RedisSecret": "shared-redis", "RedisTls": "false"}
    assert environment(**theirs) == {
        "REDIS_ADDR": "redis.internal:7000",
        "REDIS_CLUSTER": "false",
        "REDIS_TLS": "false",
        "REDIS_USERNAME": "someone",
        "REDIS_PASSWORD": "theirs",
    }
    assert environment(**EXISTING_REDIS)["REDIS_PASSWORD"] == ""
    told = {"AUTH_MODE": "jwt", "AUTH_KEYS": "k" * 32} | environment(**EXISTING_REDIS, RedisCluster="true")
    assert (Settings.from_environ(told).redis_port, Settings.from_environ(told).redis_cluster) == (7000, True)


@pytest.mark.parametrize(
    ("broken", "rule"),
    [
        ({"TransitEncryptionEnabled": None}, "E3704"),
        ({"AutomaticFailoverEnabled": False, "CacheParameterGroupName": {"Ref": "ValkeyClusterParameters"}}, "E3026"),
        ({"ReplicasPerNodeGroup": 6}, "E3034"),
        ({"UserGroupIds": [{"Ref": "ValkeyUserz"}]}, "E1020"),
    ],
)
def test_a_broken_group_is_refused_by_the_linter(broken: dict[str, Any], rule: str) -> None:
    """Before any deployment; so the check that finds nothing wrong does look."""
    from cfnlint.api import lint  # noqa: PLC0415 - it takes a second

    template = translated()
    said = template["Resources"]["Valkey"]["Properties"]
    for name, value in broken.items():
        said.pop(name)
        if value is not None:
            said[name] = value
    assert rule in {match.rule.id for match in lint(json.dumps(template), regions=["eu-central-1"])}
