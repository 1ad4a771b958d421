"""Break each rule in a copy of the tree and see whether the suite notices: ``python -m tests.sabotage [WORD ...]``.

With words only the sabotages whose names contain one of them. Exits 0 when at least 95 % were caught, no sabotage broke
more than its rule, and the tests that caught them pass on the unharmed tree: else their failing would mean nothing.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from tests.sabotage.planted import PLANTED
from tests.sabotage.trial import QUICK, Verdict, copy_of_the_project, first_failure, trial

AT_ONCE = 2
CAUGHT_MIN = 0.95


def main(words: Sequence[str]) -> int:
    """Try every sabotage whose name has one of the words, say how each ended, and give the exit status."""
    chosen = [each for each in PLANTED if not words or any(word in each.name for word in words)]
    started, verdicts = time.monotonic(), list[Verdict]()
    with copy_of_the_project() as unharmed:
        if not _passes(unharmed, QUICK):
            _say("The quick tests fail on the unharmed tree: nothing that fails now would mean anything.")
            return 2
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for done in as_completed([pool.submit(trial, each, unharmed) for each in chosen]):
                verdicts.append(done.result())
                _report(verdicts[-1], f"{len(verdicts)}/{len(chosen)}")
        caught = [verdict for verdict in verdicts if verdict.outcome == "caught"]
        is_honest = not caught or _passes(unharmed, sorted({verdict.test for verdict in caught}))
    for verdict in verdicts:
        if verdict.outcome != "caught":
            _say(f"{verdict.outcome.upper()}: {verdict.sabotage.name}")
    if not is_honest:
        _say("Some of the tests that caught a sabotage fail on the unharmed tree too.")
    minutes = (time.monotonic() - started) / 60
    _say(f"{len(caught)} of {len(verdicts)} sabotages were caught, in {minutes:.0f} minutes.")
    is_broken = any(verdict.outcome == "broken" for verdict in verdicts)
    return 0 if is_honest and not is_broken and len(caught) >= CAUGHT_MIN * len(verdicts) else 1


def _passes(unharmed: Path, targets: Sequence[str]) -> bool:
    failure = first_failure(unharmed, targets, is_doubted=True)
    if failure:
        _say(": ".join(failure))
    return failure is None


def _report(verdict: Verdict, count: str) -> None:
    _say(f"{count:>7}  {verdict.outcome:8} {verdict.seconds:5.0f} s  {verdict.sabotage.name}")
    _say(f"{'':26}{verdict.test or verdict.sabotage.harm}{': ' if verdict.words else ''}{verdict.words[:120]}")


def _say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a runner talks


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
