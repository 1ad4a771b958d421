"""Ways to break the template, each with the words by which the check must notice; see test_package_check.py."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Template = dict[str, Any]
_ANYTHING = [{"Effect": "Allow", "Action": "s3:*", "Resource": "*"}]
_TO_ANYBODY = [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}]
_FORMAT = "RestAPIapiStage/AccessLogSetting/Format"
_KEY = "SameForAll/CachePolicyConfig/ParametersInCacheKeyAndForwardedToOrigin"
_TARGET = "DrainDrainEvent/Targets/0"


def _set(path: str, value: Any) -> Callable[[Template], None]:
    """Say something of a resource's properties, by a path of keys and places."""

    def breaking(template: Template) -> None:
        name, *keys = (key.replace("~", "/") for key in path.split("/"))
        target = template["Resources"][name]["Properties"]
        for key in keys[:-1]:
            target = target[int(key) if key.isdigit() else key]
        if value is None:
            del target[keys[-1]]
        else:
            target[keys[-1]] = value

    return breaking


def _add(kind: str, **properties: Any) -> Callable[[Template], None]:
    """Add a resource called More."""
    return lambda template: template["Resources"].update(More={"Type": kind, "Properties": properties})


def _forget(parameter: str) -> Callable[[Template], None]:
    return lambda template: template["Parameters"].pop(parameter)


def _circle(template: Template) -> None:
    template["Resources"]["DrainLogs"]["DependsOn"] = "Drain"


def _of_drain(template: Template) -> list[dict[str, Any]]:
    statements: list[dict[str, Any]] = template["Resources"]["DrainRole"]["Properties"]["Policies"]
    return statements


LINTED = {
    "less memory than there is": (_set("Drain/MemorySize", 3), "E3034"),
    "a property that there is not": (_set("Drain/MemoryLimit", 128), "E3002"),
    "a runtime of an image": (_set("Drain/Runtime", "python3.13"), "E3685"),
    "a parameter that nobody declares": (_forget("ImageUri"), "E1020"),
    "the name of nothing": (_set("Drain/Role", {"Fn::GetAtt": ["DrianRole", "Arn"]}), "E1010"),
    "a condition that there is not": (_set("RestAPI/Name", {"Fn::If": ["Never", "a", "b"]}), "E1028"),
    "a days that CloudWatch does not know": (_set("DrainLogs/RetentionInDays", 31), "E3030"),
}
LINTED_TRANSLATED = {
    "a circle": (_circle, "E3004"),
    "an attribute that there is not": (_set("Drain/Role", {"Fn::GetAtt": ["DrainRole", "Name"]}), "E1010"),
    "a parameter of no use": (lambda template: template["Parameters"].update(More={"Type": "String"}), "W2001"),
}
"""What cfn-lint sees only when SAM is out of the way."""
REFUSED_BY_SAM = {
    "a runtime of an image": (_set("Drain/Runtime", "python3.13"), "Runtime, Handler, Layers cannot be present"),
    "a schedule of no kind": (_set("Drain/Events/DrainEvent/Type", "Sched"), "Drain"),
    "no image": (_set("Drain/ImageUri", None), "ImageUri"),
}
AGAINST_OUR_RULES = {
    "a role of two functions": (
        _set("Drain/Role", {"Fn::GetAtt": ["APIHandlerRole", "Arn"]}),
        "Drain has no role of its own",
    ),
    "a log group that Lambda makes": (_set("Drain/LoggingConfig", None), "Drain has no log group of its own"),
    "another image": (_set("Drain/Code", {"ImageUri": "x"}), "Drain is not of the image"),
    "an image that runs what it likes": (_set("Drain/ImageConfig", {}), "Drain does not say what the image runs"),
    "drains at once": (_set("Drain/ReservedConcurrentExecutions", 2), "Drain may run twice at once"),
    "a drain again": (_set("DrainEventInvokeConfig/MaximumRetryAttempts", 2), "Drain is tried again, or late"),
    "a rule again": (_set(f"{_TARGET}/RetryPolicy/MaximumRetryAttempts", 185), "Drain is tried again, or late"),
    "a drain of an hour ago": (
        _set("DrainEventInvokeConfig/MaximumEventAgeInSeconds", 3600),
        "Drain is tried again, or late",
    ),
    "a run that is lost": (_set("DrainEventInvokeConfig/DestinationConfig", {}), "what fails is lost"),
    "an event that is lost": (_set(f"{_TARGET}/DeadLetterConfig", None), "what fails is lost"),
    "a variable that nobody reads": (_set("Drain/Environment/Variables/REDIS_URL", "x"), "nobody reads REDIS_URL"),
    "a secret": (_set("Drain/Environment/Variables/DRAW_KEY", "k" * 32), "DRAW_KEY is not a reference to a secret"),
    "a secret by parameter": (
        _set("Drain/Environment/Variables/AUTH_KEYS", {"Fn::If": ["A", "", {"Ref": "Keys"}]}),
        "AUTH_KEYS is not a reference to a secret",
    ),
    "open mode": (_set("Drain/Environment/Variables/AUTH_MODE", "open"), "Drain looks at no tokens"),
    "a laptop": (_set("Drain/Environment/Variables/REDIS_ADDR", "localhost:6379"), "REDIS_ADDR is of a laptop"),
    "logs for ever": (_set("DrainLogs/RetentionInDays", None), "DrainLogs is kept for ever"),
    "session ids in logs": (_set(_FORMAT, "$context.requestId $context.path"), "logs path"),
    "addresses in logs": (_set(_FORMAT, "$context.identity.sourceIp"), "logs identity.sourceIp"),
    "no access logs": (_set("RestAPIapiStage/AccessLogSetting", None), "logs no access"),
    "bodies in logs": (_set("RestAPIapiStage/MethodSettings/0/DataTraceEnabled", True), "logs execution"),
    "paths in logs": (_set("RestAPIapiStage/MethodSettings/0/LoggingLevel", "ERROR"), "logs execution"),
    "no throttling": (_set("RestAPIapiStage/MethodSettings/0/ThrottlingRateLimit", None), "is not throttled"),
    "a parameter without a word": (
        lambda template: template["Parameters"]["ImageUri"].pop("Description"),
        "the parameter ImageUri is not described",
    ),
    "a parameter in no group": (
        lambda template: template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"].clear(),
        "the parameter ImageUri is in 0 groups",
    ),
    "a template too large": (_add("AWS::SNS::Topic", DisplayName="x" * 1_000_000), "larger than"),
    "everything of S3": (
        lambda template: _of_drain(template).append({"PolicyDocument": {"Statement": _ANYTHING}}),
        "DrainRole allows more than it names",
    ),
    "everything of S3, by a policy of its own": (
        _add("AWS::IAM::Policy", Roles=[{"Ref": "DrainRole"}], PolicyDocument={"Statement": _ANYTHING}),
        "DrainRole allows more than it names",
    ),
    "an object of any bucket": (
        lambda template: _of_drain(template).append(
            {"PolicyDocument": {"Statement": [_ANYTHING[0] | {"Action": "s3:PutObject"}]}}
        ),
        "DrainRole allows s3:PutObject on everything",
    ),
    "a policy of others": (
        _set("DrainRole/ManagedPolicyArns", ["arn:aws:iam::aws:policy/AdministratorAccess"]),
        "DrainRole has policies that this template does not show",
    ),
    "code that makes network interfaces": (
        lambda template: _of_drain(template)[1]["PolicyDocument"]["Statement"].pop(),
        "DrainRole lets the code itself at the network",
    ),
    "a queue for anybody": (
        _add("AWS::SQS::QueuePolicy", PolicyDocument={"Statement": _TO_ANYBODY}, Queues=[]),
        "More lets anybody in",
    ),
    "a function for any API": (_set("APIHandlerInvokePermission/SourceArn", None), "for whomever it asks"),
    "a public bucket": (_add("AWS::S3::Bucket", AccessControl="PublicRead"), "More may be made public"),
    "a bucket that nobody shut": (
        _add("AWS::S3::Bucket", PublicAccessBlockConfiguration={"BlockPublicAcls": True}),
        "More may be made public",
    ),
    "a queue in clear": (_set("DeadLetters/SqsManagedSseEnabled", None), "DeadLetters is not encrypted"),
    "a port to the internet": (
        _add("AWS::EC2::SecurityGroup", SecurityGroupIngress=[{"CidrIp": "0.0.0.0/0"}]),
        "More lets the internet in",
    ),
    "an API without a firewall": (lambda template: template["Resources"].pop("FirewallOfApi"), "has no firewall"),
    "a firewall that lets everybody in": (
        _set("Firewall/Rules/0/Action", {"Count": {}}),
        "Firewall lets in who does not come through CloudFront",
    ),
    "another secret": (
        _set("Distribution/DistributionConfig/Origins/0/OriginCustomHeaders/0/HeaderValue", "guess"),
        "Firewall does not know what CloudFront sends",
    ),
    "a cache by token": (
        _set(f"{_KEY}/HeadersConfig", {"HeaderBehavior": "whitelist", "Headers": ["Authorization"]}),
        "SameForAll keeps answers by who asks",
    ),
    "a cache by cookie": (
        _set(f"{_KEY}/CookiesConfig", {"CookieBehavior": "all"}),
        "SameForAll keeps answers by who asks",
    ),
    "a cache of answers to tokens": (
        _set("Distribution/DistributionConfig/CacheBehaviors/4/CachePolicyId", {"Ref": "SameForAll"}),
        "Distribution keeps answers to tokens at /api/*",
    ),
    "an alarm that nobody hears": (_set("DrainStopped/AlarmActions", None), "DrainStopped has no AlarmActions"),
    "an alarm of silence": (_set("DrainErrors/TreatMissingData", None), "DrainErrors has no TreatMissingData"),
    "a way round CloudFront": (_add("AWS::Lambda::Url", AuthType="NONE"), "a way in beside CloudFront"),
}
NOTICED_ON_MOTO = {
    "a rule that is off": (_set("DrainDrainEvent/State", "DISABLED"), "DrainDrainEvent is DISABLED"),
    "another rate": (_set("DrainDrainEvent/ScheduleExpression", "rate(2 minutes)"), "the schedules are"),
    "a rule that may not invoke": (
        _set("DrainDrainEventPermission/FunctionName", {"Ref": "APIHandler"}),
        "DrainDrainEvent may not invoke",
    ),
    "a rule that may not tell of failures": (
        _set(
            "DeadLettersPolicy/PolicyDocument/Statement/0/Condition/ArnLike",
            {"aws:SourceArn": "arn:aws:events:*:rule/other-*"},
        ),
        "DrainDrainEvent may not send what fails",
    ),
    "a failure that goes elsewhere": (
        _set(
            "DrainEventInvokeConfig/DestinationConfig/OnFailure/Destination",
            "arn:aws:sqs:eu-central-1:123456789012:other",
        ),
        "Drain sends what fails to no queue of this stack",
    ),
    "an API that may not invoke": (
        _set("APIHandlerInvokePermission/Principal", "events.amazonaws.com"),
        "the API may not invoke the request handler",
    ),
    "a route too few": (_set("RestAPI/Body/paths/~health", None), "there is no GET /health"),
    "a stage of another name": (_set("RestAPIapiStage/StageName", "prod"), "the API has another stage than api"),
}
