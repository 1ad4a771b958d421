"""Plays one pass: a fresh server, the engine of schemathesis until so many cases were sent, then the leak check."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from unittest.mock import patch

import schemathesis
from schemathesis.config import OutputConfig, SanitizationConfig, SchemathesisConfig
from schemathesis.engine import events, from_schema
from schemathesis.engine.recorder import ScenarioRecorder
from schemathesis.hooks import GLOBAL_HOOK_DISPATCHER
from schemathesis.python import wsgi

from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.store import connect
from tests.fuzz import judges
from tests.fuzz.gateway import Client, application
from tests.fuzz.living import LivingSale
from tests.fuzz.moments import draw_from_the_calendar
from tests.fuzz.passes import Pass
from tests.support import servers
from tests.support.api import Api
from tests.support.check import check_everything

PHASES = ("examples", "coverage", "fuzzing", "stateful")
_FOR_EVER_S = 86_400
_ANSWER_S = 4.0


@dataclass
class Report:
    """What a pass met: cases by phase, operations and statuses, and each failure once, with all that replays it."""

    played: Pass
    seed: int
    phases: Counter[str] = field(default_factory=Counter)
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    failures: dict[tuple[str, ...], str] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """How many requests were answered."""
        return self.phases.total()

    @property
    def statuses(self) -> dict[int, int]:
        """How often each status was met."""
        met: Counter[int] = Counter()
        for (_, status), count in self.answers.items():
            met[status] += count
        return dict(sorted(met.items()))

    def operations(self, status_max: int = 599) -> set[str]:
        """Give the operations that were answered with at most this status."""
        return {operation for operation, status in self.answers if status <= status_max}

    def add(self, phase: str, recorder: ScenarioRecorder) -> None:
        """Count what a scenario met."""
        for case_id, met in recorder.interactions.items():
            if met.response is not None:
                self.phases[phase] += 1
                self.answers[recorder.cases[case_id].value.operation.label, met.response.status_code] += 1
        for case_id, checks in recorder.checks.items():
            for check in checks:
                if check.failure_info is not None:
                    self._add_failure(phase, recorder, case_id, check.name, check.failure_info)

    def _add_failure(self, phase: str, recorder: ScenarioRecorder, case_id: str, check: str, info: Any) -> None:
        operation, failure = recorder.cases[case_id].value.operation.label, info.failure
        response = recorder.interactions[case_id].response
        said = f"{response.status_code} {response.text[:1000]}" if response else "no answer"
        steps = [step.curl for step in info.steps] or [info.code_sample]
        told = [f"{check} in {phase}: {operation}: {failure.title}", failure.message, *steps, said]
        self.failures.setdefault((check, operation, failure.title), "\n".join(told))


@dataclass(frozen=True)
class Measure:
    """How much is played: of each phase, and so many ``cases`` in all; without a number every phase once.

    ``examples`` are the cases an operation, and the conversations, in one round of fuzzing and of stateful testing;
    these two go round, each time with others, until all cases were sent.
    """

    cases: int | None = None
    examples: int = 40
    phases: tuple[str, ...] = PHASES


def play(played: Pass, measure: Measure, seed: int) -> Report:
    """Meet the service in one way, and report; the same seed draws the same cases, but for times lent by answers."""
    report = Report(played, seed)
    with servers.valkey() as server:
        settings = replace(played.settings, redis_host="127.0.0.1", redis_port=server.port)
        house = install(Runtime(settings, connect(settings), IdMaker(random.Random(seed).getrandbits)))
        with _before_every_call(LivingSale(played)):
            schema = _schema(played, measure, seed)
            stream = from_schema(schema).execute()
            for event in stream:
                if isinstance(event, events.ScenarioFinished):
                    report.add(event.phase.value, event.recorder)
                elif isinstance(event, events.NonFatalError):
                    report.failures[event.label, event.info.title] = f"{event.label}: {event.info.message}"
                if measure.cases is not None and report.cases >= measure.cases:
                    stream.stop()
        try:
            check_everything(house.store)
        except AssertionError as error:
            report.failures["the leak check",] = f"after all cases: {error}"
        house.store.close()
    return report


def _schema(played: Pass, measure: Measure, seed: int) -> Any:
    seconds_max = None if measure.cases is None else _FOR_EVER_S  # without an end in time nothing goes round
    sanitization = OutputConfig(sanitization=SanitizationConfig(enabled=False))  # nothing here is a secret
    config = SchemathesisConfig(seed=seed, max_time=seconds_max, output=sanitization)
    project = config.projects.default
    project.headers = played.headers(played.asked_by) or None
    draw_from_the_calendar()
    project.generation.update(max_examples=measure.examples, database="none", no_shrink=True)
    project.phases.update(phases=list(measure.phases))
    project.phases.coverage.generate_duplicate_query_parameters = True
    project.checks.update(excluded_check_names=[*judges.UNUSED], max_response_time=_ANSWER_S)
    document = judges.read_document(Api().get("/openapi.json").text, played.unread)
    schema = schemathesis.openapi.from_dict(document, config=config)
    schema.app = application
    schema.hook(judges.filter_failure)
    return schema


@contextmanager
def _before_every_call(living: LivingSale) -> Iterator[None]:
    hook = living.before_call  # one object: it is found again by its identity
    GLOBAL_HOOK_DISPATCHER.register_hook_with_name(hook, "before_call")
    try:
        with patch.object(wsgi, "get_client", Client):
            yield
    finally:
        GLOBAL_HOOK_DISPATCHER.unregister(hook)
