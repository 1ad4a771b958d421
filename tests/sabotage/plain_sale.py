"""The sale that every sabotage leaves as it is: who can sell nothing has broken the house, not one of its rules.

``python -m tests.sabotage.plain_sale`` exits 0 when the service starts, Redis takes the scripts and a ticket is sold.
"""

from __future__ import annotations

import secrets

from chalicelib.ids import IdMaker
from chalicelib.runtime import Runtime, install
from chalicelib.settings import Settings
from tests.support.api import Api
from tests.support.fake import fake_store
from tests.support.sale import enter, hold, new_event, new_seated, settle


def main() -> None:
    """Sell one seat and one standing ticket."""
    install(Runtime(Settings(), fake_store(), IdMaker(secrets.randbits)))
    api = Api()
    seated, seats = new_seated(api)
    for event, seat in ((seated, seats[0]), (new_event(api), None)):
        ticket = hold(api, enter(api, event, "ada"), seat)
        assert settle(api, "confirm", ticket).json["ticket"]["status"] == "confirmed"


if __name__ == "__main__":
    main()
