"""`make deploy` says what it will run, runs that and nothing else, and does nothing where something is amiss."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra import deploy
from infra.packaging.template import ROOT, text
from tests.infra.packaged import packaged
from tests.infra.standins import StandIns, unknown_options

_ACCOUNT = "123456789012"
_REGISTRY = f"{_ACCOUNT}.dkr.ecr.eu-central-1.amazonaws.com"
_BUCKET = f"ticketing-deploy-{_ACCOUNT}-eu-central-1"
_NO_REPOSITORY = (["aws", "ecr", "describe-repositories"], 254, "", "An error occurred (RepositoryNotFoundException)")
_NO_IMAGE = (["aws", "ecr", "describe-images"], 254, "", "An error occurred (ImageNotFoundException)")
_NO_BUCKET = (["aws", "s3api", "head-bucket"], 254, "", "An error occurred (404) ... HeadBucket operation: Not Found")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A tree with nothing to commit, and the template that `make package` wrote for prod."""
    root = tmp_path / "tree"
    shutil.copytree(ROOT / "infra" / "stages", root / "infra" / "stages")
    (root / ".gitignore").write_text("build/\n")
    (root / "build").mkdir()
    (root / "build" / "template.json").write_text(text(packaged()))
    for command in (
        ["init"],
        ["add", "--all"],
        ["-c", "user.name=a", "-c", "user.email=a@b.c", "commit", "--message=all"],
    ):
        subprocess.run(["git", "-C", root, *command], check=True, capture_output=True)
    return root


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StandIns:
    """An account with nothing of ours in it."""
    programs = StandIns(tmp_path / "bin", "aws", "docker", "make")
    identity = {"Account": _ACCOUNT, "Arn": f"arn:aws:iam::{_ACCOUNT}:user/ada"}
    programs.answer(["aws", "sts", "get-caller-identity"], 0, json.dumps(identity))
    programs.answer(["aws", "ecr", "get-login-password"], 0, "a password")
    for answer in (_NO_REPOSITORY, _NO_IMAGE, _NO_BUCKET):
        programs.answer(*answer)
    git = Path(shutil.which("git") or "").parent
    monkeypatch.setenv("PATH", f"{programs.folder}:{git}")
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    return programs


def _commit(tree: Path) -> str:
    done = subprocess.run(
        ["git", "-C", tree, "rev-parse", "--short=12", "HEAD"], check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


def _changing(calls: list[list[str]]) -> list[str]:
    """Return the calls that change something, by their first words."""
    asking = {"describe-images", "describe-repositories", "head-bucket", "sts", "get", "describe-stacks", "info"}
    return [" ".join(call[:3] if call[0] == "aws" else call[:2]) for call in calls if not asking & set(call[:3])]


def test_the_first_deployment_makes_what_is_missing_in_this_order(tree: Path, programs: StandIns) -> None:
    """The image is there before the stack that names it, and the bucket before what is put in it."""
    assert deploy.main({"STAGE": "prod", "YES": "1"}, tree) is None
    image = f"{_REGISTRY}/ticketing:{_commit(tree)}"
    assert _changing(programs.calls()) == [
        "aws ecr create-repository",
        "make image",
        "aws ecr get-login-password",
        "docker login",
        "docker push",
        "aws s3api create-bucket",
        "aws s3api put-public-access-block",
        "aws cloudformation deploy",
    ]
    assert ["make", "image", f"TAG={image}"] in programs.calls()
    assert ["docker", "push", image] in programs.calls()
    (deployed,) = (call for call in programs.calls() if call[1:3] == ["cloudformation", "deploy"])
    said = " ".join(deployed)
    assert "--stack-name ticketing-prod --template-file build/template.json" in said
    assert f"--s3-bucket {_BUCKET} --s3-prefix ticketing-prod" in said
    assert "--capabilities CAPABILITY_IAM CAPABILITY_AUTO_EXPAND" in said
    assert f"--parameter-overrides ImageUri={image} LogRetentionDays=90" in said


def test_what_is_there_is_not_made_again(tree: Path, programs: StandIns) -> None:
    """A commit whose image was pushed is deployed from it: a tag never changes what it is."""
    for words, *_ in (_NO_REPOSITORY, _NO_IMAGE, _NO_BUCKET):
        programs.answer(words, 0, "{}")
    assert deploy.main({"STAGE": "prod", "YES": "1"}, tree) is None
    assert _changing(programs.calls()) == ["aws cloudformation deploy"]


def test_an_earlier_image_is_a_rollback(tree: Path, programs: StandIns) -> None:
    """It is deployed and nothing is built; one that is not there is refused."""
    assert "there is no image" in str(deploy.main({"STAGE": "prod", "YES": "1", "IMAGE_TAG": "0123456789ab"}, tree))
    assert _changing(programs.calls()) == []
    for words, *_ in (_NO_REPOSITORY, _NO_IMAGE, _NO_BUCKET):
        programs.answer(words, 0, "{}")
    assert deploy.main({"STAGE": "prod", "YES": "1", "IMAGE_TAG": "0123456789ab"}, tree) is None
    assert _changing(programs.calls()) == ["aws cloudformation deploy"]
    assert f"ImageUri={_REGISTRY}/ticketing:0123456789ab" in programs.calls()[-2]


def test_what_is_run_is_what_was_said(tree: Path, programs: StandIns, capsys: pytest.CaptureFixture[str]) -> None:
    """Word for word; DRY=1 stops there."""
    assert deploy.main({"STAGE": "prod", "DRY": "1"}, tree) is None
    assert _changing(programs.calls()) == []
    said = [line.strip() for line in capsys.readouterr().out.splitlines() if line.startswith("  ")]
    asked = len(programs.calls())
    assert deploy.main({"STAGE": "prod", "YES": "1"}, tree) is None
    ran = [shlex.join(call) for call in programs.calls()[2 * asked :]]
    assert " | ".join(said).split(" | ") == ran


@pytest.mark.parametrize("answer", ["n\n", "\n", ""])
def test_without_a_yes_nothing_is_done(
    tree: Path, programs: StandIns, answer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Silence is none."""
    lines: Iterator[str] = iter(answer.splitlines())

    def asked(_: str) -> str:
        try:
            return next(lines)
        except StopIteration:
            raise EOFError from None

    monkeypatch.setattr("builtins.input", asked)
    assert deploy.main({"STAGE": "prod"}, tree) == "deploy: nothing was done"
    assert _changing(programs.calls()) == []


def test_a_step_that_fails_is_the_last(tree: Path, programs: StandIns) -> None:
    """What comes after it counts on it."""
    programs.answer(["docker", "login"], 1)
    said = deploy.main({"STAGE": "prod", "YES": "1"}, tree)
    assert said is not None
    assert said.startswith("deploy: docker login --username AWS --password-stdin")
    assert _changing(programs.calls())[-1] == "docker login"


def test_parameters_of_the_command_line_win(tree: Path, programs: StandIns) -> None:
    """Over those of the stage; one with a space in it is quoted as in a shell."""
    environ = {"STAGE": "prod", "YES": "1", "PARAMETERS": "LogRetentionDays=7 CorsOrigin=https://shop.example"}
    assert deploy.main(environ, tree) is None
    said = next(call for call in programs.calls() if call[1:3] == ["cloudformation", "deploy"])
    assert said[-2:] == ["CorsOrigin=https://shop.example", "LogRetentionDays=7"]


@pytest.mark.parametrize(
    ("environ", "words"),
    [
        ({"STAGE": ""}, "say STAGE="),
        ({"STAGE": "dev"}, "say STAGE="),
        ({"PARAMETERS": "CorsOrigin"}, "PARAMETERS are Name=value, not 'CorsOrigin'"),
        ({"PARAMETERS": "CorsOrigins=x"}, "CorsOrigins is no parameter that can be given"),
        ({"PARAMETERS": "ImageUri=x"}, "ImageUri is no parameter that can be given"),
        ({"PARAMETERS": "CorsOrigin=*"}, "CorsOrigin must be empty, or https:// and a host, without a path, not '*'"),
        ({"PARAMETERS": "LogRetentionDays=2"}, "LogRetentionDays must be one of 1, 3, 5"),
        ({"PARAMETERS": "ThrottleRate=many"}, "ThrottleRate must be a number, not 'many'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    tree: Path, programs: StandIns, environ: dict[str, str], words: str
) -> None:
    """In words that say what could be."""
    assert words in str(deploy.main({"STAGE": "prod", "YES": "1"} | environ, tree))
    assert programs.calls() == []


def test_a_required_parameter_that_nobody_gives_is_named(tree: Path, programs: StandIns) -> None:
    """With what it is."""
    template = packaged()
    del template["Parameters"]["CorsOrigin"]["Default"]
    (tree / "build" / "template.json").write_text(text(template))
    said = deploy.main({"STAGE": "prod", "YES": "1"}, tree)
    assert said == f"deploy: CorsOrigin must be given: {template['Parameters']['CorsOrigin']['Description']}"
    assert programs.calls() == []


def test_what_is_in_no_commit_is_not_deployed(tree: Path, programs: StandIns) -> None:
    """Nobody could say later what ran."""
    (tree / "more.py").touch()
    assert "changes that are in no commit:\n?? more.py" in str(deploy.main({"STAGE": "prod", "YES": "1"}, tree))
    assert programs.calls() == []


def test_without_credentials_or_programs_it_says_what_is_missing(
    tree: Path, programs: StandIns, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One line each."""
    environ = {"STAGE": "prod", "YES": "1"}
    (programs.folder / "docker").unlink()
    monkeypatch.setenv("PATH", f"{programs.folder}:{_only_git(tree)}")
    assert str(deploy.main(environ, tree)).startswith(
        "deploy: no engine to build with: none of docker, podman, buildah"
    )
    programs.answer(["aws", "ecr", "describe-repositories"], 254, "", "\nAccess denied\n")
    assert deploy.main(environ, tree) == "deploy: aws ecr describe-repositories: Access denied"
    programs.answer(["aws", "sts"], 253, "", "Unable to locate credentials\n")
    assert deploy.main(environ, tree) == "deploy: AWS takes no credentials of this shell: Unable to locate credentials"
    monkeypatch.delenv("AWS_REGION")
    assert str(deploy.main(environ, tree)).startswith("deploy: no region is set")
    (programs.folder / "aws").unlink()
    assert str(deploy.main(environ, tree)).startswith("deploy: there is no aws on PATH")
    assert _changing(programs.calls()) == []


def test_each_call_is_one_that_the_aws_cli_knows(tree: Path, programs: StandIns) -> None:
    """Its operations and options are those of the service's own description, which boto3 has too."""
    assert deploy.main({"STAGE": "prod", "YES": "1"}, tree) is None
    calls = [call[1:] for call in programs.calls() if call[0] == "aws"]
    assert [unknown for call in calls for unknown in unknown_options(*call)] == []
    assert list(unknown_options("s3api", "create-bucket", "--buckets", "a")) == ["s3api create-bucket --buckets"]


def _only_git(tree: Path) -> Path:
    folder = tree.parent / "git"
    folder.mkdir()
    (folder / "git").symlink_to(shutil.which("git") or "")
    return folder
