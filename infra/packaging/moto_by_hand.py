"""What CloudFormation makes and moto's does not, though moto has it: made by the calls that stand behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

Client = Callable[[str], Any]
Properties = dict[str, Any]


def _event_invoke_config(client: Client, said: Properties, _: Properties) -> None:
    names = ("FunctionName", "MaximumEventAgeInSeconds", "MaximumRetryAttempts", "DestinationConfig")
    client("lambda").put_function_event_invoke_config(**{name: said[name] for name in names})


def _queue_policy(client: Client, said: Properties, _: Properties) -> None:
    for queue in said["Queues"]:
        policy = json.dumps(said["PolicyDocument"])
        client("sqs").set_queue_attributes(QueueUrl=queue, Attributes={"Policy": policy})


def _deployment(client: Client, said: Properties, resources: Properties) -> None:
    api = client("apigateway")
    body = next(made["Properties"]["Body"] for made in resources.values() if made["Type"] == "AWS::ApiGateway::RestApi")
    api.put_rest_api(restApiId=said["RestApiId"], body=json.dumps(_openapi(body)), mode="overwrite")
    api.create_deployment(restApiId=said["RestApiId"])


def _stage(client: Client, said: Properties, _: Properties) -> None:
    api = client("apigateway")
    deployment = api.get_deployments(restApiId=said["RestApiId"])["items"][-1]["id"]
    api.create_stage(restApiId=said["RestApiId"], stageName=said["StageName"], deploymentId=deployment)


def _openapi(swagger: Properties) -> Properties:
    """Turn Swagger 2, which Chalice writes, into the OpenAPI 3 that moto reads: the routes and what they lead to."""
    # An integration that is a mock calls nobody; moto wants to hear whom all the same.
    nobody = {"uri": "none", "httpMethod": "POST"}
    return {
        "openapi": "3.0.1",
        "info": swagger["info"] | {"description": ""},
        "paths": {
            path: {
                method: {
                    "responses": {status: {"description": status} for status in said["responses"]},
                    "x-amazon-apigateway-integration": nobody | said["x-amazon-apigateway-integration"],
                }
                for method, said in methods.items()
            }
            for path, methods in swagger["paths"].items()
        },
    }


BY_HAND = {
    "AWS::Lambda::EventInvokeConfig": _event_invoke_config,
    "AWS::SQS::QueuePolicy": _queue_policy,
    "AWS::ApiGateway::Deployment": _deployment,
    "AWS::ApiGateway::Stage": _stage,
}
"""In this order, by the types of CloudFormation."""
