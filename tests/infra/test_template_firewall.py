"""The firewall of the API: CloudFront is the only way in, and nobody behind it asks without end."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.errors import REFUSALS
from chalicelib.http import problem
from infra.packaging.gateway import WORDS
from infra.packaging.rules import of_type
from tests.infra.edge import Edge, blocked_by, stack
from tests.infra.packaged import packaged, translated

FORGED = {"X-Origin-Secret": "guessed", "X-Viewer-Address": "198.51.100.1"}


def _acl(**parameters: str) -> dict[str, Any]:
    acl: dict[str, Any] = stack(**parameters).resources("AWS::WAFv2::WebACL")["Firewall"]
    return acl


def _rate_rule(**parameters: str) -> dict[str, Any]:
    rules: list[dict[str, Any]] = _acl(**parameters)["Rules"]
    (rule,) = (rule for rule in rules if "RateBasedStatement" in rule["Statement"])
    return rule


@pytest.mark.parametrize("revision", ["1", "2"])
def test_what_comes_through_cloudfront_is_let_in(revision: str) -> None:
    """Whatever the viewer says under the name of the secret."""
    made = stack(SecretsRevision=revision)
    for sent in ({}, FORGED):
        assert blocked_by(made, Edge(made).headers(sent)) is None


@pytest.mark.parametrize("headers", [{}, {"x-origin-secret": ""}, {"x-origin-secret": "newer "}, FORGED])
@pytest.mark.parametrize("revision", ["1", "2"])
def test_what_comes_beside_it_is_not(revision: str, headers: dict[str, str]) -> None:
    """Who knows the API's own address, and not the secret; the gateway then says so in our words."""
    sent = {name.lower(): value for name, value in headers.items()}
    assert blocked_by(stack(SecretsRevision=revision), sent) == "beside-cloudfront"
    (rule, _) = _acl()["Rules"]
    assert rule["Action"] == {"Block": {}}
    assert WORDS["WAF_FILTERED"] == "request_blocked"


def test_before_the_first_rotation_there_is_one_secret() -> None:
    """The other is not there yet."""
    assert blocked_by(stack(SecretsRevision="1"), {"x-origin-secret": "older"}) == "beside-cloudfront"


def test_a_rotation_has_no_gap() -> None:
    """The secret of before is let in, for CloudFront takes minutes; it sends the new one when the firewall knows it."""
    assert blocked_by(stack(SecretsRevision="2"), {"x-origin-secret": "older"}) is None
    resources = translated()["Resources"]
    assert resources["Distribution"]["DependsOn"] == "FirewallOfApi"
    assert resources["FirewallOfApi"]["Properties"]["WebACLArn"] == {"Fn::GetAtt": ["Firewall", "Arn"]}


def test_a_rotation_is_a_change_of_both() -> None:
    """CloudFormation looks a secret up only where the text of a resource changes."""
    one, two = (Edge(stack(SecretsRevision=revision)).config["Comment"] for revision in "12")
    assert one != two
    assert _acl(SecretsRevision="2")["Description"] != _acl(SecretsRevision="3")["Description"]


def test_the_firewall_stands_at_the_one_stage_of_the_api() -> None:
    """And is put there when there is a stage."""
    (said,) = of_type(translated(), "AWS::WAFv2::WebACLAssociation").values()
    text = said["ResourceArn"]["Fn::Sub"]
    assert text.endswith("::/restapis/${RestAPI}/stages/${RestAPIapiStage}")
    assert "RestAPIapiStage" in translated()["Resources"]
    assert _acl()["Scope"] == "REGIONAL"


def test_who_asks_too_much_is_told_to_wait() -> None:
    """By the address that CloudFront saw, after nobody else is left."""
    rule = _rate_rule(RequestsPerAddress="500")
    assert rule["Priority"] == max(said["Priority"] for said in _acl()["Rules"]) > 0
    rate = rule["Statement"]["RateBasedStatement"]
    assert (rate["Limit"], rate["EvaluationWindowSec"], rate["AggregateKeyType"]) == ("500", 300, "FORWARDED_IP")
    assert rate["ForwardedIPConfig"] == {"HeaderName": "x-viewer-address", "FallbackBehavior": "NO_MATCH"}


def test_the_limit_may_be_off() -> None:
    """The way in is guarded all the same."""
    assert [rule["Name"] for rule in _acl(RequestsPerAddress="0")["Rules"]] == ["beside-cloudfront"]


@pytest.mark.parametrize(
    ("limit", "is_one"), [("0", True), ("10", True), ("20000", True), ("9", False), ("-1", False), ("010", False)]
)
def test_a_limit_is_none_or_ten_at_least(limit: str, is_one: bool) -> None:
    """The firewall knows no lower one."""
    pattern = packaged()["Parameters"]["RequestsPerAddress"]["AllowedPattern"]
    assert (re.fullmatch(pattern, limit) is not None) is is_one


def test_the_firewall_refuses_as_the_service_does() -> None:
    """In the same words with the same headers, those that let a page of another origin read them too."""
    answer = _rate_rule(CorsOrigin="https://shop.example")["Action"]["Block"]["CustomResponse"]
    body = _acl()["CustomResponseBodies"][answer["CustomResponseBodyKey"]]
    assert json.loads(body["Content"]) == json.loads(problem.document(REFUSALS["throttled"], "unknown"))
    assert answer["ResponseCode"] == problem.STATUS[REFUSALS["throttled"].kind]
    headers = {said["Name"]: said["Value"] for said in answer["ResponseHeaders"]}
    assert headers.pop("Retry-After").isdigit()
    assert headers == problem.SECURITY_HEADERS | problem.STRICT_TRANSPORT | {
        "Cache-Control": "no-store",
        "Access-Control-Expose-Headers": "Retry-After",
        "Access-Control-Allow-Origin": "https://shop.example",
    }


def test_without_an_origin_none_is_let_in() -> None:
    """No page elsewhere reads what the firewall says."""
    said = _rate_rule()["Action"]["Block"]["CustomResponse"]["ResponseHeaders"]
    assert "Access-Control-Allow-Origin" not in {header["Name"] for header in said}


def test_the_firewall_counts_and_keeps_no_samples() -> None:
    """They would hold paths and headers, and so sessions and tokens."""
    shown = [_acl()["VisibilityConfig"], *(rule["VisibilityConfig"] for rule in _acl()["Rules"])]
    for said in shown:
        assert (said["CloudWatchMetricsEnabled"], said["SampledRequestsEnabled"]) == (True, False)
    assert [rule["VisibilityConfig"]["MetricName"] for rule in _acl()["Rules"]] == [
        rule["Name"] for rule in _acl()["Rules"]
    ]
    assert "AWS::WAFv2::LoggingConfiguration" not in {made["Type"] for made in translated()["Resources"].values()}
