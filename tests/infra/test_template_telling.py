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
    "Detail": json.dumps({"user_id": "ada"}),
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


def test_what_is_told_can_be_seen_and_tells_of_nobody() -> None:
    """A line for each event, with its kind and its id alone."""
    with created(translated(), EventBusName="sales") as made:
        (said,) = made.client("events").put_events(Entries=[EVENT])["Entries"]
        (group,) = [name for name in made.ids if name == "ToldLog"]
        lines = made.client("logs").filter_log_events(logGroupName=made.ids[group])["events"]
    assert said["EventId"]
    (line,) = lines
    assert "ticket.confirmed" in line["message"]
    (rule,) = Stack(packaged(), EventBusName="sales").resources("AWS::Events::Rule").values()
    (target,) = rule["Targets"]
    assert target["InputTransformer"]["InputPathsMap"] == {"time": "$.time", "kind": "$.detail-type", "id": "$.id"}
    assert target["InputTransformer"]["InputTemplate"] == '{"timestamp": <time>, "message": "<kind> <id>"}'


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
    with created(translated(), ArchiveEnabled="true") as made:
        s3, bucket = made.client("s3"), made.ids["ArchiveBucket"]
        (rule,) = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
        (said,) = json.loads(s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"]
    (made_so,) = Stack(packaged(), ArchiveEnabled="true").resources("AWS::S3::Bucket").values()
    assert made_so["VersioningConfiguration"] == {"Status": "Enabled"}
    assert list(made_so["PublicAccessBlockConfiguration"].values()) == [True] * 4
    assert rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"] == "AES256"
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
