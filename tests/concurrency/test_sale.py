"""Buyers against each other: whatever the interleaving, a seat has one owner and every sum holds."""

from __future__ import annotations

from collections import Counter

from tests.audit import Told
from tests.concurrency import workers
from tests.support.api import Api
from tests.support.clock import Clock
from tests.support.pool import run_processes
from tests.support.proxy import Proxy
from tests.support.sale import crowd, enter, hold, new_event, new_seated, seat_specs


def purchase_body(event: str, user: str, session: str, seat: str) -> dict[str, str]:
    return {"event_id": event, "user_id": user, "session_id": session, "seat_id": seat}


def test_one_of_64_buyers_gets_the_seat(port: int, api: Api, told: list[Told]) -> None:
    """One 201; the other 63 are told seat_taken."""
    event, (seat, *_) = new_seated(api, 100, max_active_sessions=100)
    buyers = crowd(event, 64)
    tries = [(port, "/tickets/purchase", purchase_body(event, b.user, b.session, seat)) for b in buyers]
    answers = run_processes(workers.post, tries, processes=64)
    told += [Told(event, "purchase", b.user, *answer, asked=seat) for b, answer in zip(buyers, answers, strict=True)]
    assert Counter((status, body.get("code")) for status, body in answers) == {(201, None): 1, (409, "seat_taken"): 63}
    assert api.get(f"/events/{event}").json["held_tickets"] == 1


def test_500_buyers_share_50_seats_though_replies_are_lost(port: int, api: Api, told: list[Told]) -> None:
    """Exactly 50 tickets for 50 seats, everybody else a clean 409, nobody left in the dark."""
    # The other 450 seats are what lets 500 people in at once; nobody asks for them.
    event, seats = new_seated(api, 500, max_active_sessions=500)
    seats = seats[:50]
    buyers = [(b.user, b.session, seats[i % 50]) for i, b in enumerate(crowd(event, 500))]
    with Proxy(port) as proxy:
        proxy.lose_replies(0.1, seed=7)
        shares = [(proxy.port, event, seats, buyers[worker::16]) for worker in range(16)]
        answers = [answer for share in run_processes(workers.buy_any, shares, processes=16) for answer in share]
        lost = proxy.total
    told += [Told(event, "purchase", *answer) for answer in answers]
    assert lost > 500
    refused = [(status, body["code"]) for _, status, body in answers if status not in {200, 201}]
    assert Counter(refused) == {(409, "seat_taken"): 450}
    won = [(user, body) for user, status, body in answers if status in {200, 201}]
    assert len(won) == 50
    assert {body["seat_id"] for _, body in won} == set(seats)
    assert all(body["user_id"] == user for user, body in won)
    assert api.get(f"/events/{event}").json["held_tickets"] == 50


def test_64_confirms_of_one_hold_make_one_ticket(port: int, api: Api, told: list[Told]) -> None:
    """Each is answered with the same confirmed ticket, and one is sold."""
    event, (seat, *_) = new_seated(api)
    ticket = hold(api, enter(api, event, "ada"), seat)
    answers = run_processes(workers.post, [(port, f"/tickets/{ticket}/confirm")] * 64, processes=64)
    told += [Told(event, "confirm", "ada", *answer, asked=ticket) for answer in answers]
    assert {(status, body["ticket"]["id"], body["ticket"]["status"]) for status, body in answers} == {
        (200, ticket, "confirmed")
    }
    assert api.get(f"/events/{event}").json["sold_tickets"] == 1


def test_confirm_and_cancel_at_once_leave_a_cancelled_ticket_and_a_free_seat(port: int, api: Api) -> None:
    """Whichever comes first, cancel has the last word, and the seat is back once."""
    event, seats = new_seated(api, 8)
    tickets = [hold(api, enter(api, event, f"user-{i}"), seat) for i, seat in enumerate(seats)]
    calls = [(port, f"/tickets/{ticket}/{verb}") for ticket in tickets for verb in ("confirm", "cancel")]
    answers = run_processes(workers.post, calls, processes=16)
    for (confirmed, confirm_body), (cancelled, _) in zip(answers[::2], answers[1::2], strict=True):
        assert cancelled == 200
        assert confirmed == 200 or confirm_body["code"] == "ticket_cancelled"
    assert all(api.get(f"/tickets/{ticket}").json["status"] == "cancelled" for ticket in tickets)
    assert api.get(f"/events/{event}").json["available_tickets"] == 8


def test_a_hold_at_its_deadline_is_either_confirmed_or_sold_to_the_next(port: int, api: Api, clock: Clock) -> None:
    """Confirm, and another's purchase, in the moment of expiry: never both."""
    event, seats = new_seated(api, 16, hold_seconds=5, session_seconds=86_400)
    owners, others = crowd(event, 8, "owner"), crowd(event, 8, "other")
    tickets = [hold(api, owner, seat) for owner, seat in zip(owners, seats, strict=False)]
    clock.advance(ms=5_000 - 300)  # the deadline falls into the storm
    calls: list[tuple[object, ...]] = []
    for ticket, other, seat in zip(tickets, others, seats, strict=False):
        calls.append((port, f"/tickets/{ticket}/confirm"))
        calls += [(port, "/tickets/purchase", purchase_body(event, other.user, other.session, seat))] * 3
    answers = run_processes(workers.post, calls, processes=16)
    for seat, ticket in zip(seats, tickets, strict=False):
        first = api.get(f"/tickets/{ticket}").json["status"]
        sold_again = [body for status, body in answers if status in {200, 201} and body.get("seat_id") == seat]
        assert not (first == "confirmed" and sold_again), "one seat, two owners"


def test_one_person_never_has_more_than_the_limit(port: int, api: Api, told: list[Told]) -> None:
    """32 purchases at once by one person with a limit of 4: four succeed."""
    event, seats = new_seated(api, 32, max_tickets_per_user=4)
    ada = enter(api, event, "ada")
    calls = [(port, "/tickets/purchase", purchase_body(event, ada.user, ada.session, seat)) for seat in seats]
    answers = run_processes(workers.post, calls, processes=32)
    told += [Told(event, "purchase", "ada", *answer, asked=seat) for seat, answer in zip(seats, answers, strict=True)]
    assert Counter((status, body.get("code")) for status, body in answers) == {
        (201, None): 4,
        (409, "ticket_limit_reached"): 28,
    }


def test_one_key_from_16_processes_makes_one_order_and_one_event(port: int, api: Api) -> None:
    """One 201 each; the others get the same object, marked as a repeat by their 200."""
    event = new_event(api, total_tickets=100)
    ada = enter(api, event, "ada")
    body = {"event_id": event, "user_id": "ada", "session_id": ada.session, "quantity": 2}
    orders = run_processes(workers.post, [(port, "/orders", body, "k1")] * 16, processes=16)
    assert sorted(status for status, _ in orders) == [200] * 15 + [201]
    assert len({order["id"] for _, order in orders}) == 1
    assert api.get(f"/events/{event}").json["held_tickets"] == 2

    wish = {
        "name": "Once",
        "start_time": "2090-01-01T00:00:00Z",
        "end_time": "2090-01-02T00:00:00Z",
        "total_tickets": 5,
    }
    events = run_processes(workers.post, [(port, "/events", wish, "k2")] * 16, processes=16)
    assert sorted(status for status, _ in events) == [200] * 15 + [201]
    assert len({made["id"] for _, made in events}) == 1


def test_two_imports_of_the_same_seats_make_them_once(port: int, api: Api) -> None:
    """Together they add each seat exactly once."""
    event = new_event(api, total_tickets=1000, is_seated_event=True)
    seats = {"seats": seat_specs(1000)}
    answers = run_processes(workers.post, [(port, f"/events/{event}/seats", seats)] * 2, processes=2)
    assert [status for status, _ in answers] == [201, 201]
    assert sum(body["count"] for _, body in answers) == 1000
    assert api.get(f"/events/{event}").json["seat_count"] == 1000
