"""How the API of the template answers, what it takes, and what it writes down."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from app import app
from chalicelib.errors import REFUSALS
from chalicelib.http import problem
from infra.packaging.gateway import ALLOWED_ORIGIN, WORDS
from infra.packaging.rules import of_type
from tests.infra.packaged import packaged, translated

_HEADER = "gatewayresponse.header."


def _responses() -> dict[str, dict[str, Any]]:
    (api,) = of_type(translated(), "AWS::ApiGateway::RestApi").values()
    responses: dict[str, dict[str, Any]] = api["Body"]["x-amazon-apigateway-gateway-responses"]
    return responses


def _stage() -> dict[str, Any]:
    (stage,) = of_type(translated(), "AWS::ApiGateway::Stage").values()
    return stage


@pytest.mark.parametrize("kind", WORDS)
def test_the_gateway_refuses_as_the_service_does(kind: str) -> None:
    """With a problem document of the same members, in the same media type, with the same headers."""
    said = _responses()[kind]
    refusal = REFUSALS[WORDS[kind]]
    status = problem.STATUS[refusal.kind]
    document = json.loads(said["responseTemplates"]["application/json"].replace("$context.requestId", "an id"))
    assert document | {"outcome": ""} == {
        "type": f"urn:ticketing:problem:{refusal.code}",
        "title": refusal.title,
        "status": status,
        "code": refusal.code,
        "request_id": "an id",
        "outcome": "",
    }
    assert said["statusCode"] == str(status)
    headers = {name.removeprefix(_HEADER): value for name, value in said["responseParameters"].items()}
    wanted = problem.SECURITY_HEADERS | problem.STRICT_TRANSPORT | {"Content-Type": problem.MEDIA_TYPE}
    assert {name: headers[name] for name in wanted} == {name: f"'{value}'" for name, value in wanted.items()}
    assert headers["Access-Control-Allow-Origin"] == ALLOWED_ORIGIN
    assert headers["Cache-Control"] == "'no-store'"


def test_an_address_that_is_not_there_is_a_404() -> None:
    """Also for who brings a bearer token, which the gateway then takes for a bad signature of its own."""
    for kind in ("MISSING_AUTHENTICATION_TOKEN", "DEFAULT_4XX"):
        assert _responses()[kind]["statusCode"] == "404"


@pytest.mark.parametrize(
    ("kind", "status"), [("THROTTLED", "429"), ("INTEGRATION_TIMEOUT", "503"), ("DEFAULT_5XX", "503")]
)
def test_who_should_ask_again_is_told_when(kind: str, status: str) -> None:
    """In seconds, and a page of another origin may read it."""
    said = _responses()[kind]
    assert said["statusCode"] == status
    assert re.fullmatch(r"'[1-9]'", said["responseParameters"][f"{_HEADER}Retry-After"])
    assert said["responseParameters"][f"{_HEADER}Access-Control-Expose-Headers"] == "'Retry-After'"


def test_who_had_no_answer_is_told_that_it_may_have_happened() -> None:
    """As of each 503; who was throttled is told of no outcome, for there was none."""
    outcomes = {
        kind: json.loads(said["responseTemplates"]["application/json"]).get("outcome")
        for kind, said in _responses().items()
    }
    assert {kind for kind, outcome in outcomes.items() if outcome == "unknown"} == {
        kind for kind, word in WORDS.items() if word == "service_unavailable"
    }


def test_the_access_log_is_one_line_of_json_of_patterns() -> None:
    """Whatever API Gateway fills in: a number, a text, or a dash for nothing."""
    pattern = _stage()["AccessLogSetting"]["Format"]
    numbers = ("requestTimeEpoch", "status")
    line = re.sub(r"\$context\.([A-Za-z.]+)", lambda found: "1" if found[1] in numbers else "-", pattern)
    assert "\n" not in line
    assert json.loads(line)["route"] == "-"
    assert "$context.resourcePath" in pattern


def test_the_api_is_throttled_as_the_parameters_say() -> None:
    """All methods of all paths together have metrics, and none logs what it executes."""
    assert _stage()["MethodSettings"] == [
        {
            "ResourcePath": "/*",
            "HttpMethod": "*",
            "ThrottlingRateLimit": {"Ref": "ThrottleRate"},
            "ThrottlingBurstLimit": {"Ref": "ThrottleBurst"},
            "MetricsEnabled": True,
            "LoggingLevel": "OFF",
            "DataTraceEnabled": False,
        }
    ]


def test_the_api_is_of_one_region_and_has_one_stage() -> None:
    """CloudFront stands before it, and names the stage in its OriginPath."""
    (api,) = of_type(translated(), "AWS::ApiGateway::RestApi").values()
    assert api["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert "DisableExecuteApiEndpoint" not in api
    assert _stage()["StageName"] == "api"
    assert list(of_type(translated(), "AWS::ApiGateway::Stage")) == ["RestAPIapiStage"]
    assert api["Body"]["x-amazon-apigateway-binary-media-types"] == app.api.binary_types


def test_a_deployment_is_made_whenever_the_stack_is() -> None:
    """The routes name parameters: a new origin must come into force too, and SAM sees only the text."""
    assert packaged()["Resources"]["RestAPI"]["Properties"]["AlwaysDeploy"] is True


def test_the_stage_waits_until_the_account_may_write_logs() -> None:
    """By way of the log group that it names: API Gateway refuses a stage with access logs before."""
    assert _stage()["AccessLogSetting"]["DestinationArn"] == {"Fn::GetAtt": ["ApiLogs", "Arn"]}
    tags = of_type(translated(), "AWS::Logs::LogGroup")["ApiLogs"]["Tags"]
    assert {"Ref": "ApiAccount"} in tags[0]["Value"]["Fn::If"]


@pytest.mark.parametrize(
    ("origin", "is_one"),
    [
        ("", True),
        ("https://shop.example", True),
        ("https://shop.example:8443", True),
        ("*", False),
        ("http://shop.example", False),
        ("https://shop.example/", False),
    ],
)
def test_one_origin_or_none_may_be_named(origin: str, is_one: bool) -> None:
    """As a browser writes it; not all, for tokens go along."""
    pattern = packaged()["Parameters"]["CorsOrigin"]["AllowedPattern"]
    assert (re.fullmatch(pattern, origin) is not None) is is_one
