"""Each function may do what its code does, what Lambda does in its name, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.packaging.rules import of_type
from infra.packaging.rules_access import NETWORK, allowed, function_roles, policies
from infra.packaging.template import ROOT
from tests.infra.aws_calls import actions, calls_of
from tests.infra.packaged import translated

_LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}
_FAILED_RUNS = {"sqs:SendMessage"}
_PUBLISHER = """
import boto3

class Bus:
    def __init__(self):
        self._client = boto3.client("events")
        self._archive = boto3.Session().client("s3", config=None)

    def publish(self, entries):
        self._client.put_events(Entries=entries)
        entries.get("put_rule")
        self._archive.head_object(Bucket="", Key="")
        self._archive.upload_fileobj(None, "", "")
"""
_PUBLISHES = {"events:PutEvents", "s3:GetObject", "s3:PutObject", "s3:AbortMultipartUpload"}


def _commands() -> dict[str, str]:
    functions = of_type(translated(), "AWS::Lambda::Function")
    return {name: said["ImageConfig"]["Command"][0].removeprefix("app.") for name, said in functions.items()}


@pytest.mark.parametrize("function", _commands())
def test_the_policy_allows_what_the_code_calls_and_nothing_else(function: str) -> None:
    """Beside it Lambda writes logs, joins the VPC and, for a scheduled function, puts failed runs into the queue."""
    template = translated()
    by_lambda = _LOGS | NETWORK | (_FAILED_RUNS if function != "APIHandler" else set())
    role = function_roles(template)[function]
    assert allowed(policies(template, role)) == by_lambda | calls_of(ROOT, _commands()[function])


def test_the_request_handler_calls_nothing_of_aws() -> None:
    """What a stranger reaches can do nothing with the account."""
    assert calls_of(ROOT, "app") == set()


def test_each_function_writes_to_its_own_log_group_only() -> None:
    """Not to that of another, of which it knows nothing."""
    template = translated()
    for function, role in function_roles(template).items():
        where = [said["Resource"] for said in policies(template, role) if set(said["Action"]) == _LOGS]
        assert where == [{"Fn::GetAtt": [f"{function}Logs", "Arn"]}]


def test_calls_are_found_in_the_source(tmp_path: Path) -> None:
    """In what a handler reaches by its imports, through as many modules as lie between; in nothing else."""
    assert actions(_PUBLISHER) == _PUBLISHES
    assert actions(_PUBLISHER.replace("import boto3", "")) == set()
    package = tmp_path / "chalicelib"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "bus.py").write_text(_PUBLISHER)
    (package / "telling.py").write_text("def tell():\n    from chalicelib.bus import Bus\n    Bus().publish([])\n")
    (package / "selling.py").write_text("def sell(): ...\n")
    (tmp_path / "app.py").write_text(
        "from chalicelib import selling, telling as out\n\n"
        "@app.schedule('rate(1 minute)')\ndef publish(event):\n    out.tell()\n\n"
        "@app.schedule('rate(1 hour)')\ndef archive(event):\n    from chalicelib.bus import Bus\n    Bus()\n\n"
        "@app.schedule('rate(1 minute)')\ndef drain(event):\n    selling.sell()\n\n"
        "@app.route('/')\ndef home():\n    selling.sell()\n"
    )
    assert calls_of(tmp_path, "publish") == calls_of(tmp_path, "archive") == _PUBLISHES
    assert calls_of(tmp_path, "drain") == calls_of(tmp_path, "app") == set()
