"""The composition root: the Chalice app, its routes and middleware, the scheduled functions; no logic."""

from __future__ import annotations

import gc

gc.disable()  # until the end of this file: a tenth of a cold start went into looking for garbage in what imports make

import time
from typing import Any

from chalice.app import Chalice, CloudWatchEvent, CORSConfig

from chalicelib import settings
from chalicelib.archive import service as archiving
from chalicelib.auditor.routes import routes as auditor_routes
from chalicelib.events.desk_routes import routes as my_event_routes
from chalicelib.events.routes import routes as event_routes
from chalicelib.http import guests, health, openapi, problem, route, telemetry
from chalicelib.outbox import service as publishing
from chalicelib.pages.routes import routes as page_routes
from chalicelib.queue import drain as draining
from chalicelib.queue.room_routes import routes as room_routes
from chalicelib.queue.routes import routes as queue_routes
from chalicelib.queue.wellknown_routes import routes as wellknown_routes
from chalicelib.runtime import runtime
from chalicelib.tickets.desk_routes import routes as event_ticket_routes
from chalicelib.tickets.routes import routes as ticket_routes

_settings = settings.Settings.from_environ()
if _settings.aws_chalice_cli_mode:
    from chalicelib.http import devserver

    devserver.patch()

app = Chalice("ticketing", configure_logs=False)
app.log = telemetry.logger  # type: ignore[assignment]  # it has the methods that Chalice calls, and writes JSON
if _settings.cors_origin:
    app.api.cors = CORSConfig(
        allow_origin=_settings.cors_origin,
        allow_headers=["Authorization", "Content-Type", "Idempotency-Key", "If-None-Match"],
        expose_headers=["ETag", "Link", "Location", "Retry-After", "Idempotent-Replayed"],
        max_age=600,
    )

_slices = (
    *(event_routes, my_event_routes, queue_routes, room_routes, ticket_routes, event_ticket_routes),
    *(wellknown_routes, auditor_routes),
)
table = route.Routes(row for part in (*_slices, guests.routes, health.routes) for row in part)
table.append(openapi.route_for(table))

app.register_middleware(telemetry.observe, "all")
_headers = problem.SECURITY_HEADERS | ({} if _settings.auth_mode == "open" else problem.STRICT_TRANSPORT)
route.serve(app, route.Routes([*table, *page_routes]), _headers)


@app.schedule("rate(1 minute)")
def drain(event: CloudWatchEvent) -> dict[str, Any]:
    """Move every event on: ticks of about a second, until the next run is due or nothing is pending."""
    telemetry.note_route("schedule", "drain")
    context: Any = event.context
    report = draining.drain(runtime(), context.get_remaining_time_in_millis, time, telemetry.logger.warning)
    _count(report.metrics)
    return {"ticks": report.ticks, "activations": report.activations, "holds_ended": report.holds_ended}


@app.schedule("rate(1 minute)")
def publish(event: CloudWatchEvent) -> dict[str, Any]:
    """Tell EVENT_BUS what happened in every event; without one nothing is done."""
    telemetry.note_route("schedule", "publish")
    house = runtime()
    if not house.settings.event_bus:
        return {"published": 0}
    from chalicelib.outbox.bus import EventBridge  # noqa: PLC0415 - it brings boto3, which nothing else here wants

    context: Any = event.context
    bus = EventBridge(house.settings.event_bus)
    report = publishing.publish(house, bus, context.get_remaining_time_in_millis, time, telemetry.logger.warning)
    _count(report.metrics)
    report.check()
    return {"ticks": report.ticks, "published": report.published}


@app.schedule("rate(1 hour)")
def archive(event: CloudWatchEvent) -> dict[str, Any]:
    """Write events that were over long ago to the bucket, and remove them; without RETENTION_DAYS nothing happens."""
    telemetry.note_route("schedule", "archive")
    house = runtime()
    if not house.settings.retention_days:
        return {"archived": 0}
    from chalicelib.archive.bucket import Bucket  # noqa: PLC0415 - boto3 would cost every cold start 200 ms

    context: Any = event.context
    bucket = Bucket(house.settings.archive_bucket)
    report = archiving.archive(house, bucket, context.get_remaining_time_in_millis, telemetry.logger.warning)
    _count(report.metrics)
    report.check()
    return {"archived": report.archived}


def _count(metrics: dict[str, int]) -> None:
    for name, amount in metrics.items():
        telemetry.count(name, amount)


# What is here now stays as long as the process: no collection, of which a warm process has many, need look at it again.
gc.freeze()
gc.enable()
