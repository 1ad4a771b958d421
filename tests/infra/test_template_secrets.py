"""The secrets of the template: what Secrets Manager makes of them is what the service starts with, and no more."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import boto3
import pytest
from moto import mock_aws

from chalicelib.queue.admission_token import public_keys, sign
from chalicelib.settings import Settings
from tests.infra.packaged import translated
from tests.infra.stack import Stack
from tests.unit.test_settings import GIVEN

KIND = "AWS::SecretsManager::Secret"
ADDRESS = "Valkey.PrimaryEndPoint.Address:Valkey.PrimaryEndPoint.Port"
LAMBDA = {"AWS_LAMBDA_FUNCTION_NAME": "ticketing-prod-APIHandler"}
ENVIRONMENT_BYTES_MAX = 4096
NOT_OURS = {"SECRETS_REVISION", "PYTHONPATH"}
"""What nobody reads, see the template; and what Python does."""


@pytest.fixture
def generator(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Secrets Manager's own generator, by moto."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "none")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "none")
    with mock_aws():
        yield boto3.client("secretsmanager", region_name="eu-central-1")


def made(generator: Any, template: dict[str, Any]) -> dict[str, str]:
    """Give the secrets as they are when the stack has been created."""
    secrets = {}
    for name, said in Stack(template).resources(KIND).items():
        wish = said["GenerateSecretString"]
        options = {key: wish[key] for key in ("PasswordLength", "ExcludePunctuation") if key in wish}
        word = generator.get_random_password(**options)["RandomPassword"]
        secrets[name] = word
        if "SecretStringTemplate" in wish:
            secrets[name] = json.dumps(json.loads(wish["SecretStringTemplate"]) | {wish["GenerateStringKey"]: word})
    return secrets


def rotated(secrets: dict[str, str], again: dict[str, str]) -> dict[str, str]:
    """Give the secrets after a rotation as docs/operations.md says it."""
    return {
        name: json.dumps({"current": json.loads(again[name])["current"], "previous": json.loads(held)["current"]})
        if held.startswith("{")
        else held
        for name, held in secrets.items()
    }


def settings(environment: dict[str, str]) -> Settings:
    """Start the service with an environment; the address, which only AWS knows, is another."""
    assert environment["REDIS_ADDR"] == ADDRESS
    return Settings.from_environ(environment | LAMBDA | {"REDIS_ADDR": "valkey.internal:6379"})


def test_the_service_starts_with_exactly_the_environment_of_the_template(generator: Any) -> None:
    """Each function on Lambda, where an open service would refuse to start; and all that is set is read."""
    template = translated()
    stack = Stack(template, made(generator, template))
    for function in stack.functions():
        environment = stack.environment(function)
        found = settings(environment)
        assert (found.auth_mode, found.redis_username, found.redis_tls) == ("jwt", "ticketing", True)
        assert (len(found.auth_keys), len(found.admission_keys), len(found.draw_key)) == (1, 1, 64)
        assert [len(key) for key in found.ticket_keys] == [43]
        assert found.redis_password
        assert environment.keys() <= {variable for variable, _, _ in GIVEN.values()} | NOT_OURS


def test_both_keys_are_valid_after_a_rotation_and_the_new_one_signs(generator: Any) -> None:
    """What was signed with the old one is good until the next rotation; the key of the draws never changes."""
    template = translated()
    first, again = made(generator, template), made(generator, template)
    before = settings(Stack(template, first).environment("APIHandler"))
    secrets = rotated(first, again)
    after = settings(Stack(template, secrets, SecretsRevision="2").environment("APIHandler"))
    for name in ("auth_keys", "admission_keys"):
        assert getattr(after, name)[1:] == getattr(before, name)
        assert getattr(after, name)[0] not in getattr(before, name)
    assert after.redis_password != before.redis_password
    assert after.draw_key == before.draw_key
    assert {field.name for field in fields(Settings) if getattr(after, field.name) != getattr(before, field.name)} == {
        *("auth_keys", "admission_keys", "redis_password")
    }


def test_the_keys_of_tickets_change_apart_from_the_others_and_as_many_are_kept_as_are_wanted(generator: Any) -> None:
    """A code is good until its event, while other keys come and go: the secret is the list, the new key first."""
    template = translated()
    secrets = rotated(made(generator, template), made(generator, template))
    old = secrets["TicketKeys"]
    later = settings(Stack(template, secrets, SecretsRevision="3").environment("APIHandler"))
    assert later.ticket_keys == (old,)
    secrets["TicketKeys"] = f"{'n' * 43},{'m' * 43},{old}"
    changed = settings(Stack(template, secrets, SecretsRevision="4").environment("APIHandler"))
    assert changed.ticket_keys == ("n" * 43, "m" * 43, old)


def test_what_secrets_manager_generates_is_a_key_that_signs_admission_tokens(generator: Any) -> None:
    """43 letters and digits, whichever: 32 bytes in base64url, whose last two bits mean nothing."""
    for _ in range(200):
        word = generator.get_random_password(PasswordLength=43, ExcludePunctuation=True)["RandomPassword"]
        (key,) = Settings.from_environ({"ADMISSION_KEYS": word}).admission_keys
        assert len(base64.urlsafe_b64decode(key + "=")) == 32
        (public,) = public_keys((key,))["keys"]
        assert sign((key,), event_id="e", user_id="u", now_ms=0, deadline_ms=1000)
        assert len(public["x"]) == 43


def test_a_deployment_that_tells_of_a_rotation_before_there_was_one_is_refused(generator: Any) -> None:
    """CloudFormation finds no previous secret, changes nothing, and says so."""
    template = translated()
    with pytest.raises(KeyError, match="previous"):
        Stack(template, made(generator, template), SecretsRevision="2").environment("APIHandler")


def test_nothing_asks_for_a_previous_secret_before_there_is_one() -> None:
    """Neither a function nor whatever else resolves secrets: each asks by the condition that a rotation fulfils."""
    template = translated()

    def without_rotation(node: Any) -> Any:
        if isinstance(node, dict) and node.get("Fn::If", [""])[0] == "SecretsRotated":
            return without_rotation(node["Fn::If"][2])
        if isinstance(node, dict):
            return {name: without_rotation(value) for name, value in node.items()}
        return [without_rotation(value) for value in node] if isinstance(node, list) else node

    assert ":previous}}" in json.dumps(template)
    assert ":previous}}" not in json.dumps(without_rotation(template))


def test_every_deployment_after_a_rotation_changes_what_resolves_a_secret(generator: Any) -> None:
    """CloudFormation resolves a secret anew only where the resource changes; of a rotation the text shows nothing."""
    template = translated()
    secrets = rotated(made(generator, template), made(generator, template))
    second, third = (Stack(template, secrets, SecretsRevision=revision) for revision in ("2", "3"))
    for function in second.functions():
        assert second.environment(function) != third.environment(function)
    users = [stack.resources("AWS::ElastiCache::User")["ValkeyUser"] for stack in (second, third)]
    assert users[0]["UserId"] != users[1]["UserId"], "a new user: an old one may keep its old passwords"
    assert {user["UserName"] for user in users} == {"ticketing"}


@pytest.mark.parametrize("name", ["DrawKey", "TicketKeys"])
def test_what_others_rely_on_outlives_the_stack(name: str) -> None:
    """A draw that was announced cannot be held without its key, nor a ticket be checked that somebody has printed."""
    key = translated()["Resources"][name]
    assert (key["DeletionPolicy"], key["UpdateReplacePolicy"]) == ("Retain", "Retain")


def test_no_secret_stands_in_the_template() -> None:
    """Nor in a parameter, which whoever may describe the stack can read."""
    template = translated()
    assert not [name for name in template["Parameters"] if name.endswith(("Password", "Key", "Keys"))]
    for name, said in template["Resources"].items():
        assert said["Type"] != KIND or "SecretString" not in said["Properties"], name


def test_the_environment_of_a_function_fits_into_lambda(generator: Any) -> None:
    """Names and values together, with the longest of everything that an operator may give."""
    template = translated()
    secrets = rotated(made(generator, template), made(generator, template))
    long = {"AuthJwksUrl": f"https://{'x' * 200}", "AuthIssuer": f"https://{'x' * 200}", "AuthAudience": "x" * 200}
    stack = Stack(template, secrets, SecretsRevision="2", Nat="true", **long)
    assert stack.refusals() == []
    for function in stack.functions():
        environment = stack.environment(function)
        assert sum(len(name) + len(value) for name, value in environment.items()) < ENVIRONMENT_BYTES_MAX // 2
