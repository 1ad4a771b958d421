"""Our own rules of the way in, and of what wakes people, in the translated template. Each finding is a line."""

from __future__ import annotations

import json
from collections.abc import Iterator

from infra.packaging.rules import Template, of_type

_NEVER_KEPT = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # AWS: CachingDisabled


def apis_are_behind_a_firewall(template: Template) -> Iterator[str]:
    """Which blocks, before it does anything else, what lacks the secret that CloudFront sends."""
    guarded = json.dumps(list(of_type(template, "AWS::WAFv2::WebACLAssociation").values()))
    for name in of_type(template, "AWS::ApiGateway::Stage"):
        if f"${{{name}}}" not in guarded:
            yield f"{name} has no firewall"
    origins = [
        header
        for said in of_type(template, "AWS::CloudFront::Distribution").values()
        for origin in said["DistributionConfig"]["Origins"]
        for header in origin.get("OriginCustomHeaders", [])
    ]
    for name, said in of_type(template, "AWS::WAFv2::WebACL").items():
        first = json.dumps(min((rule for rule in said["Rules"] if "Name" in rule), key=lambda rule: rule["Priority"]))
        if '"NotStatement"' not in first or '"Block"' not in first:
            yield f"{name} lets in who does not come through CloudFront"
        if not any(header["HeaderName"] in first and json.dumps(header["HeaderValue"]) in first for header in origins):
            yield f"{name} does not know what CloudFront sends"


def caches_know_nobody(template: Template) -> Iterator[str]:
    """What is kept for all depends on no header and no cookie, and comes of requests that bring none along."""
    harmless = set()
    for name, said in of_type(template, "AWS::CloudFront::CachePolicy").items():
        key = said["CachePolicyConfig"]["ParametersInCacheKeyAndForwardedToOrigin"]
        if (key["HeadersConfig"]["HeaderBehavior"], key["CookiesConfig"]["CookieBehavior"]) != ("none", "none"):
            yield f"{name} keeps answers by who asks"
    for name, said in of_type(template, "AWS::CloudFront::OriginRequestPolicy").items():
        config = said["OriginRequestPolicyConfig"]
        if config["HeadersConfig"].get("Headers") == ["x-viewer-address"]:
            harmless.add(json.dumps({"Ref": name}))
    for name, said in of_type(template, "AWS::CloudFront::Distribution").items():
        config = said["DistributionConfig"]
        for behaviour in [*config["CacheBehaviors"], config["DefaultCacheBehavior"]]:
            if behaviour["CachePolicyId"] == _NEVER_KEPT:
                continue
            if json.dumps(behaviour["OriginRequestPolicyId"]) not in harmless:
                yield f"{name} keeps answers to tokens at {behaviour.get('PathPattern', 'all other paths')}"


def alarms_tell_somebody(template: Template) -> Iterator[str]:
    """What it is, when it begins and when it ends; and what silence means is said."""
    for name, said in of_type(template, "AWS::CloudWatch::Alarm").items():
        for field in ("AlarmDescription", "AlarmActions", "OKActions", "TreatMissingData"):
            if not said.get(field):
                yield f"{name} has no {field}"
