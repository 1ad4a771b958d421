"""Fragments are laid over what Chalice made: they add, they replace, and two never contradict each other."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from infra.packaging.errors import PackageError
from infra.packaging.fragments import merge, read_fragments
from infra.packaging.template import ROOT
from tests.infra.packaged import packaged


def _base() -> dict[str, Any]:
    return {
        "Resources": {
            "Drain": {
                "Type": "AWS::Serverless::Function",
                "Properties": {
                    "Timeout": 60,
                    "Role": {"Fn::GetAtt": ["DefaultRole", "Arn"]},
                    "Tags": ["a", "b"],
                    "Events": {"DrainEvent": {"Type": "Schedule"}},
                },
            }
        }
    }


def _of_drain(**properties: Any) -> dict[str, Any]:
    return {"Resources": {"Drain": {"Properties": properties}}}


def test_mappings_merge_and_everything_else_is_replaced() -> None:
    """A number, a list and an intrinsic function are each one thing; what is not mentioned stays."""
    merged = merge(
        _base(), {"one": _of_drain(Timeout=1, Tags=["c"], Role={"Ref": "Other"}, Events={"More": {"Type": "S3"}})}
    )
    assert merged["Resources"]["Drain"]["Properties"] == {
        "Timeout": 1,
        "Role": {"Ref": "Other"},
        "Tags": ["c"],
        "Events": {"DrainEvent": {"Type": "Schedule"}, "More": {"Type": "S3"}},
    }
    assert merged["Resources"]["Drain"]["Type"] == "AWS::Serverless::Function"


def test_what_is_made_on_a_condition_keeps_it() -> None:
    """Wherever in it the condition stands: alone it would look like a function that names one."""
    output = {"Condition": "Archives", "Value": {"Ref": "Bucket"}}
    assert merge(_base(), {"one": {"Outputs": {"Archive": output}}})["Outputs"]["Archive"] == output


def test_what_is_merged_changes_neither_side() -> None:
    """Both may be used again."""
    base, fragment = _base(), _of_drain(Timeout=1, Tags=["c"])
    merge(base, {"one": fragment})["Resources"]["Drain"]["Properties"]["Tags"].append("d")
    assert (base, fragment) == (_base(), _of_drain(Timeout=1, Tags=["c"]))


@pytest.mark.parametrize(
    ("one", "other", "where"),
    [
        (_of_drain(Timeout=1), _of_drain(Timeout=2), "Resources.Drain.Properties.Timeout"),
        (_of_drain(Timeout=1), _of_drain(Timeout=1), "Resources.Drain.Properties.Timeout"),
        (_of_drain(Role={"Ref": "A"}), _of_drain(Role={"Fn::Sub": "B"}), "Resources.Drain.Properties.Role"),
        (_of_drain(Vpc={"Subnets": []}), _of_drain(Vpc={"Ref": "A"}), "Resources.Drain.Properties.Vpc"),
        (_of_drain(Vpc={"Ref": "A"}), _of_drain(Vpc={"Subnets": []}), "Resources.Drain.Properties.Vpc.Subnets"),
    ],
    ids=["two values", "the same value", "two intrinsics", "a value over a mapping", "a mapping over a value"],
)
def test_two_fragments_never_say_the_same(one: dict[str, Any], other: dict[str, Any], where: str) -> None:
    """Which of them would win is not for the order of files to say."""
    with pytest.raises(PackageError) as raised:
        merge(_base(), {"one.yaml": one, "other.yaml": other})
    assert str(raised.value) == f"{where} is said by one.yaml and by other.yaml"


def test_two_fragments_may_say_different_things_of_one_resource() -> None:
    """And of one mapping in it."""
    first, second = _of_drain(Env={"A": 1}), _of_drain(Env={"B": 2})
    assert merge(_base(), {"1": first, "2": second})["Resources"]["Drain"]["Properties"]["Env"] == {"A": 1, "B": 2}


def test_a_resource_that_nobody_makes_is_a_mistake_in_its_name() -> None:
    """A new one says its type."""
    fragment = {"Resources": {"Drian": {"Properties": {"Timeout": 1}}}}
    with pytest.raises(PackageError, match=r"one\.yaml adds to Drian, which nobody makes"):
        merge(_base(), {"one.yaml": fragment})
    made = {"Resources": {"Drian": {"Type": "AWS::SNS::Topic"}}}
    assert merge(_base(), {"one.yaml": fragment, "two.yaml": made})["Resources"]["Drian"]["Type"] == "AWS::SNS::Topic"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of fragments with what every function and every schedule has."""
    each = tmp_path / "each"
    each.mkdir()
    (each / "function.yaml").write_text("Resources:\n  FUNCTIONLogs:\n    Type: AWS::Logs::LogGroup\n")
    (each / "schedule.yaml").write_text("Resources:\n  FUNCTION: {Properties: {Events: {EVENT: {Retry: 0}}}}\n")
    return tmp_path


def test_what_every_function_has_is_said_once(folder: Path) -> None:
    """And so it is there for a function that is only added to app.py."""
    base = _base()
    base["Resources"]["APIHandler"] = {"Type": "AWS::Serverless::Function", "Properties": {}}
    merged = merge(base, read_fragments(folder, base))
    assert {"DrainLogs", "APIHandlerLogs"} <= merged["Resources"].keys()
    assert merged["Resources"]["Drain"]["Properties"]["Events"]["DrainEvent"] == {"Type": "Schedule", "Retry": 0}
    assert merged["Resources"]["APIHandler"]["Properties"] == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Resources:\n  A: {Type: T}\n  A: {Type: U}\n", "one.yaml, line 3: A is said twice"),
        ("Resources: [\n", "one.yaml: "),
        ("- Resources\n", "one.yaml has no sections"),
    ],
    ids=["a key twice", "no YAML", "a list"],
)
def test_a_fragment_that_cannot_be_read_is_named(folder: Path, text: str, words: str) -> None:
    """With the line, where there is one."""
    (folder / "one.yaml").write_text(text)
    with pytest.raises(PackageError) as raised:
        read_fragments(folder, _base())
    assert str(raised.value).startswith(words)


def test_a_date_is_text_and_an_anchor_is_what_it_stands_for(folder: Path) -> None:
    """A policy's Version is no day of the calendar."""
    (folder / "one.yaml").write_text("A: &a {Version: 2012-10-17}\nB: *a\nC: {<<: *a, D: 1}\n")
    said = read_fragments(folder, _base())["one.yaml"]
    assert said == {
        "A": {"Version": "2012-10-17"},
        "B": {"Version": "2012-10-17"},
        "C": {"Version": "2012-10-17", "D": 1},
    }


def test_the_fragments_that_there_are_all_come_to_be() -> None:
    """Each file of infra/template is in the template, and nothing of a pattern is left in it."""
    files = read_fragments(ROOT / "infra" / "template", packaged())
    assert {file.name for file in (ROOT / "infra" / "template").glob("*.yaml")} <= files.keys()
    for fragment in files.values():
        assert fragment.get("Resources", {}).keys() <= packaged()["Resources"].keys()
        assert fragment.get("Parameters", {}).keys() <= packaged()["Parameters"].keys()
    assert not [name for name in packaged()["Resources"] if "FUNCTION" in name or "EVENT" in name]
