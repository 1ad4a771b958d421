"""`make package` makes the same template everywhere, of the code alone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from infra.packaging.chalice_part import chalice_template
from infra.packaging.errors import PackageError
from infra.packaging.functions import functions
from infra.packaging.gateway import ALLOWED_ORIGIN
from infra.packaging.moto_view import created
from infra.packaging.stages import parameters
from infra.packaging.template import ROOT, make, text
from tests.infra.packaged import packaged, translated

_STAGES = json.loads((ROOT / ".chalice" / "config.json").read_text())["stages"]
_PRINT = "from infra.packaging.template import *; print(text(make(ROOT, 'prod')), end='')"


@pytest.mark.parametrize("stage", _STAGES)
def test_each_stage_can_be_packaged(stage: str) -> None:
    """And differs from the others in its name alone: all else is said by parameters."""
    template = packaged(stage)
    assert template["Parameters"]["Stage"].pop("Default") == stage
    other = packaged("prod")
    del other["Parameters"]["Stage"]["Default"]
    assert template == other


@pytest.mark.parametrize("stage", _STAGES)
def test_each_stage_gives_parameters_that_the_template_takes(stage: str) -> None:
    """By their names and within their bounds; a template made for it can be created with them."""
    with created(translated(stage), **parameters(ROOT, packaged(stage))) as made:
        assert {"RestAPI", "APIHandler", "Drain"} <= made.ids.keys()


def test_a_stage_that_is_not_configured_is_refused() -> None:
    """By the names of those that are."""
    with pytest.raises(PackageError, match="STAGE must be one of dev, prod, not 'test'"):
        make(ROOT, "test")


@pytest.mark.parametrize("seed", ["1", "2"])
def test_the_same_code_gives_the_same_bytes(seed: str, tmp_path: Path) -> None:
    """Whatever the order of sets, the folder of home, and the credentials and settings of the shell."""
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONHASHSEED": seed,
        "AWS_DEFAULT_REGION": "ap-southeast-2",
        "AWS_PROFILE": "nobody",
        "AUTH_MODE": "jwt",
        "AUTH_KEYS": "k" * 32,
        "CORS_ORIGIN": "https://somewhere.example",
        "REDIS_ADDR": "somewhere.example:1",
    }
    done = subprocess.run(
        [sys.executable, "-c", _PRINT], cwd=ROOT, env=environ, capture_output=True, text=True, check=True
    )
    assert done.stdout == text(packaged())


def test_packaging_leaves_nothing_in_the_tree() -> None:
    """Chalice would keep its packages there; they are made for a zip file, and there is none."""
    before = sorted(ROOT.glob(".chalice/**/*"))
    chalice_template(ROOT, "prod")
    assert sorted(ROOT.glob(".chalice/**/*")) == before


def test_what_chalice_says_against_app_py_is_passed_on(tmp_path: Path) -> None:
    """Such as a mistake in it."""
    (tmp_path / "chalicelib").mkdir()
    (tmp_path / ".chalice").mkdir()
    (tmp_path / ".chalice" / "config.json").write_text(json.dumps({"app_name": "x", "stages": {"prod": {}}}))
    (tmp_path / "app.py").write_text("import nowhere\n")
    with pytest.raises(PackageError, match="No module named 'nowhere'"):
        chalice_template(tmp_path, "prod")


def test_nothing_of_a_zip_file_or_of_chalices_own_role_is_left() -> None:
    """One image, and its command, are all that a function runs; its role is one of ours."""
    for name, function in functions(packaged()).items():
        said = function["Properties"]
        assert not {"Runtime", "Handler", "CodeUri", "Layers"} & said.keys()
        assert said["Role"] == {"Fn::GetAtt": [f"{name}Role", "Arn"]}
        assert said["ImageUri"] == {"Ref": "ImageUri"}
        assert packaged()["Resources"][f"{name}Role"]["Type"] == "AWS::IAM::Role"


def test_every_preflight_gives_the_origin_of_the_parameter() -> None:
    """The origin that Chalice was told stands nowhere: it is put in its place by CloudFormation."""
    paths = packaged()["Resources"]["RestAPI"]["Properties"]["DefinitionBody"]["paths"]
    for path, methods in paths.items():
        default = methods["options"]["x-amazon-apigateway-integration"]["responses"]["default"]
        assert default["responseParameters"]["method.response.header.Access-Control-Allow-Origin"] == ALLOWED_ORIGIN, (
            path
        )
    assert ".invalid" not in text(packaged())


def test_every_parameter_stands_in_one_group_of_the_console() -> None:
    """Under the name of the file that says it."""
    template = packaged()
    groups = template["Metadata"]["AWS::CloudFormation::Interface"]["ParameterGroups"]
    grouped = [name for group in groups for name in group["Parameters"]]
    assert sorted(grouped) == sorted(template["Parameters"])
    assert {"Label": {"default": "Functions"}, "Parameters": ["Stage", "ImageUri", "LogRetentionDays"]} in groups
