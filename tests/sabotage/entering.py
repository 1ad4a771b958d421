"""Sabotages of the door: who is let in, and how often."""

from __future__ import annotations

from tests.sabotage.sabotage import Sabotage

ENTERING = (
    Sabotage(
        "a ticket lets in as often as it is shown",
        "lua/check_in.lua",
        "    if t.checked_in_ms then return refuse('already_checked_in', t.checked_in_ms) end\n",
        "",
        harm="a photograph of a ticket is a ticket",
        guess="integration/test_check_in.py",
    ),
    Sabotage(
        "a ticket lets in before it is paid for",
        "lua/check_in.lua",
        "    if t.status == 'reserved' then return refuse('ticket_not_confirmed') end\n",
        "",
        harm="who holds a ticket for a quarter of an hour is in for nothing",
        guess="integration/test_check_in.py",
    ),
    Sabotage(
        "a request that comes again at the door is another person",
        "lua/check_in.lua",
        "t.checked_in_by == request_id",
        "false",
        harm="when the line is bad, people with good tickets are sent away",
        guess="faults/test_lost_at_the_door.py",
    ),
    Sabotage(
        "the code of a ticket is not looked at",
        "tickets/service.py",
        "if not ticket_code.is_of(house.settings.ticket_keys, ticket_id, code):",
        "if False:",
        harm="who knows the id of a ticket has the ticket",
        guess="integration/test_check_in.py",
    ),
    Sabotage(
        "the proof in a code is the same for every ticket",
        "tickets/ticket_code.py",
        "_PURPOSE + raw",
        "_PURPOSE",
        harm="with one ticket in hand anybody writes all the others",
        guess="unit/test_ticket_code.py",
    ),
    Sabotage(
        "who was let in gives the ticket back",
        "lua/settle.lua",
        "    if kind == 'ticket' and checked_in_ms then return refuse('already_checked_in', checked_in_ms) end\n",
        "",
        harm="who is at the concert gets the money back, and the seat is sold again",
        guess="integration/test_check_in.py",
    ),
)
