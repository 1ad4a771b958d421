"""What API Gateway answers by itself: the refusals of the service, in the same words, and the origin that may ask."""

from __future__ import annotations

from typing import Any

from chalicelib.errors import REFUSALS, Kind
from chalicelib.http import problem
from infra.packaging.chalice_part import ORIGIN

WORDS = {
    # All that the gateway refuses with a 4xx and that is not named here comes of an address or a method that there
    # is not: it then takes the bearer token of the request for a signature of its own, and finds fault with that.
    "DEFAULT_4XX": "path_not_found",
    "MISSING_AUTHENTICATION_TOKEN": "path_not_found",
    "RESOURCE_NOT_FOUND": "path_not_found",
    "BAD_REQUEST_BODY": "invalid_request",
    "BAD_REQUEST_PARAMETERS": "invalid_request",
    "REQUEST_TOO_LARGE": "body_too_large",
    "UNSUPPORTED_MEDIA_TYPE": "unsupported_media_type",
    "THROTTLED": "throttled",
    "QUOTA_EXCEEDED": "throttled",
    "ACCESS_DENIED": "request_blocked",
    "WAF_FILTERED": "request_blocked",
    "DEFAULT_5XX": "service_unavailable",
    "INTEGRATION_FAILURE": "service_unavailable",
    "INTEGRATION_TIMEOUT": "service_unavailable",
}
"""Our word for each refusal of the gateway."""

ALLOWED_ORIGIN = {"Fn::If": ["AllowsCors", {"Fn::Sub": "'${CorsOrigin}'"}, {"Ref": "AWS::NoValue"}]}


def speak_our_words(template: dict[str, Any]) -> None:
    """Give the API of the template its gateway responses, and its preflights the origin of the parameter, in place."""
    api = template["Resources"]["RestAPI"]["Properties"]
    body = _with_origin(api["DefinitionBody"])
    body["x-amazon-apigateway-gateway-responses"] = {kind: _response(word) for kind, word in WORDS.items()}
    api["DefinitionBody"] = body


def _with_origin(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _with_origin(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_with_origin(value) for value in node]
    return ALLOWED_ORIGIN if node == f"'{ORIGIN}'" else node


def _response(word: str) -> dict[str, Any]:
    refusal = REFUSALS[word]
    headers = problem.SECURITY_HEADERS | problem.STRICT_TRANSPORT
    headers |= {"Content-Type": problem.MEDIA_TYPE, "Cache-Control": "no-store"}
    extra = None
    if refusal.kind in {Kind.BUSY, Kind.TOO_FAST}:
        # The gateway can say one number only: the longest, so that nobody comes back too soon.
        headers["Retry-After"] = str(max(problem.RETRY_AFTER_S))
        headers["Access-Control-Expose-Headers"] = "Retry-After"
    if refusal.kind is Kind.BUSY:
        extra = {"outcome": "unknown"}
    # The outer quotes make a constant, and are all the syntax there is: those within stand for themselves.
    said: dict[str, Any] = {name: f"'{value}'" for name, value in headers.items()}
    said["Access-Control-Allow-Origin"] = ALLOWED_ORIGIN
    return {
        "statusCode": str(problem.STATUS[refusal.kind]),
        "responseParameters": {f"gatewayresponse.header.{name}": value for name, value in said.items()},
        # The one template that is taken whatever the request accepts; the header above says what it really is.
        "responseTemplates": {
            "application/json": problem.document(refusal, "$context.requestId", extra=extra),
        },
    }
