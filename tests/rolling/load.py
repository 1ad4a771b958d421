"""The mixed load of one client process: shoppers, readers, an organiser and the schedule, one request at a time."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tests.audit import Told
from tests.rolling.fleet import Fleet
from tests.rolling.release import THIS, Release
from tests.rolling.shoppers import Hall, Person, Share
from tests.support.auditing import named
from tests.support.sale import change, event_body, new_seated

PRESENT = 60
"""How many people of one process are somewhere between their coming and their going."""

KEPT_MAX = 30
"""How many tickets the people of one process keep: stock is to come back, or the sale would soon be over."""

FORGOTTEN_MAX = 5
"""How many holds they forget before one of them comes to mind; by then most are over."""

MIX = {"shop": 900, "read": 30, "organise": 10, "return": 40, "remember": 10, "drain": 10}
"""How often each is done; most who are in the shop only look at the clock."""


@dataclass
class Day:
    """What one process has to tell: see ``Share`` and ``Fleet``; ``kept`` has the event of each ticket."""

    told: list[Told]
    kept: dict[str, str]
    handed_over: Counter[tuple[str, str]]
    done: Counter[tuple[str, str]]
    differences: list[tuple[str, str]]
    """What audits in the middle of it all found; there is nothing to find."""


class Client:
    """A process that does a little of everything."""

    def __init__(self, fleet: Fleet, halls: Sequence[Hall], number: int) -> None:
        self._share, self._differences = Share(), list[tuple[str, str]]()
        self._fleet, self._halls, self._number = fleet, halls, number
        self._random = random.Random(number)
        self._people: list[Iterator[None]] = []
        self._names = itertools.count()

    def step(self) -> None:
        """Do the next thing, whatever it is."""
        (deed,) = self._random.choices(list(MIX), list(MIX.values()))
        getattr(self, f"_{deed}")()

    def day(self) -> Day:
        """Give what there is to tell."""
        share, kept = self._share, {ticket: owner.hall.event for ticket, owner in self._share.kept.items()}
        return Day(share.told, kept, share.handed_over, self._fleet.done, self._differences)

    def _shop(self) -> None:
        if len(self._people) < PRESENT:
            user = f"person-{self._number}-{next(self._names)}"
            self._people.append(Person(self._fleet, self._share, self._random.choice(self._halls), user).live())
        somebody = self._random.choice(self._people)
        if next(somebody, self) is self:
            self._people.remove(somebody)

    def _read(self) -> None:
        event = self._random.choice(self._halls).event
        user = f"person-{self._number}-0"
        paths = (
            *(f"/events/{event}", f"/events/{event}/seatmap/states", f"/events/{event}/seats/available?limit=10"),
            *("/events", f"/tickets/user/{user}", f"/queue/length/{event}", f"/queue/position/{event}/{user}"),
        )
        self._fleet.get(self._random.choice(paths))

    def _return(self) -> None:
        """Let somebody bring back a ticket that they had paid for."""
        kept = self._share.kept
        if len(kept) > KEPT_MAX:
            ticket = next(iter(kept))
            kept[ticket].settle("cancel", ticket)

    def _remember(self) -> None:
        """Let somebody pay at last, who held a ticket long ago; it may be too late."""
        forgotten = self._share.forgotten
        if len(forgotten) > FORGOTTEN_MAX:
            ticket = next(iter(forgotten))
            forgotten.pop(ticket).settle("confirm", ticket)

    def _drain(self) -> None:
        self._fleet.schedule("drain")

    def _organise(self) -> None:
        hall = self._random.choice(self._halls)
        self._random.choice((self._admit, self._rename, self._block, self._process, self._another, self._audit))(hall)

    def _admit(self, hall: Hall) -> None:
        path = f"/events/{hall.event}/admission"
        places = self._random.randint(10, 40)
        for wish in ({"mode": "paused", "message": "A moment."}, {"mode": "open", "max_active_sessions": places}):
            assert self._fleet.post(path, wish).status == 200

    def _rename(self, hall: Hall) -> None:
        change(self._fleet, hall.event, name=f"Concert {next(self._names)}", hold_seconds=self._random.randint(5, 9))
        if not hall.seats:
            change(self._fleet, hall.event, total_tickets=self._random.randint(500, 600))

    def _block(self, hall: Hall) -> None:
        if hall.seats:
            wish = {"seat_ids": hall.seats[-20:], "blocked": self._random.random() < 0.5, "price": 100}
            self._fleet.patch(f"/events/{hall.event}/seats", wish)  # refused where somebody has one of them

    def _process(self, hall: Hall) -> None:
        self._fleet.post(f"/queue/process/{hall.event}")  # refused where nobody waits

    def _another(self, _: Hall) -> None:
        event, _seats = new_seated(self._fleet, 3, name="Soon gone")
        assert self._fleet.delete(f"/events/{event}").status < 300

    def _audit(self, hall: Hall) -> None:
        # The previous release may name fields that came after it.
        answer = self._fleet.of(THIS).get(f"/events/{hall.event}/integrity")
        assert answer.status == 200, answer.text
        self._differences += named(answer.json)


def open_hall(fleet: Fleet, release: Release, seats: int) -> Hall:
    """Let one release create an event, seated if it has seats, in which everything is over soon."""
    short = {"session_seconds": 6, "hold_seconds": 5, "claim_seconds": 5, "away_seconds": 5, "abandon_seconds": 10}
    many = {"max_active_sessions": 25, "max_tickets_per_user": 4, "name": f"made by {release.name}"}
    api = fleet.of(release)
    if seats:
        return Hall(*new_seated(api, seats, **short, **many))
    made = api.post("/events", event_body(total_tickets=500, **short, **many))
    assert made.status == 201, made.text
    return Hall(made.json["id"], [])


def trade(
    port: int, releases: Sequence[Release], halls: Sequence[Hall], number: int, requests: int, environ: dict[str, str]
) -> Day:
    """Be one process until it has made so many requests; gives what it has to tell."""
    with Fleet(port, releases, f"fleet {number}", **environ) as fleet:
        client = Client(fleet, halls, number)
        while fleet.asked < requests:
            client.step()
        return client.day()
