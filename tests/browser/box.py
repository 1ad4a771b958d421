"""What happens behind the scenes of a browser test, through the API: the organiser's work, and other people's."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from infra import issue
from tests.infra.running import Run

V1 = "/api/v1"
_SEATS_PER_REQUEST = 5_000
Row = tuple[int, int, int]
"""How many rows a section has, how many seats a row, and the price of each in minor units."""


@dataclass(frozen=True)
class Box:
    """The box office of a running shop; with ``token`` it acts as an organiser who has one."""

    run: Run
    token: str = ""

    @property
    def base_url(self) -> str:
        """Where browsers find the shop."""
        return f"http://localhost:{self.run.port}"

    def call(self, method: str, path: str, body: object = None, token: str = "") -> Any:
        """Send a request that must succeed, and give the JSON of its answer."""
        status, said = self.run.call(method, V1 + path, body, token or self.token)
        assert status < 300, (status, said)
        return said

    def event(self, **fields: Any) -> dict[str, Any]:
        """Create an event a year ahead; ``fields`` are those of the API."""
        start = datetime.now(UTC) + timedelta(days=365)
        usual = {
            "name": f"Night {secrets.token_hex(3)}",
            "venue": "Main Arena",
            "total_tickets": 50,
            "start_time": start.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "end_time": (start + timedelta(hours=3)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        }
        made: dict[str, Any] = self.call("POST", "/events", usual | fields)["event"]
        return made

    def seated(self, sections: dict[str, Row], **fields: Any) -> dict[str, Any]:
        """Create an event with seats: ``{"Stalls": (10, 20, 7500)}`` has 200 of them, rows A, B ..., seats 1, 2 ...."""
        seats = [
            {"section": name, "row": _letters(row), "number": str(number), "price": price}
            for name, (rows, per_row, price) in sections.items()
            for row in range(rows)
            for number in range(1, per_row + 1)
        ]
        made = self.event(is_seated_event=True, **{"total_tickets": len(seats)} | fields)
        for start in range(0, len(seats), _SEATS_PER_REQUEST):
            page = {"seats": seats[start : start + _SEATS_PER_REQUEST]}
            self.call("POST", f"/events/{made['id']}/seats", page)
        return made

    def admission(self, event: dict[str, Any], **change: Any) -> None:
        """Change how people are admitted: mode, message, places, rate."""
        self.call("POST", f"/events/{event['id']}/admission", change)

    def join(self, event: dict[str, Any], user_id: str) -> str:
        """Have somebody else join the queue; gives their session."""
        joined = self.call("POST", "/queue/join", {"event_id": event["id"], "user_id": user_id})
        return str(joined["session_id"])

    def hold(self, event: dict[str, Any], user_id: str, **what: Any) -> dict[str, Any]:
        """Have somebody else join, and hold ``seat_ids`` or a ``quantity`` of an event that lets them in."""
        session_id = self.join(event, user_id)
        order = {"event_id": event["id"], "user_id": user_id, "session_id": session_id}
        held: dict[str, Any] = self.call("POST", "/orders", order | what)
        return held

    def seats(self, event: dict[str, Any]) -> list[dict[str, Any]]:
        """List the seats that are available."""
        found: list[dict[str, Any]] = self.call("GET", f"/events/{event['id']}/seats/available")
        return found


def organiser_token(run: Run, sub: str = "desk") -> str:
    """Sign an organiser's token with the keys that a run made."""
    keys = json.loads((run.data_dir / "keys.json").read_text())
    return issue.token({**keys, "AUTH_MODE": "jwt", "ROLE": "organiser", "SUB": sub})


def _letters(index: int) -> str:
    return chr(ord("A") + index) if index < 26 else _letters(index // 26 - 1) + _letters(index % 26)
