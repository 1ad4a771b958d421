"""`python -m infra.packaging.check` checks build/template.json in every way there is without AWS."""

from __future__ import annotations

import json
import sys
import warnings
from collections import Counter
from collections.abc import Iterator
from typing import Any

from infra.packaging import moto_checks, rules, rules_access, rules_edge
from infra.packaging.errors import PackageError
from infra.packaging.lint import lint, translate
from infra.packaging.moto_view import Made, created
from infra.packaging.stages import parameters
from infra.packaging.template import ROOT

RULES = (
    rules.functions_are_of_the_image,
    rules.scheduled_functions_run_once_at_a_time,
    rules.variables_are_known_and_secrets_are_references,
    rules.logs_are_kept_for_a_time,
    rules.access_logs_tell_nothing_of_people,
    rules.parameters_are_described,
    rules.template_is_small_enough,
    rules_access.roles_of_functions_name_what_they_may,
    rules_access.policies_let_in_nobody_unknown,
    rules_access.buckets_are_private,
    rules_access.queues_are_encrypted,
    rules_access.nothing_is_open_to_the_internet,
    rules_edge.apis_are_behind_a_firewall,
    rules_edge.caches_know_nobody,
    rules_edge.alarms_tell_somebody,
)


def findings(template: dict[str, Any]) -> Iterator[str]:
    """Say step by step what is checked; return what is wrong, a line each."""
    print(f"cfn-lint: the template of {len(template['Resources'])} resources")
    yield from lint(template)
    try:
        translated = translate(template)
    except PackageError as error:
        yield str(error)
        return
    print(f"SAM: translated into {len(translated['Resources'])} resources of CloudFormation; cfn-lint: those")
    yield from lint(translated)
    print(f"rules of our own: {len(RULES)}")
    for rule in RULES:
        yield from rule(translated)
    try:
        said = parameters(ROOT, template)
    except PackageError as error:
        yield str(error)
        return
    with created(translated, **said) as made:
        _say(made)
        for check in moto_checks.CHECKS:
            yield from check(made)


def _say(made: Made) -> None:
    kinds = Counter(made.resources[name]["Type"] for name in [*made.ids, *made.by_hand])
    print(f"moto: {kinds.total()} resources: " + ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items())))
    print(f"  of these by calls of our own, for moto's CloudFormation cannot: {', '.join(sorted(made.by_hand))}")
    left_out = sorted({made.resources[name]["Type"] for name in made.left_out})
    print(f"  left out, for moto has none: {', '.join(left_out) or 'nothing'}")


def main() -> str | None:
    """Check the template that `make package` wrote; return what went wrong."""
    warnings.simplefilter("ignore", DeprecationWarning)  # botocore still uses what Python has deprecated
    found = list(findings(json.loads((ROOT / "build" / "template.json").read_text())))
    if found:
        return "\n".join([f"package-check: {len(found)} findings", *found])
    print("package-check: nothing found")
    return None


if __name__ == "__main__":
    sys.exit(main())
