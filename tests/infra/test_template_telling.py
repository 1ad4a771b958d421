"""What the template has for those who listen, and for events that are over."""

from __future__ import annotations

import json
import re
from fnmatch import fnmatchcase

import pytest

from infra.packaging.moto_view import ACCOUNT, REGION, created
from tests.infra.packaged import packaged, translated
from tests.infra.stack import Stack

EVENT = {
    "Source": "ticketing",
    "DetailType": "ticket.confirmed",
    "Detail": json.dumps({"event_id": "9f3a", "number": 7, "id": "0a1b"}),
    "EventBusName": "sales",
}


def test_without_a_name_there_is_no_bus_and_every_function_knows_it() -> None:
    """Nothing is told then, and an event need not wait for it."""
    stack = Stack(packaged(), {"DrawKey": ""})
    assert stack.resources("AWS::Events::EventBus") == {}
    assert set(stack.resources("AWS::SQS::Queue")) == {"DeadLetters"}
    assert packaged()["Globals"]["Function"]["Environment"]["Variables"]["EVENT_BUS"] == {"Ref": "EventBusName"}


@pytest.mark.parametrize(
    ("name", "is_one"), [("", True), ("sales", True), ("default", False), ("defaults", True), ("a b", False)]
)
def test_the_bus_is_one_of_its_own(name: str, is_one: bool) -> None:
    """The account's default bus is there already, and not for this."""
    pattern = packaged()["Parameters"]["EventBusName"]["AllowedPattern"]
    assert (re.fullmatch(pattern, name) is not None) is is_one


def test_what_is_told_can_be_seen() -> None:
    """A line for each event: its kind, the sale that it is of, its number and id, in the one form a log group takes."""
    with created(translated(), EventBusName="sales") as made:
        (said,) = made.client("events").put_events(Entries=[EVENT])["Entries"]
        lines = made.client("logs").filter_log_events(logGroupName=made.ids["ToldLog"])["events"]
    assert said["EventId"]
    assert ["ticket.confirmed" in line["message"] for line in lines] == [True]
    (rule,) = Stack(packaged(), EventBusName="sales").resources("AWS::Events::Rule").values()
    transformer = rule["Targets"][0]["InputTransformer"]
    filled = re.sub(
        r"<(\w+)>", lambda at: _said(transformer["InputPathsMap"][at[1]], at[1]), transformer["InputTemplate"]
    )
    assert json.loads(filled) == {"timestamp": "now", "message": "ticket.confirmed 9f3a 7 0a1b"}


def _said(path: str, name: str) -> str:
    """Give what EventBridge puts for a path of the event: text in quotes, but not within quotes."""
    event = {"time": "now", "detail-type": EVENT["DetailType"], "detail": json.loads(EVENT["Detail"])}
    for key in path.removeprefix("$.").split("."):
        event = event[key]
    return json.dumps(event) if name == "time" else str(event)


def test_what_a_listener_did_not_take_is_kept() -> None:
    """In a queue that any rule on the bus may name, and no rule elsewhere."""
    with created(translated(), EventBusName="sales") as made:
        url = made.ids["UndeliveredEvents"]
        there = made.client("sqs").get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    assert there["SqsManagedSseEnabled"] == "true"
    assert int(there["MessageRetentionPeriod"]) == 14 * 86_400
    (said,) = json.loads(there["Policy"])["Statement"]
    assert (said["Principal"], said["Action"]) == ({"Service": "events.amazonaws.com"}, "sqs:SendMessage")
    pattern = said["Condition"]["ArnLike"]["aws:SourceArn"]
    ours = f"arn:aws:events:{REGION}:{ACCOUNT}:rule/sales/mailing"
    assert fnmatchcase(ours, pattern)
    assert not fnmatchcase(ours.replace("sales", "other"), pattern)


def test_what_was_told_can_be_told_again() -> None:
    """For who comes late, as long as logs are kept."""
    with created(translated(), EventBusName="sales") as made:
        (archive,) = made.client("events").list_archives()["Archives"]
    assert archive["EventSourceArn"].endswith(":event-bus/sales")
    assert archive["RetentionDays"] == packaged()["Parameters"]["LogRetentionDays"]["Default"]


def test_the_archive_is_private_and_outlives_the_stack() -> None:
    """Encrypted, with versions, reached by TLS alone."""
    stack = Stack(packaged(), ArchiveEnabled="true")
    (bucket,) = stack.resources("AWS::S3::Bucket").values()
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert list(bucket["PublicAccessBlockConfiguration"].values()) == [True] * 4
    assert bucket["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
    (policy,) = stack.resources("AWS::S3::BucketPolicy").values()
    (said,) = policy["PolicyDocument"]["Statement"]
    assert (said["Effect"], said["Principal"], said["Action"]) == ("Deny", "*", "s3:*")
    assert said["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    kept = packaged()["Resources"]["ArchiveBucket"]
    assert (kept["DeletionPolicy"], kept["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_no_report_is_ever_removed_by_itself() -> None:
    """Only what replaced versions and given-up uploads leave."""
    (bucket,) = Stack(packaged(), ArchiveEnabled="true").resources("AWS::S3::Bucket").values()
    rules = bucket["LifecycleConfiguration"]["Rules"]
    assert not any(key.startswith("Expiration") for rule in rules for key in rule)


@pytest.mark.parametrize(
    ("days", "enabled", "deployed"),
    [("0", "false", True), ("0", "true", True), ("90", "true", True), ("90", "false", False)],
)
def test_no_event_goes_without_an_archive(days: str, enabled: str, deployed: bool) -> None:
    """What a deployment asks for and the service would refuse to start with is refused by the stack."""
    refusals = Stack(packaged(), RetentionDays=days, ArchiveEnabled=enabled).refusals()
    assert refusals == ([] if deployed else ["RetentionDays needs ArchiveEnabled."])
    assert Stack(packaged(), ArchiveEnabled="false").resources("AWS::S3::Bucket") == {}
