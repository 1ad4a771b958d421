"""1,600 people at one door: real connections to `chalice local`, all open at once."""

from __future__ import annotations

import asyncio
import json
from collections import Counter
from pathlib import Path

from tests.faults.service import check_server
from tests.infra.running import Run, free_port
from tests.support import servers

PEOPLE = 1_600


async def _join(port: int, event: str, user: str, everybody: asyncio.Barrier) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    await everybody.wait()  # nobody asks before all are connected
    body = json.dumps({"event_id": event, "user_id": user})
    head = (
        f"POST /api/v1/queue/join HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(body)}"
    )
    writer.write(f"{head}\r\nConnection: close\r\n\r\n{body}".encode())
    status = int((await reader.readline()).split()[1])
    await reader.read()
    writer.close()
    return status


async def _stampede(port: int, event: str) -> list[int]:
    everybody = asyncio.Barrier(PEOPLE)
    return await asyncio.gather(*(_join(port, event, f"user-{n}", everybody) for n in range(PEOPLE)))


def test_1600_joins_at_once_all_get_a_place(tmp_path: Path) -> None:
    """Each is a 201; one is active, and 1,599 wait in a queue without a gap."""
    server = servers.valkey(data_dir=tmp_path / "redis")
    with server, Run(tmp_path, free_port(), REDIS_ADDR=f"127.0.0.1:{server.port}").up() as run:
        wish = {
            "name": "Stampede",
            "start_time": "2090-01-01T00:00:00Z",
            "end_time": "2090-01-02T00:00:00Z",
            "total_tickets": 1,
        }
        event = run.call("POST", "/api/v1/events", wish)[1]["id"]
        assert Counter(asyncio.run(_stampede(run.port, event))) == {201: PEOPLE}
        assert run.call("GET", f"/api/v1/queue/length/{event}")[1]["length"] == PEOPLE - 1
        check_server(server.port)
