"""What Lambda is handed: the request of a REST API, the event of a schedule, each with every field that AWS sends."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

_STAGE = "api"
_ACCOUNT = "000000000000"
_REGION = "eu-west-1"
_SOURCE_IP = "127.0.0.1"


def request(
    method: str,
    template: str,
    *,
    params: Mapping[str, str] | None = None,
    query: Mapping[str, Sequence[str]] | None = None,
    headers: Mapping[str, str] | None = None,
    body: str | None = None,
) -> dict[str, Any]:
    """Give a proxy event (payload format 1.0) for a request to a route, such as ``GET /api/v1/events/{event_id}``.

    `params` are the parts of the path as they were sent, still encoded; `query` has every value of each name.
    """
    sent = dict(headers or {})
    path = template
    for name, value in (params or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return {
        "resource": template,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": {name: values[-1] for name, values in query.items()} if query else None,
        "multiValueQueryStringParameters": {name: list(values) for name, values in query.items()} if query else None,
        "pathParameters": dict(params) if params else None,
        "stageVariables": None,
        "requestContext": _context(method, template, path),
        "body": body,
        "isBase64Encoded": False,
    }


def schedule(name: str) -> dict[str, Any]:
    """Give what EventBridge sends when the schedule of the function `name` is due."""
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": _ACCOUNT,
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": _REGION,
        "resources": [f"arn:aws:events:{_REGION}:{_ACCOUNT}:rule/{name}"],
        "detail": {},
    }


def _context(method: str, template: str, path: str) -> dict[str, Any]:
    now_s = time.time()
    return {
        "accountId": _ACCOUNT,
        "apiId": "tickets",
        "domainName": f"tickets.execute-api.{_REGION}.amazonaws.com",
        "domainPrefix": "tickets",
        "extendedRequestId": "extended",
        "httpMethod": method,
        "identity": {
            "accessKey": None,
            "accountId": None,
            "caller": None,
            "cognitoAuthenticationProvider": None,
            "cognitoAuthenticationType": None,
            "cognitoIdentityId": None,
            "cognitoIdentityPoolId": None,
            "principalOrgId": None,
            "sourceIp": _SOURCE_IP,
            "user": None,
            "userAgent": "tests",
            "userArn": None,
        },
        "path": f"/{_STAGE}{path}",
        "protocol": "HTTP/1.1",
        "requestId": str(uuid.uuid4()),
        "requestTime": datetime.fromtimestamp(now_s, UTC).strftime("%d/%b/%Y:%H:%M:%S +0000"),
        "requestTimeEpoch": int(now_s * 1000),
        "resourceId": "resource",
        "resourcePath": template,
        "stage": _STAGE,
    }
