"""`make deploy STAGE=` says what it will run, asks, and runs it: the image goes to ECR, the template to CloudFormation.

Environment: STAGE; PARAMETERS ("Name=value ...", over infra/stages/<stage>.json); IMAGE_TAG, an image that is in the
registry already, which is how to roll back; YES=1 does not ask; DRY=1 only says.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from infra import deploy_aws as aws
from infra.deploy_aws import REPOSITORY, Account, DeployError
from infra.image.engine import ImageError, first_working
from infra.packaging.errors import PackageError
from infra.packaging.stages import parameters
from infra.packaging.template import ROOT

Step = tuple[list[str], ...]
"""One command, or more with the output of each going into the next."""


@dataclass(frozen=True)
class Deployment:
    """What is to be deployed where."""

    where: Account
    stage: str
    tag: str
    parameters: dict[str, str]

    @property
    def stack(self) -> str:
        """The name of the stack, and of all that CloudFormation names after it."""
        return f"{REPOSITORY}-{self.stage}"

    @property
    def image(self) -> str:
        """The image in the registry."""
        return f"{self.where.registry}/{REPOSITORY}:{self.tag}"


def main(environ: Mapping[str, str], root: Path = ROOT) -> str | None:
    """Deploy what the environment asks for, of the template that `make package` wrote; return what went wrong."""
    try:
        deployment = _deployment(environ, root)
        steps = list(plan(deployment, built=bool(environ.get("IMAGE_TAG")), root=root))
        _say(deployment, steps)
        if environ.get("DRY") == "1":
            return None
        if environ.get("YES") != "1" and not _agreed():
            return "deploy: nothing was done"
        for step in steps:
            _run(step, root)
    except (DeployError, ImageError, PackageError) as error:
        return f"deploy: {error}"
    return None


def plan(deployment: Deployment, *, built: bool, root: Path) -> Iterator[Step]:
    """Return the commands that are still to be run; what is there already is not made again. Raises DeployError."""
    where, repository = deployment.where, aws.repository_is_there()
    if not (repository and aws.image_is_there(deployment.tag)):
        if built:
            raise DeployError(
                f"there is no image {deployment.image}; see: aws ecr list-images --repository-name ticketing"
            )
        yield from _push(deployment, new_repository=not repository)
    if not aws.bucket_is_there(where):
        yield from _bucket(where)
    said = [f"{name}={value}" for name, value in sorted(deployment.parameters.items())]
    command = ["aws", "cloudformation", "deploy", "--stack-name", deployment.stack]
    command += ["--template-file", str((root / "build" / "template.json").relative_to(root))]
    command += ["--s3-bucket", where.bucket, "--s3-prefix", deployment.stack]
    command += ["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND", "--no-fail-on-empty-changeset"]
    command += ["--tags", f"application={REPOSITORY}", f"stage={deployment.stage}"]
    yield ([*command, "--parameter-overrides", f"ImageUri={deployment.image}", *said],)
    query = ["--query", "Stacks[0].Outputs", "--output", "table"]
    yield (["aws", "cloudformation", "describe-stacks", "--stack-name", deployment.stack, *query],)


def _push(deployment: Deployment, *, new_repository: bool) -> Iterator[Step]:
    engine = first_working()
    tool = [engine.name, *engine.options]
    if new_repository:
        # A tag is a commit, and stays what it was: that is what a rollback goes by.
        options = ["--image-tag-mutability", "IMMUTABLE", "--image-scanning-configuration", "scanOnPush=true"]
        yield (["aws", "ecr", "create-repository", "--repository-name", REPOSITORY, *options],)
    yield (["make", "image", f"TAG={deployment.image}"],)
    yield (
        ["aws", "ecr", "get-login-password"],
        [*tool, "login", "--username", "AWS", "--password-stdin", deployment.where.registry],
    )
    yield ([*tool, "push", deployment.image],)


def _bucket(where: Account) -> Iterator[Step]:
    there = ["--create-bucket-configuration", f"LocationConstraint={where.region}"]
    yield (
        ["aws", "s3api", "create-bucket", "--bucket", where.bucket, *(there if where.region != "us-east-1" else [])],
    )
    shut = "BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=true"
    block = ["--public-access-block-configuration", shut]
    yield (["aws", "s3api", "put-public-access-block", "--bucket", where.bucket, *block],)


def _deployment(environ: Mapping[str, str], root: Path) -> Deployment:
    template: dict[str, Any] = json.loads((root / "build" / "template.json").read_text())
    stage = environ.get("STAGE", "")
    if not stage or stage != template["Parameters"]["Stage"]["Default"]:
        raise DeployError("say STAGE=, the stage that is to be deployed")
    more = dict(_pair(word) for word in shlex.split(environ.get("PARAMETERS", "")))
    said = parameters(root, template, more)
    tag = aws.commit(root)
    return Deployment(aws.account(), stage, environ.get("IMAGE_TAG") or tag, said)


def _pair(word: str) -> tuple[str, str]:
    name, equals, value = word.partition("=")
    if not equals:
        raise DeployError(f"PARAMETERS are Name=value, not {word!r}")
    return name, value


def _say(deployment: Deployment, steps: list[Step]) -> None:
    where = deployment.where
    print(f"The stack {deployment.stack} in {where.region}, account {where.id}, as {where.arn}.")
    print("These commands will be run:")
    for step in steps:
        print("  " + " | ".join(shlex.join(command) for command in step))
    sys.stdout.flush()


def _agreed() -> bool:
    try:
        return input("Run them? [y/N] ").strip().lower() == "y"
    except EOFError:
        return False


def _run(step: Step, root: Path) -> None:
    environ = os.environ | {"AWS_PAGER": ""}
    text: bytes | None = None
    for command in step:
        last = command is step[-1]
        done = subprocess.run(
            command, cwd=root, env=environ, input=text, stdout=None if last else subprocess.PIPE, check=False
        )
        if done.returncode:
            raise DeployError(f"{shlex.join(command)} ended with {done.returncode}; nothing after it was done")
        text = done.stdout


if __name__ == "__main__":
    sys.exit(main(os.environ))
