"""Attacks on the service, by number: what was tried, and the tests that hold against it, or why it is no attack here.

A number that is missing was never given. `test_attacks.py` asserts that each of these tests is there.
"""

from __future__ import annotations

from typing import Final

_HOSTILE = "tests/http/test_hostile_input.py::test_"
_BORDER = "tests/http/test_border.py::test_"
_BODY = "tests/unit/test_body.py::test_"
_SETTLE = "tests/integration/test_settle.py::test_"
_ORDERS = "tests/integration/test_orders.py::test_"
_SALE = "tests/concurrency/test_sale.py::test_"
_AUTH = "tests/http/test_auth.py::test_"
_OWNERS = "tests/integration/test_owners.py::test_"
_DOOR = "tests/integration/test_check_in.py::test_"
_SERVER = "tests/infra/test_devserver.py::test_"

INPUT: Final[dict[int, list[str] | str]] = {
    # A purchase or a confirm before the turn.
    7: ["tests/integration/test_purchase.py::test_nobody_buys_before_the_turn"],
    # Position, price, role and the like in a body.
    8: [_HOSTILE + "an_unknown_field_is_refused_by_its_name"],
    # A confirm sent again, at once, later, after a cancel.
    11: [_SETTLE + "every_state_has_its_answer", _SETTLE + "a_hold_is_settled_until_its_exact_millisecond"],
    # One idempotency key, two bodies.
    12: [_ORDERS + "another_body_with_the_key_is_refused"],
    # A key that is empty, long or no text.
    14: [_HOSTILE + "a_malformed_idempotency_key_is_refused"],
    # 64 confirms of one hold; 64 buyers of one seat.
    15: [_SALE + "64_confirms_of_one_hold_make_one_ticket"],
    16: [_SALE + "one_of_64_buyers_gets_the_seat"],
    # A seat twice, no seat, too many, some of them taken.
    17: [
        _HOSTILE + "a_seat_of_another_event_and_a_seat_named_twice_are_refused",
        _HOSTILE + "a_wrong_type_or_range_or_a_missing_field_is_refused_by_its_name",
        _ORDERS + "an_order_is_all_or_nothing",
    ],
    # Every method on every path; methods in disguise.
    20: [_HOSTILE + "another_method_is_refused_with_those_that_are_allowed"],
    21: [_BORDER + "no_header_and_no_query_makes_one_method_into_another"],
    # Bodies, paths and heads that are too large.
    22: [
        _HOSTILE + "a_body_that_is_too_large_is_refused_before_it_is_parsed",
        _SERVER + "a_client_that_sends_too_much_still_reads_why",
        _SERVER + "what_is_not_http_is_told_so",
        _SERVER + "a_long_path_leads_nowhere",
    ],
    # JSON that is deep, ambiguous, or of numbers that are none.
    23: [_HOSTILE + "a_body_that_is_no_json_object_is_refused", _BODY + "no_megabyte_takes_long"],
    24: [
        _HOSTILE + "a_body_that_is_no_json_object_is_refused",
        _BODY + "a_hostile_body_is_refused_naming_what_is_wrong",
    ],
    25: [
        _HOSTILE + "a_body_that_is_no_json_object_is_refused",
        _BODY + "a_hostile_body_is_refused_naming_what_is_wrong",
    ],
    26: [_BORDER + "a_quantity_is_a_whole_number_in_range_or_refused"],
    # An event beyond all measure; its capacity cut below what is sold.
    28: [
        _BORDER + "an_event_beyond_a_limit_is_refused_by_the_field",
        _BORDER + "a_standing_event_of_a_million_costs_no_more_than_one_of_ten",
    ],
    29: ["tests/integration/test_events.py::test_the_capacity_stays_above_what_is_held_and_sold"],
    # Texts that mean something to somebody: controls, paths, patterns, hash tags, Lua, Redis.
    31: [_BORDER + "a_control_character_is_refused_in_every_text"],
    32: [_HOSTILE + "a_malformed_id_in_the_path_is_refused", _HOSTILE + "a_path_that_is_not_utf_8_is_refused"],
    34: [_BORDER + "what_could_mean_something_in_a_key_is_no_name"],
    35: [
        _BORDER + "the_strangest_name_stays_in_the_slot_of_its_event",
        "tests/unit/test_keys.py::test_all_keys_of_an_event_live_in_one_slot",
    ],
    36: ["tests/integration/test_arguments.py::test_no_text_is_ever_run"],
    37: ["tests/integration/test_arguments.py::test_an_error_leaves_nothing_behind"],
    # Headers, hosts and pages made of what was sent.
    38: [_BORDER + "no_text_breaks_out_of_a_header"],
    39: "No field takes an address, and nothing is fetched for a caller: the provider's is the operator's setting.",
    40: [_BORDER + "no_link_is_made_from_what_a_request_calls_its_host"],
    42: [_BORDER + "no_answer_sets_a_cookie", _HOSTILE + "another_media_type_is_refused"],
    43: [_BORDER + "markup_is_data_wherever_it_comes_back"],
    44: ["tests/http/test_access.py::test_every_good_answer_has_the_headers_of_safety"],
    45: "There is no export that a spreadsheet would open.",
    # Secrets in what is written and in what is refused. What is stored stands in the server's SLOWLOG by its nature.
    47: [
        "tests/unit/test_telemetry.py::test_nothing_that_is_written_says_who_it_was",
        _BORDER + "no_refusal_repeats_what_was_sent",
    ],
    # Seats held and let go again and again; polls and seat maps in a loop.
    52: ["tests/integration/test_holds.py::test_two_lost_holds_are_enough"],
    53: ["tests/integration/test_polling.py::test_the_sixth_poll_in_a_quarter_of_the_time_is_refused"],
    54: ["tests/integration/test_seat_map.py::test_the_states_show_every_seat_and_change_their_tag"],
    # Bodies without a clear end; that server is for a laptop, a gateway stands before Lambda.
    55: [
        _SERVER + "a_body_without_a_clear_end_is_refused_and_ends_the_connection",
        _SERVER + "answers_without_a_body_leave_the_connection_in_step",
    ],
    # A ticket that is forged, copied, not paid for, given back after it was used.
    59: [
        "tests/unit/test_ticket_code.py::test_no_character_can_be_another",
        "tests/unit/test_ticket_code.py::test_a_code_is_good_for_its_own_ticket_alone",
        _DOOR + "a_forged_code_is_refused_before_redis_is_asked",
        _DOOR + "every_state_of_a_ticket_has_its_word_at_the_door",
        _DOOR + "who_was_let_in_gives_nothing_back",
        "tests/concurrency/test_door.py::test_one_of_sixteen_doors_lets_somebody_in",
    ],
    60: [
        _OWNERS + "no_answer_but_the_owners_is_a_2xx",
        _SETTLE + "every_state_has_its_answer",
        _SETTLE + "after_the_event_tickets_are_confirmed_and_not_cancelled",
    ],
    # Paths that nobody wrote down.
    63: [
        _HOSTILE + "an_unknown_path_is_not_found",
        "tests/http/test_openapi.py::test_it_has_exactly_the_routes_of_the_app",
    ],
    64: "Every package that we name is pinned to its exact version; audits and the image are the deployment's.",
}

# What concerns who asks -----------------------------------------------------------------------------------------------

IDENTITY: Final[dict[int, list[str] | str]] = {
    # No token; one that was changed, made up or signed by another; one that is over.
    1: [_AUTH + "without_a_token_nothing_is_done"],
    2: [
        _AUTH + "no_bit_of_a_token_can_be_flipped",
        _AUTH + "what_is_no_good_token_is_refused",
        "tests/http/test_provider.py::test_the_algorithm_says_whose_key_it_is",
    ],
    3: [_AUTH + "a_token_is_over_at_its_end", _AUTH + "what_is_no_good_token_is_refused"],
    # The token of another, of another event, of one who left.
    4: [_OWNERS + "no_answer_but_the_owners_is_a_2xx", _OWNERS + "what_is_anothers_is_refused_like_what_is_not_there"],
    5: [_OWNERS + "a_session_acts_in_its_own_event_alone"],
    6: [_OWNERS + "a_person_who_left_has_nothing_by_an_old_session"],
    # A session id of one's own choice; one token in many hands; the key of another; guessed ids.
    9: [_OWNERS + "a_session_id_that_a_client_chose_is_refused"],
    10: ["tests/concurrency/test_one_person.py::test_one_token_in_fifty_hands_is_one_person"],
    13: [_OWNERS + "the_same_key_of_two_people_is_two_keys"],
    18: [_OWNERS + "nobody_comes_across_a_ticket_by_guessing"],
    # A buyer or another organiser where an organiser is wanted.
    19: [
        "tests/http/test_access.py::test_a_route_lets_in_whom_the_table_says",
        _OWNERS + "a_ticket_is_open_to_the_organiser_of_its_event_alone",
        _DOOR + "a_buyer_checks_nobody_in",
        _OWNERS + "an_event_belongs_to_who_made_it",
    ],
    # Who is there, told by the answer; requests by the thousand; people by the million.
    49: [_OWNERS + "what_is_anothers_is_refused_like_what_is_not_there"],
    50: ["tests/integration/test_budget.py::test_who_asks_too_often_is_told_when_to_come_again"],
    51: [_OWNERS + "people_cannot_be_invented"],
}

ATTACKS: Final = INPUT | IDENTITY
