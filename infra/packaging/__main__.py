"""`python -m infra.packaging STAGE` writes build/template.json."""

from __future__ import annotations

import sys

from infra.packaging.errors import PackageError
from infra.packaging.template import ROOT, make, text


def main(stage: str) -> str | None:
    """Write the template and say where; return what went wrong."""
    try:
        template = make(ROOT, stage)
    except PackageError as error:
        return f"package: {error}"
    target = ROOT / "build" / "template.json"
    target.parent.mkdir(exist_ok=True)
    target.write_text(text(template))
    print(f"{target.relative_to(ROOT)}: {len(template['Resources'])} resources of SAM for the stage {stage}")
    return None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
