"""One log line a request and the metrics of the sale, in one place for every handler.

Nothing written here names a person, a session or a raw path: session ids stand in paths, so the pattern is logged.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from aws_lambda_powertools import Logger, Metrics, single_metric
from aws_lambda_powertools.metrics import MetricUnit

from chalicelib import runtime as runtimes
from chalicelib.settings import Settings

SERVICE = "ticketing"
NAMESPACE = Settings.from_environ().metrics_namespace
logger = Logger(service=SERVICE)
metrics = Metrics(namespace=NAMESPACE, service=SERVICE)


@dataclass
class _Notes(threading.local):
    """What the handlers of this thread have said about the present request."""

    route: str = ""
    code: str = ""
    counts: dict[str, float] = field(default_factory=dict)


_notes = _Notes()
_writing = threading.Lock()  # the metrics of Powertools are one object for all threads of `chalice local`


def note_route(method: str, path: str) -> None:
    """Say which route the request took."""
    _notes.route = f"{method} {path}"


def note_refusal(code: str) -> None:
    """Say that the request was refused, and with which word."""
    _notes.code = code


def note_bug() -> None:
    """Log the exception being handled with its traceback; the caller sees none of it."""
    _notes.code = "internal_error"
    logger.error("bug", route=_notes.route, exc_info=True)  # noqa: LOG014 - called while one is handled


def count(name: str, amount: float = 1) -> None:
    """Count something that happened in the sale; written when the request ends."""
    _notes.counts[name] = _notes.counts.get(name, 0) + amount


def observe(event: Any, get_response: Callable[[Any], Any]) -> Any:
    """Wrap every handler, of a request or a schedule: log one line, write what was counted."""
    meter = runtimes.installed_meter()
    if meter:
        meter.reset()
    _notes.route, _notes.code, _notes.counts = "", "", {}
    started = time.perf_counter()
    said: dict[str, Any] = {"outcome": "raised"}
    try:
        response = get_response(event)
        said = {"status": response.status_code} if hasattr(response, "status_code") else {"outcome": "done"}
    finally:
        meter = meter or runtimes.installed_meter()
        if _notes.code:
            said["code"] = _notes.code
        logger.info(
            "request",
            route=_notes.route or type(event).__name__,
            **said,
            duration_ms=round((time.perf_counter() - started) * 1000, 2),
            redis_ms=round(meter.spent_ms, 2) if meter else 0,
            redis_trips=meter.trips if meter else 0,
            request_id=_request_id(event),
        )
        _write_metrics()
    return response


def _write_metrics() -> None:
    if _notes.code:
        with _writing, single_metric(name="refusals", unit=MetricUnit.Count, value=1, namespace=NAMESPACE) as metric:
            metric.add_dimension(name="code", value=_notes.code)
    with _writing:
        for name, amount in _notes.counts.items():
            metrics.add_metric(name, MetricUnit.Milliseconds if name.endswith("_ms") else MetricUnit.Count, amount)
        if _notes.counts:
            metrics.flush_metrics()
            metrics.clear_metrics()  # flushing clears nothing while metrics are disabled, and a hundred left over raise


def _request_id(event: Any) -> str:
    context = getattr(event, "lambda_context", None) or getattr(event, "context", None)
    return str(getattr(context, "aws_request_id", "unknown"))
