"""Reads a SAM template and writes what CloudFormation makes of it; run by the Python of .venv/package.

It stands alone: there the translator is installed, and nothing of the service.
"""

from __future__ import annotations

import json
import os
import sys

REGION = "eu-central-1"
"""Any: what the template makes is the same in all regions of a partition."""


class _NoManagedPolicies:
    """Stands for the list of AWS's own policies, which the translator would fetch to know them by their short names."""

    def load(self) -> dict[str, str]:
        return {}


def main() -> str | None:
    """Translate what comes in; return what is wrong with it, one line each."""
    os.environ["AWS_DEFAULT_REGION"] = REGION
    from samtranslator.model.exceptions import InvalidDocumentException  # noqa: PLC0415 - boto3 reads the region first
    from samtranslator.translator.transform import transform  # noqa: PLC0415

    try:
        translated = transform(json.load(sys.stdin), {}, _NoManagedPolicies())
    except InvalidDocumentException as error:
        return "\n".join(cause.message for cause in error.causes)
    json.dump(translated, sys.stdout, sort_keys=True)
    return None


if __name__ == "__main__":
    sys.exit(main())
