"""CloudFront before the API: where each request arrives, and what is kept for whom."""

from __future__ import annotations

import ipaddress
import re

import pytest

from app import table as api
from chalicelib.http.auth import Access
from chalicelib.http.route import Route
from chalicelib.pages.routes import routes as pages
from tests.http.test_caching import SAME_FOR_ALL as SAME_OF_API
from tests.infra.edge import ALL_BUT_HOST, Edge, stack, through_function

table = [*api, *pages]
SAME_FOR_ALL = SAME_OF_API | {"show_page", "asset"}
KEPT_BY_SERVICE_ALONE = {"list_events"}
"""Kept for a second by the service, not here: who creates events asks at the same address, with a token."""
WORDS = ("9f3a61b0-7c2e-8000-8000-000000000000", "active", "seatmap", "states", "serving")
"""What a client may put for a parameter: an id, and words that stand in the patterns of what is kept."""


@pytest.fixture(scope="module")
def edge() -> Edge:
    """Give the distribution of prod."""
    return Edge(stack())


def path_of(row: Route, word: str = WORDS[0]) -> str:
    """Give a path that leads to a route."""
    return re.sub(r"\{\w+\}", word, row.path)


def test_every_route_is_reached_at_its_own_path_below_the_stage(edge: Edge) -> None:
    """A viewer never says the stage: /api/v1 is the service's own, and there is no /api/api for anybody."""
    for row in table:
        path = path_of(row)
        assert edge.url(path) == f"https://RestAPI.execute-api.eu-central-1.AWS::URLSuffix/api{path}"
        assert not path.startswith("/api/api")
        assert row.method in edge.behaviour(path)["AllowedMethods"]


def test_a_preflight_passes_at_every_path(edge: Edge) -> None:
    """It is answered by the API, and never kept."""
    for said in edge.behaviours:
        assert "OPTIONS" in said["AllowedMethods"]
        assert said["CachedMethods"] == ["GET", "HEAD"]


@pytest.mark.parametrize("word", WORDS)
def test_nothing_that_depends_on_a_token_is_kept(edge: Edge, word: str) -> None:
    """Whatever a client puts for a parameter; and the token, as all but the Host, goes on to the API."""
    for row in table:
        path = path_of(row, word)
        if row.access is Access.PUBLIC or row.method != "GET":
            continue
        assert edge.policy(path) is None, f"{row.method} {path}"
        assert edge.behaviour(path)["OriginRequestPolicyId"] == ALL_BUT_HOST


def test_a_token_reaches_every_route_that_wants_one(edge: Edge) -> None:
    """With whatever method: where answers are kept CloudFront would take it away."""
    for row in table:
        if row.access is not Access.PUBLIC:
            assert edge.behaviour(path_of(row))["OriginRequestPolicyId"] == ALL_BUT_HOST, f"{row.method} {row.path}"


def test_what_is_the_same_for_all_is_kept(edge: Edge) -> None:
    """As long as the answer itself says, and no other answer longer than not at all."""
    for row in table:
        name = row.name if row.name in SAME_FOR_ALL else row.path
        if name not in SAME_FOR_ALL:
            continue
        assert row.access is Access.PUBLIC
        policy = edge.policy(path_of(row))
        if name in KEPT_BY_SERVICE_ALONE:
            assert policy is None
            continue
        assert policy is not None, f"{row.path} is not kept"
        assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
        assert policy["MaxTTL"] >= 31_536_000  # the layout's


def test_a_kept_answer_depends_on_its_path_and_the_parameters_that_routes_know(edge: Edge) -> None:
    """Not on a header or a cookie; and a parameter that nobody knows makes no second copy."""
    known = set()
    for row in table:
        policy = edge.policy(path_of(row))
        if policy is None:
            continue
        key = policy["ParametersInCacheKeyAndForwardedToOrigin"]
        assert key["HeadersConfig"] == {"HeaderBehavior": "none"}
        assert key["CookiesConfig"] == {"CookieBehavior": "none"}
        assert key["QueryStringsConfig"]["QueryStringBehavior"] == "whitelist"
        parameters = set(row.query.model_fields) if row.query else set()
        assert parameters <= set(key["QueryStringsConfig"]["QueryStrings"]), f"{row.path} would not get its parameters"
        known |= parameters
    assert set(key["QueryStringsConfig"]["QueryStrings"]) == known


def test_of_a_viewer_only_the_address_goes_along_where_answers_are_kept(edge: Edge) -> None:
    """So that none can depend on anything else."""
    (said,) = stack().resources("AWS::CloudFront::OriginRequestPolicy").items()
    name, policy = said[0], said[1]["OriginRequestPolicyConfig"]
    assert policy["HeadersConfig"] == {"HeaderBehavior": "whitelist", "Headers": ["x-viewer-address"]}
    assert policy["CookiesConfig"] == {"CookieBehavior": "none"}
    assert policy["QueryStringsConfig"] == {"QueryStringBehavior": "none"}
    kept = [said for said in edge.behaviours if said["OriginRequestPolicyId"] != ALL_BUT_HOST]
    assert {said["OriginRequestPolicyId"] for said in kept} == {name}


def test_no_refusal_is_kept(edge: Edge) -> None:
    """CloudFront would keep these ten seconds, also where nothing else is kept: a 404 would outlive its reason."""
    said = {row["ErrorCode"]: row["ErrorCachingMinTTL"] for row in edge.config["CustomErrorResponses"]}
    assert said == dict.fromkeys((400, 403, 404, 405, 414, 500, 501, 502, 503, 504), 0)
    assert all(row.keys() == {"ErrorCode", "ErrorCachingMinTTL"} for row in edge.config["CustomErrorResponses"])


def test_nothing_goes_in_clear(edge: Edge) -> None:
    """From viewers, who are sent on from pages and refused at the API, and to the origin."""
    assert {said["ViewerProtocolPolicy"] for said in edge.behaviours} == {"redirect-to-https", "https-only"}
    assert edge.behaviour("/api/v1/queue/join")["ViewerProtocolPolicy"] == "https-only"
    origin = edge.origin["CustomOriginConfig"]
    assert (origin["OriginProtocolPolicy"], origin["OriginSSLProtocols"]) == ("https-only", ["TLSv1.2"])


def test_no_path_is_logged(edge: Edge) -> None:
    """Session ids stand in them."""
    assert "Logging" not in edge.config


CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"


def test_a_domain_comes_with_its_certificate() -> None:
    """Then no version of TLS below 1.2 is taken; without a domain the name is CloudFront's."""
    own = Edge(stack(DomainName="tickets.example", CertificateArn=CERTIFICATE)).config
    assert own["Aliases"] == ["tickets.example"]
    assert own["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert own["ViewerCertificate"]["AcmCertificateArn"] == CERTIFICATE
    assert Edge(stack()).config["ViewerCertificate"] == {"CloudFrontDefaultCertificate": True}
    assert "Aliases" not in Edge(stack()).config


@pytest.mark.parametrize(
    ("domain", "certificate", "deployed"),
    [("", "", True), ("tickets.example", CERTIFICATE, True), ("tickets.example", "", False), ("", CERTIFICATE, False)],
)
def test_one_without_the_other_is_not_deployed(domain: str, certificate: str, deployed: bool) -> None:
    """The stack says so before anything is made."""
    refusals = stack(DomainName=domain, CertificateArn=certificate).refusals()
    assert (refusals == []) is deployed
    assert deployed or refusals == ["DomainName and CertificateArn go together."]


def test_a_certificate_of_another_region_is_not_taken() -> None:
    """CloudFront would refuse it after all else has been made."""
    with pytest.raises(AssertionError, match="is not allowed"):
        stack(DomainName="tickets.example", CertificateArn=CERTIFICATE.replace("us-east-1", "eu-central-1"))


ADDRESSES = (
    *("203.0.113.9", "8.8.8.8", "2001:db8:1:2:3:4:5:6", "2001:0db8:85a3:0:0:8a2e:0370:7334", "2001:db8::1"),
    *(
        "2001:db8::1:2:3:4:5",
        "2001:db8:1:2::",
        "2001:db8:1:2:3::",
        "::1",
        "fe80::",
        "1:2:3:4:5:6:7::",
        "::2:3:4:5:6:7:8",
    ),
)


def test_the_firewall_is_told_who_asks_and_nobody_can_say_another() -> None:
    """The address as CloudFront sees it, of IPv6 the network of 64 bits; nothing else of the request changes."""
    sent = {"method": "GET", "uri": "/api/v1/events", "querystring": {"limit": {"value": "1"}}}
    forged = {"x-viewer-address": {"value": "198.51.100.1"}, "x-forwarded-for": {"value": "198.51.100.1"}}
    events = [{"viewer": {"ip": ip}, "request": sent | {"headers": forged}} for ip in ADDRESSES]
    for ip, request in zip(ADDRESSES, through_function(events), strict=True):
        told = request["headers"].pop("x-viewer-address")["value"]
        wanted = ipaddress.ip_network(f"{ip}/{64 if ':' in ip else 32}", strict=False).network_address
        assert ipaddress.ip_address(told) == wanted, ip
        assert request == sent | {"headers": {"x-forwarded-for": forged["x-forwarded-for"]}}


def test_every_request_is_told_of(edge: Edge) -> None:
    """Whatever its path."""
    for said in edge.behaviours:
        assert said["FunctionAssociations"] == [
            {"EventType": "viewer-request", "FunctionARN": "ViewerAddress.FunctionMetadata.FunctionARN"}
        ]
