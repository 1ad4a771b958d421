"""The network of the template: who may connect to whom, which ways lead out, and what is refused as half given."""

from __future__ import annotations

from typing import Any

import pytest

from tests.infra.packaged import translated
from tests.infra.stack import Stack

SECRETS = {"RedisPassword": '{"current": "p", "previous": "q"}'}
EXISTING_VPC = {"VpcId": "vpc-0123456789abcdef0", "SubnetIds": "subnet-0a,subnet-0b"}
EXISTING_REDIS = EXISTING_VPC | {"RedisAddr": "redis.internal:7000", "RedisSecurityGroupId": "sg-0123456789abcdef0"}
PROVIDER = {"AuthJwksUrl": "https://id.example/keys", "AuthIssuer": "https://id.example/", "AuthAudience": "tickets"}


def stack(**parameters: str) -> Stack:
    """Give the template as it is deployed with these parameters, which no rule refuses."""
    made = Stack(translated(), SECRETS, **parameters)
    assert made.refusals() == []
    return made


def place(made: Stack, function: str) -> dict[str, Any]:
    """Give where a function stands."""
    return dict(made.value(made.template["Resources"][function]["Properties"]["VpcConfig"]))


def egress(made: Stack) -> set[tuple[str, str, str]]:
    """Give what the functions may connect to: protocol, port, and an address or a security group."""
    rules: list[dict[str, Any]] = list(
        made.resources("AWS::EC2::SecurityGroup")["FunctionSecurityGroup"]["SecurityGroupEgress"]
    )
    rules += [rule for rule in made.resources("AWS::EC2::SecurityGroupEgress").values() if "GroupId" in rule]
    assert all(str(rule["FromPort"]) == str(rule["ToPort"]) for rule in rules)
    return {
        (rule["IpProtocol"], str(rule["FromPort"]), rule.get("CidrIp") or rule["DestinationSecurityGroupId"])
        for rule in rules
    }


def ingress(made: Stack, group: str) -> list[tuple[str, str]]:
    """Give who may connect to a security group of ours, and to which port."""
    rules = made.resources("AWS::EC2::SecurityGroup")[group].get("SecurityGroupIngress", [])
    return [(rule.get("CidrIp") or rule["SourceSecurityGroupId"], str(rule["FromPort"])) for rule in rules]


def routes(made: Stack, table: str) -> dict[str, str]:
    """Give where the routes of a table lead."""
    return {
        route["DestinationCidrBlock"]: route.get("NatGatewayId") or route["GatewayId"]
        for route in made.resources("AWS::EC2::Route").values()
        if route["RouteTableId"] == table
    }


def test_every_function_stands_in_the_private_subnets_of_two_zones() -> None:
    """No function has an address of the internet, and a function that is added stands there too."""
    made = stack()
    assert len(made.functions()) >= 2
    for function in made.functions():
        assert place(made, function) == {
            "SecurityGroupIds": ["FunctionSecurityGroup"],
            "SubnetIds": ["PrivateSubnet1", "PrivateSubnet2"],
        }
    subnets = made.resources("AWS::EC2::Subnet")
    assert {subnet["AvailabilityZone"] for subnet in subnets.values()} == {"a", "b"}
    assert not any(subnet.get("MapPublicIpOnLaunch") for subnet in subnets.values())


def test_the_functions_may_connect_to_redis_and_to_https_and_nobody_to_them() -> None:
    """Redis by its group, not by an address."""
    made = stack()
    assert egress(made) == {("tcp", "443", "0.0.0.0/0"), ("tcp", "6379", "ValkeySecurityGroup")}
    assert ingress(made, "FunctionSecurityGroup") == []


def test_redis_takes_connections_of_the_functions_alone() -> None:
    """And opens none itself."""
    made = stack()
    assert ingress(made, "ValkeySecurityGroup") == [("FunctionSecurityGroup", "6379")]
    (only,) = made.resources("AWS::EC2::SecurityGroup")["ValkeySecurityGroup"]["SecurityGroupEgress"]
    assert only["CidrIp"] == "127.0.0.1/32"


def test_without_a_nat_no_route_leads_out() -> None:
    """There is no internet gateway at all, and S3 is reached by its endpoint, which costs nothing."""
    made = stack()
    assert made.resources("AWS::EC2::Route") == made.resources("AWS::EC2::InternetGateway") == {}
    (endpoint,) = made.resources("AWS::EC2::VPCEndpoint").values()
    assert (endpoint["VpcEndpointType"], endpoint["RouteTableIds"]) == ("Gateway", ["PrivateRoutes"])
    assert endpoint["ServiceName"] == "com.amazonaws.eu-central-1.s3"


def test_a_nat_is_the_one_way_out_for_who_checks_tokens_of_a_provider() -> None:
    """The private subnets lead to it, and it leads on; it stands in a subnet of its own."""
    made = stack(Nat="true", **PROVIDER)
    assert routes(made, "PrivateRoutes") == {"0.0.0.0/0": "NatGateway"}
    assert routes(made, "PublicRoutes") == {"0.0.0.0/0": "InternetGateway"}
    assert made.resources("AWS::EC2::NatGateway")["NatGateway"]["SubnetId"] == "PublicSubnet"
    tables = {
        said["SubnetId"]: said["RouteTableId"]
        for said in made.resources("AWS::EC2::SubnetRouteTableAssociation").values()
    }
    assert tables == {
        "PrivateSubnet1": "PrivateRoutes",
        "PrivateSubnet2": "PrivateRoutes",
        "PublicSubnet": "PublicRoutes",
    }


@pytest.mark.parametrize(
    ("nat", "bus", "endpoint"), [("false", "sales", True), ("true", "sales", False), ("false", "", False)]
)
def test_the_bus_has_an_endpoint_where_something_is_told_and_no_nat_leads_there(
    nat: str, bus: str, endpoint: bool
) -> None:
    """It costs by the hour in each zone, so nobody has it who needs it not."""
    made = stack(Nat=nat, EventBusName=bus)
    found = [
        said for said in made.resources("AWS::EC2::VPCEndpoint").values() if said["ServiceName"].endswith(".events")
    ]
    assert bool(found) is endpoint
    if endpoint:
        assert (found[0]["PrivateDnsEnabled"], found[0]["SecurityGroupIds"]) == (True, ["EventsEndpointSecurityGroup"])
        assert ingress(made, "EventsEndpointSecurityGroup") == [("FunctionSecurityGroup", "443")]


def test_an_existing_vpc_is_used_and_nothing_is_made_in_it_but_security_groups() -> None:
    """The functions and a Valkey of our own stand in the subnets that were named."""
    made = stack(**EXISTING_VPC, EventBusName="sales", **PROVIDER)
    assert {name for name in made.resources("AWS::EC2::") if "SecurityGroup" not in name} == {"FunctionsToValkey"}
    assert all(place(made, function)["SubnetIds"] == ["subnet-0a", "subnet-0b"] for function in made.functions())
    assert made.resources("AWS::ElastiCache::SubnetGroup")["ValkeySubnets"]["SubnetIds"] == ["subnet-0a", "subnet-0b"]
    groups = made.resources("AWS::EC2::SecurityGroup")
    assert {group["VpcId"] for group in groups.values()} == {EXISTING_VPC["VpcId"]}


def test_an_existing_redis_is_reached_and_lets_the_functions_in() -> None:
    """At its port, by a rule that is added to its own security group; no Valkey and no password is made."""
    made = stack(**EXISTING_REDIS)
    assert egress(made) == {("tcp", "443", "0.0.0.0/0"), ("tcp", "7000", EXISTING_REDIS["RedisSecurityGroupId"])}
    (rule,) = made.resources("AWS::EC2::SecurityGroupIngress").values()
    assert (rule["GroupId"], rule["SourceSecurityGroupId"]) == (
        EXISTING_REDIS["RedisSecurityGroupId"],
        "FunctionSecurityGroup",
    )
    assert (rule["FromPort"], rule["ToPort"]) == ("7000", "7000")
    assert made.resources("AWS::ElastiCache::") == {}
    assert "RedisPassword" not in made.resources("AWS::SecretsManager::Secret")


HALF_GIVEN = [
    ({"VpcId": EXISTING_VPC["VpcId"]}, "VpcId needs SubnetIds"),
    ({"SubnetIds": EXISTING_VPC["SubnetIds"]}, "SubnetIds need VpcId"),
    (EXISTING_VPC | {"Nat": "true"}, "Nat is for a VPC of our own"),
    (PROVIDER, "AuthJwksUrl needs Nat"),
    (PROVIDER | {"Nat": "true", "AuthIssuer": ""}, "AuthJwksUrl needs AuthIssuer"),
    (PROVIDER | {"Nat": "true", "AuthAudience": ""}, "AuthJwksUrl needs AuthIssuer"),
    ({"RedisAddr": "redis.internal:7000", "RedisSecurityGroupId": "sg-0123456789abcdef0"}, "RedisAddr needs VpcId"),
    (EXISTING_REDIS | {"RedisSecurityGroupId": ""}, "RedisAddr needs RedisSecurityGroupId"),
    ({"RedisSecurityGroupId": "sg-0123456789abcdef0"}, "are those of RedisAddr"),
    ({"RedisUsername": "someone"}, "are those of RedisAddr"),
    ({"RedisSecret": "redis"}, "are those of RedisAddr"),
    ({"Durability": "fsync"}, "ElastiCache has no append-only file"),
    ({"RedisShards": "3"}, "needs RedisCluster"),
    ({"RedisDurability": "sync"}, "RedisDurability needs RedisCluster"),
]


@pytest.mark.parametrize(("parameters", "refusal"), HALF_GIVEN)
def test_what_is_half_given_is_refused_before_anything_is_made(parameters: dict[str, str], refusal: str) -> None:
    """By a rule, in one sentence that names the parameters; nothing else is held against them."""
    (found,) = Stack(translated(), SECRETS, **parameters).refusals()
    assert refusal in found


WHOLE: list[dict[str, str]] = [
    {},
    EXISTING_VPC | PROVIDER,
    EXISTING_REDIS | {"RedisUsername": "someone", "RedisSecret": "redis", "Durability": "fsync", "RedisTls": "false"},
    EXISTING_REDIS | {"RedisCluster": "true"},
    {"RedisCluster": "true", "RedisShards": "3", "RedisDurability": "sync", "Durability": "replica"},
    {"RedisCluster": "true"},
]


@pytest.mark.parametrize("parameters", WHOLE)
def test_what_is_given_whole_is_taken(parameters: dict[str, str]) -> None:
    """The rules stand in nobody's way."""
    assert Stack(translated(), SECRETS, **parameters).refusals() == []
