"""A line that breaks at the door: whoever stands there is let in, once, and nobody else with their ticket."""

from __future__ import annotations

import pytest

from tests.faults.service import check_server, in_time, service
from tests.support import servers
from tests.support.people import TICKET_KEY
from tests.support.proxy import Proxy
from tests.support.sale import check_in, confirmed, enter, logged, new_event


@pytest.mark.parametrize("trouble", ["lose_reply", "refuse"], ids=["the reply is lost", "the command is lost"])
def test_a_ticket_is_checked_in_once(trouble: str) -> None:
    """200 by our own repeat, without a key too; the next who shows the ticket hears when that was."""
    with (
        servers.valkey() as server,
        Proxy(server.port) as proxy,
        service(proxy.port, ticket_keys=(TICKET_KEY,)) as api,
    ):
        ada = enter(api, new_event(api), "ada")
        ticket = confirmed(api, ada)
        getattr(proxy, trouble)(1)
        entered = in_time(lambda: check_in(api, ticket))
        assert (entered.status, entered.json["ticket"]["id"]) == (200, ticket["id"])
        refused, since = check_in(api, ticket), entered.json["ticket"]["checked_in_at"]
        assert (refused.code, refused.json["checked_in_at"]) == ("already_checked_in", since)
        assert logged(ada.event).count("ticket.checked_in") == 1
        check_server(server.port)
