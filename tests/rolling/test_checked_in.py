"""Tickets that this release lets in with, as the previous one meets them: it knows nothing of doors."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from chalicelib.settings import Settings
from chalicelib.store import connect
from tests.audit import assert_audited
from tests.rolling.fleet import Fleet
from tests.rolling.release import THIS, previous
from tests.support import servers
from tests.support.auditing import named
from tests.support.people import TICKET_KEY
from tests.support.sale import check_in, confirmed, enter, new_event, settle


def test_the_previous_release_lives_with_a_ticket_that_was_checked_in(tmp_path: Path) -> None:
    """It sold it, this one lets in with it; it reads it, confirms it again and counts the event as before."""
    older = previous(tmp_path)
    with servers.valkey() as server, Fleet(server.port, (older, THIS), "door", TICKET_KEYS=TICKET_KEY) as fleet:
        before, now = fleet.of(older), fleet.of(THIS)
        ada = enter(before, new_event(before), "ada")
        name = confirmed(before, ada)["id"]
        ticket = check_in(now, now.get(f"/tickets/{name}").json).json["ticket"]
        assert ticket["checked_in_at"]
        known = before.get(f"/tickets/{name}").json
        assert known == {field: ticket[field] for field in known}
        assert [settle(before, "confirm", name).json["ticket"]] == before.get("/tickets/user/ada").json == [known]
        assert now.get(f"/tickets/{name}").json == ticket
        for release in (before, now):
            assert named(release.get(f"/events/{ada.event}/integrity").json) == []
        with closing(connect(Settings(redis_host="127.0.0.1", redis_port=server.port))) as store:
            assert_audited(store)
