"""What a deployment asks of AWS and of git before it changes anything; all by the programs that people use."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = "ticketing"


class DeployError(Exception):
    """The deployment cannot be made; the message is for the person who asked."""


@dataclass(frozen=True)
class Account:
    """Where the deployment goes, and as whom."""

    id: str
    arn: str
    region: str

    @property
    def registry(self) -> str:
        """The registry of the account in the region."""
        suffix = "amazonaws.com.cn" if self.region.startswith("cn-") else "amazonaws.com"
        return f"{self.id}.dkr.ecr.{self.region}.{suffix}"

    @property
    def bucket(self) -> str:
        """The bucket that CloudFormation reads large templates from."""
        return f"{REPOSITORY}-deploy-{self.id}-{self.region}"


def account() -> Account:
    """Ask who we are and where. Raises DeployError."""
    if not shutil.which("aws"):
        raise DeployError("there is no aws on PATH; install the AWS CLI")
    region = os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")
    region = region or run("aws", "configure", "get", "region").stdout.strip()
    if not region:
        raise DeployError("no region is set; say AWS_REGION=, or aws configure set region")
    done = run("aws", "sts", "get-caller-identity", "--output", "json")
    if done.returncode:
        raise DeployError(f"AWS takes no credentials of this shell: {_last_line(done.stderr)}")
    said = json.loads(done.stdout)
    return Account(said["Account"], said["Arn"], region)


def repository_is_there() -> bool:
    """Ask whether the registry has our repository. Raises DeployError."""
    query = ("--repository-names", REPOSITORY)
    return _is_there("RepositoryNotFoundException", "ecr", "describe-repositories", *query)


def image_is_there(tag: str) -> bool:
    """Ask whether our repository has an image of the tag. Raises DeployError."""
    query = ("--repository-name", REPOSITORY, "--image-ids", f"imageTag={tag}")
    return _is_there("ImageNotFoundException", "ecr", "describe-images", *query)


def bucket_is_there(where: Account) -> bool:
    """Ask whether the account has its bucket for templates. Raises DeployError, also when it is somebody else's."""
    query = ("--bucket", where.bucket, "--expected-bucket-owner", where.id)
    return _is_there("Not Found", "s3api", "head-bucket", *query)


def commit(root: Path) -> str:
    """Return the commit of the tree, which must hold all that is in it. Raises DeployError."""
    changes = run("git", "-C", str(root), "status", "--porcelain")
    if changes.returncode:
        raise DeployError(f"the tree is of no git repository: {_last_line(changes.stderr)}")
    if changes.stdout:
        raise DeployError(f"the tree has changes that are in no commit:\n{changes.stdout.rstrip()}")
    return run("git", "-C", str(root), "rev-parse", "--short=12", "HEAD").stdout.strip()


def run(*command: str) -> subprocess.CompletedProcess[str]:
    """Run a program to hear what it says."""
    return subprocess.run(command, capture_output=True, text=True, check=False)


def _is_there(unless: str, *question: str) -> bool:
    done = run("aws", *question, "--output", "json")
    if done.returncode and unless not in done.stderr:
        raise DeployError(f"aws {' '.join(question[:2])}: {_last_line(done.stderr)}")
    return done.returncode == 0


def _last_line(text: str) -> Any:
    return text.strip().rpartition("\n")[2]
