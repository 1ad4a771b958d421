"""Sabotages of what the organiser's desk reads: tickets, events, and the sale by minute."""

from __future__ import annotations

from tests.sabotage.sabotage import Sabotage

DESK = (
    Sabotage(
        "a ticket that came back is still paid for",
        "lua/prelude/4_tickets.lua",
        "        earn(t, -1)\n",
        "",
        harm="an organiser counts on money that was given back",
        guess="integration/test_revenue.py",
    ),
    Sabotage(
        "what an older release sells is never counted",
        "lua/prelude/4_tickets.lua",
        "    if is_revenue_known() then return end\n",
        "    do return end\n",
        harm="after a deployment nobody knows what was taken",
        guess="integration/test_revenue.py",
    ),
    Sabotage(
        "the revenue is counted on from where an older release left it",
        "lua/prelude/1_event.lua",
        "is_counting = is_revenue_known() end",
        "is_counting = true end",
        harm="what the older release sold is missing for good",
        guess="integration/test_revenue.py",
    ),
    Sabotage(
        "a report is written before the revenue is known",
        "lua/begin_archiving.lua",
        "    if not is_revenue_known() then return {'ok', 'not_swept', ev.end_ms} end\n",
        "",
        harm="the books of a past event are wrong, and nothing is left to count them again",
        guess="integration/test_revenue.py",
    ),
    Sabotage(
        "a minute is told with the sale of an hour ago",
        "queue/stats.py",
        'if sale["minute"] != room["minute"]:',
        'if not sale["minute"]:',
        harm="the chart of a sale shows what never was",
        guess="integration/test_sale_by_minute.py",
    ),
    Sabotage(
        "the pace of a sale is that of all its time",
        "queue/stats.py",
        "PACE_MINUTES = 10",
        "PACE_MINUTES = 60",
        harm="a sale that has come to a halt seems to go on",
        guess="integration/test_sale_by_minute.py",
    ),
    Sabotage(
        "every organiser lists the tickets of every event",
        "lua/list_tickets.lua",
        "if not is_mine(ev.organiser_id) then return refuse('not_your_event') end",
        "",
        harm="who goes to a competitor's event is for sale",
        guess="integration/test_event_tickets.py",
    ),
    Sabotage(
        "a hold that is due is listed as held",
        "lua/list_tickets.lua",
        "expires and end_of({",
        "nil and end_of({",
        harm="an organiser sees seats taken that anybody may buy",
        guess="integration/test_event_tickets.py",
    ),
    Sabotage(
        "a page of tickets is the last one",
        "tickets/listing.py",
        "str(cursor) if cursor else None",
        "None",
        harm="an export has some of the tickets, and looks whole",
        guess="integration/test_event_tickets.py",
    ),
    Sabotage(
        "everybody sees drafts",
        "events/service.py",
        'or not (active_only or event.status == "draft")',
        "or not active_only",
        harm="an event is known before it is announced",
        guess="integration/test_my_events.py",
    ),
)
