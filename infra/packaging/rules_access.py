"""Our own rules of who may do what in the translated template. Each finding is a line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from infra.packaging.rules import Template, of_type

NETWORK = {
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
}
"""What Lambda does to put a function into a VPC; EC2 knows these actions on all resources only."""
_ANYBODY = ("0.0.0.0/0", "::/0")
_PRIVATE = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")

Statement = dict[str, Any]


def policies(template: Template, role: str) -> Iterator[Statement]:
    """Return the statements of a role, wherever in the template they stand."""
    for policy in template["Resources"][role]["Properties"].get("Policies", []):
        yield from policy["PolicyDocument"]["Statement"]
    for said in of_type(template, "AWS::IAM::Policy", "AWS::IAM::RolePolicy", "AWS::IAM::ManagedPolicy").values():
        if {"Ref": role} in [*said.get("Roles", []), said.get("RoleName")]:
            yield from said["PolicyDocument"]["Statement"]


def allowed(statements: Iterator[Statement]) -> set[str]:
    """Return the actions that statements allow."""
    return {action for said in statements if said["Effect"] == "Allow" for action in listed(said, "Action")}


def listed(said: Statement, field: str) -> list[Any]:
    """Return a field of a statement as the list that it may be."""
    value = said.get(field, [])
    return value if isinstance(value, list) else [value]


def function_roles(template: Template) -> dict[str, str]:
    """Return the role of each function, both by their logical ids."""
    functions = of_type(template, "AWS::Lambda::Function").items()
    return {name: said["Role"]["Fn::GetAtt"][0] for name, said in functions}


def roles_of_functions_name_what_they_may(template: Template) -> Iterator[str]:
    """No wildcard, no policy of others; what EC2 knows on all resources only is denied to the code itself."""
    for role in sorted(set(function_roles(template).values())):
        if template["Resources"][role]["Properties"].get("ManagedPolicyArns"):
            yield f"{role} has policies that this template does not show"
        denied: set[str] = set()
        for said in policies(template, role):
            actions = set(listed(said, "Action"))
            if said["Effect"] == "Deny":
                denied |= actions
                continue
            if {"NotAction", "NotResource"} & said.keys() or any("*" in action for action in actions):
                yield f"{role} allows more than it names"
            if "*" in listed(said, "Resource") and not actions <= NETWORK:
                yield f"{role} allows {', '.join(sorted(actions))} on everything"
        if NETWORK - denied:
            yield f"{role} lets the code itself at the network"


def policies_let_in_nobody_unknown(template: Template) -> Iterator[str]:
    """What a policy of a resource allows to anybody, it allows on a condition."""
    for name, made in template["Resources"].items():
        document = made.get("Properties", {}).get("PolicyDocument", {})
        for said in document.get("Statement", []) if isinstance(document, dict) else ():
            if said["Effect"] == "Allow" and _is_anybody(said.get("Principal")) and "Condition" not in said:
                yield f"{name} lets anybody in"
    for name, said in of_type(template, "AWS::Lambda::Permission").items():
        if not {"SourceArn", "SourceAccount", "PrincipalOrgID"} & said.keys():
            yield f"{name} lets {said['Principal']} in for whomever it asks"


def buckets_are_private(template: Template) -> Iterator[str]:
    """Each of the four ways to make one public is shut."""
    for name, said in of_type(template, "AWS::S3::Bucket").items():
        shut = said.get("PublicAccessBlockConfiguration", {})
        if any(shut.get(way) is not True for way in _PRIVATE) or "AccessControl" in said:
            yield f"{name} may be made public"


def queues_are_encrypted(template: Template) -> Iterator[str]:
    """What failed may name people."""
    for name, said in of_type(template, "AWS::SQS::Queue").items():
        if said.get("SqsManagedSseEnabled") is not True and "KmsMasterKeyId" not in said:
            yield f"{name} is not encrypted"


def nothing_is_open_to_the_internet(template: Template) -> Iterator[str]:
    """The way in is CloudFront; nobody connects to anything in the VPC from outside."""
    rules = {name: [said] for name, said in of_type(template, "AWS::EC2::SecurityGroupIngress").items()}
    rules |= {
        name: said.get("SecurityGroupIngress", [])
        for name, said in of_type(template, "AWS::EC2::SecurityGroup").items()
    }
    for name, ingress in rules.items():
        if any(rule.get(field) in _ANYBODY for rule in ingress for field in ("CidrIp", "CidrIpv6")):
            yield f"{name} lets the internet in"
    for name, said in of_type(template, "AWS::Lambda::Url").items():
        yield f"{name} is a way in beside CloudFront: {said}"


def _is_anybody(principal: Any) -> bool:
    return principal == "*" or (isinstance(principal, dict) and "*" in principal.values())
