"""Functions as images: of what Chalice says of a function only its handler and its schedules are kept."""

from __future__ import annotations

from typing import Any

_FUNCTION = "AWS::Serverless::Function"


def as_images(template: dict[str, Any]) -> None:
    """Make each function of the template one of the image, in place; what runs it stands in infra/template."""
    for function in functions(template).values():
        said = function["Properties"]
        function["Properties"] = {
            "PackageType": "Image",
            "ImageUri": {"Ref": "ImageUri"},
            "ImageConfig": {"Command": [said["Handler"]]},
        } | ({"Events": said["Events"]} if "Events" in said else {})


def functions(template: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the functions of a template by their logical ids."""
    return {name: made for name, made in template["Resources"].items() if made.get("Type") == _FUNCTION}


def schedules(template: dict[str, Any]) -> dict[str, str]:
    """Return the scheduled functions by their logical ids, each with the id of its schedule event."""
    return {
        name: event
        for name, function in functions(template).items()
        for event, said in function["Properties"].get("Events", {}).items()
        if said["Type"] == "Schedule"
    }
