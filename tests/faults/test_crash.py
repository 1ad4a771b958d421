"""A server that is killed: what was acknowledged before is there after its restart on the same data."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from tests.audit import Told
from tests.faults.service import check_server, service
from tests.support import servers
from tests.support.sale import enter, hold, new_seated, settle

SEATS = 100


@pytest.mark.parametrize("acknowledged_before", [1, 20, 45])
def test_every_confirm_that_was_acknowledged_survives_a_kill(tmp_path: Path, acknowledged_before: int) -> None:
    """With appendfsync always, the server killed in the midst of confirms; one more may be there, none less."""
    acknowledged: list[str] = []
    told: list[Told] = []
    enough = threading.Event()
    server = servers.valkey(data_dir=tmp_path)

    def kill() -> None:
        enough.wait(30)
        server.kill()

    with service(server.port) as api:
        event, seats = new_seated(api, SEATS, max_tickets_per_user=100)
        ada = enter(api, event, "ada")
        tickets = [hold(api, ada, seat) for seat in seats]
        killer = threading.Thread(target=kill)
        killer.start()
        for ticket in tickets:
            answer = settle(api, "confirm", ticket)
            told.append(Told(event, "confirm", "ada", answer.status, answer.json, asked=ticket))
            if answer.status != 200:
                assert answer.status == 503, answer.text
                break
            acknowledged.append(ticket)
            if len(acknowledged) == acknowledged_before:
                enough.set()
        enough.set()
        killer.join()
    assert len(acknowledged) >= acknowledged_before
    with servers.valkey(data_dir=tmp_path) as restarted, service(restarted.port) as api:
        confirmed = {ticket["id"] for ticket in api.get("/tickets/user/ada").json if ticket["status"] == "confirmed"}
        assert set(acknowledged) <= confirmed
        assert len(confirmed) <= len(acknowledged) + 1
        check_server(restarted.port, told)
