"""Every fault that was thought of, the right answer to it, and the tests that prove it: F1 to F34.

To all of them applies: an answer within four seconds, 503 with Retry-After and the truth about the outcome where it
cannot be had, never a lie; afterwards everything adds up, and a repeat has the first result.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """A fault: what happens, the right answer, pytest's names of the tests, and what of it is not made here and why."""

    name: str
    answer: str
    tests: tuple[str, ...]
    not_here: str


def _row(name: str, answer: str, *tests: str, not_here: str = "") -> Row:
    # A test is named by its file and its sentence; where no folder stands, it is this one.
    paths = [test if "/" in test else f"faults/{test}" for test in tests]
    split = [path.replace("/", "/test_", 1).partition("::") for path in paths]
    return Row(name, answer, tuple(f"tests/{file}.py::test_{sentence}" for file, _, sentence in split), not_here)


ROWS = {
    "F1": _row(
        "the client hangs up after the commit",
        "Nobody sees the answer; the repeat has it.",
        "clients::a_client_that_hangs_up_after_the_commit_finds_the_result_when_it_comes_back",
    ),
    "F2": _row(
        "a worker is killed at any call of Redis",
        "The command has run as a whole or not at all; the repeat has the same result.",
        "crash_points::a_worker_may_die_at_any_command",
        "crash_points::every_route_that_changes_something_has_a_scene",
        "crash_points::a_command_in_several_steps_does_not_pass",
    ),
    "F3": _row(
        "a reply is lost, and the store asks again",
        "The result is that of the first try, and was had once.",
        "lost_replies::a_join_is_answered_as_the_first",
        "lost_replies::an_order_is_answered_as_the_first",
        "lost_replies::a_standing_purchase_is_not_made_twice",
        "lost_replies::a_process_admits_nobody_twice",
        "lost_replies::refresh_and_leave_are_answered_as_the_first",
        "lost_replies::a_deletion_whose_reply_was_lost_is_still_a_deletion",
    ),
    "F4": _row(
        "an event is delivered twice, or eight times at once",
        "All are told the same, with Idempotent-Replayed; it is done once.",
        "clients::an_event_that_is_delivered_eight_times_at_once_is_handled_once",
        "clients::a_schedule_that_fires_eight_times_at_once_lets_in_as_many_as_once",
    ),
    "F5": _row(
        "eight drains at once",
        "They never let in more than there are places.",
        "concurrency/queue::eight_drains_never_let_too_many_in_and_keep_the_order",
    ),
    "F6": _row(
        "no drain at all",
        "Every command sees what is due at its exact millisecond.",
        "integration/due_at_once::any_seat_is_the_next_buyers_first_try",
        "integration/due_at_once::no_due_hold_is_confirmed",
        "integration/due_at_once::all_seats_are_sold_again_without_a_drain",
        "integration/due_at_once::due_sessions_take_no_place",
    ),
    "F7": _row(
        "the server is killed under load",
        "503 until it is back; with DURABILITY=fsync no acknowledged confirm is lost, with everysec it is counted.",
        "disk::no_acknowledged_confirm_is_lost_when_the_server_is_killed",
        "disk::a_kill_with_everysec_costs_what_was_not_yet_written",
        "crash::every_confirm_that_was_acknowledged_survives_a_kill",
    ),
    "F8": _row(
        "the power fails: what was not fsynced is gone",
        "With DURABILITY=fsync no acknowledged confirm is lost; what other policies lose is counted.",
        "disk::a_power_cut_costs_what_the_policy_says",
    ),
    "F9": _row(
        "the append-only file is torn or spoilt",
        "Torn at its end, it is started from; spoilt, the server does not start: 503, and a runbook.",
        "disk::a_file_whose_tail_is_torn_off_is_started_from",
        "disk::a_spoilt_file_is_not_started_from",
    ),
    "F10": _row(
        "the server stands still",
        "503 within four seconds, unknown: what came in runs when it wakes, once.",
        "redis_troubles::a_server_that_hangs_is_a_503_and_what_came_in_runs_once",
    ),
    "F11": _row(
        "a worker stands still past a deadline, and goes on",
        "It says what the script said; no lock is held that could have run out.",
        "workers::a_worker_that_is_stopped_past_the_deadline_says_what_the_script_said",
    ),
    "F12": _row(
        "a replica that lags takes over",
        "With DURABILITY=replica no acknowledged confirm is lost, with memory the loss is counted; the rest adds up.",
        "failover::what_the_new_primary_never_heard_is_lost_unless_it_was_waited_for",
        "failover::a_seat_that_was_sold_can_be_sold_again_after_a_failover",
        "durability::a_replica_that_lags_acknowledges_nothing_and_no_other_connection_vouches_for_it",
        not_here="a failover that Sentinel or a managed service decides; here the test decides when",
    ),
    "F13": _row(
        "the server forgets the functions",
        "Nobody notices.",
        "redis_troubles::scripts_that_the_server_forgets_are_brought_again",
        "durability::a_function_that_the_server_has_forgotten_is_waited_for_as_well",
    ),
    "F14": _row(
        "a connection is reset in the middle",
        "Tried once more; then 503, unknown, and the repeat has the first result.",
        "lines::resets_of_both_tries_are_unknown_and_the_repeat_has_the_first_result",
        "lines::a_reset_in_the_middle_of_an_answer_is_an_answer_that_never_came",
    ),
    "F15": _row(
        "the line is slow or half-open",
        "2xx while it takes less than a second, else 503, unknown; the next request gets its own answer.",
        "lines::a_slow_line_is_waited_for_for_a_second",
        "lines::a_line_that_swallows_everything_is_unknown_and_mends",
        "lost_replies::a_line_that_stays_dead_is_unknown_and_the_next_request_gets_its_own_answer",
        "lost_replies::a_command_that_arrives_after_its_retry_does_nothing_more",
    ),
    "F16": _row(
        "an idle connection is forgotten on the way",
        "One reconnect, which only takes its time.",
        "lines::idle_connections_that_were_forgotten_cost_one_reconnect",
        "lines::a_connection_that_the_server_closed_meanwhile_costs_nothing",
    ),
    "F17": _row(
        "the clock of a worker is wrong by a quarter of an hour",
        "No effect at all: the server's decides.",
        "workers::a_workers_clock_decides_nothing",
    ),
    "F18": _row(
        "the clock of the server jumps",
        "Holds end early or late, and nothing ever has two owners; a step back of two seconds is followed and logged.",
        "server_states::a_server_clock_that_jumps_makes_no_second_owner",
        "integration/clock::a_clock_far_behind_is_followed_and_logged_once",
    ),
    "F19": _row(
        "the memory is full",
        "Joins and purchases are 503 as a whole; status, confirm, cancel and leave work.",
        "redis_troubles::a_full_memory_takes_nobody_in_and_lets_everybody_finish",
    ),
    "F20": _row(
        "the server may evict",
        "Health is red.",
        "redis_troubles::health_is_red_while_sales_may_be_evicted",
    ),
    "F21": _row(
        "the address names a read-only replica",
        "503, nothing done; health is red.",
        "redis_troubles::a_replica_is_a_503_for_whatever_would_write",
        "durability::health_is_red_on_a_read_only_replica",
    ),
    "F22": _row(
        "the server is loading",
        "503, nothing done.",
        "server_states::a_server_that_is_still_loading_is_a_503",
    ),
    "F23": _row(
        "the server is busy with a script",
        "503, nothing done.",
        "server_states::a_server_in_a_script_that_does_not_end_is_a_503",
        not_here="a script that has written and cannot be killed: ours end",
    ),
    "F24": _row(
        "a slot moves under load",
        "2xx, 4xx or 503; the counters agree.",
        "cluster_troubles::a_slot_that_moves_under_load_costs_some_503_and_no_ticket",
    ),
    "F25": _row(
        "a command reaches over two slots",
        "Cannot be: all keys of an event are in one, all are declared; everything runs on a cluster of three.",
        "unit/keys::all_keys_of_an_event_live_in_one_slot",
        "unit/lint_lua::the_scripts_of_the_service_pass",
    ),
    "F26": _row(
        "a node of the cluster is gone",
        "503, before and after the others notice, also when all are; nobody notices where a replica has taken over.",
        "cluster_troubles::a_cluster_that_has_lost_a_node_is_a_503_everywhere",
        "cluster_failover::a_warm_process_finds_the_new_primary_whatever_it_asks_first",
        "cluster_failover::a_cluster_that_falls_silent_is_a_503_in_time_that_does_not_lie",
    ),
    "F27": _row(
        "a wrong password, a forbidden command, TLS to a server without",
        "503 and never 401 or 403: it is ours to mend; no secret in the answer.",
        "redis_troubles::a_wrong_password_is_our_trouble_and_not_the_callers",
        "server_states::a_user_who_may_not_is_our_trouble_and_not_the_callers",
        "server_states::tls_to_a_server_that_speaks_none_is_a_503",
    ),
    "F28": _row(
        "no connection is free, or the server takes no more",
        "503; whoever has a connection is served.",
        "server_states::a_pool_without_a_free_connection_is_a_503",
        "server_states::a_server_that_takes_no_more_clients_is_a_503",
    ),
    "F29": _row(
        "an error in a script after its first write",
        "Cannot be by itself, the lint sees to it; where somebody spoils a key by hand it is a 500; no answer lies.",
        "wrong_types::no_answer_lies_about_a_spoilt_key",
        "unit/lint_lua::each_rule_catches_a_script_that_breaks_it",
        not_here="undoing half a command: Lua cannot, and looking at eighteen types before each command costs too much",
    ),
    "F30": _row(
        "the disk is full",
        "503, nothing done (MISCONF); a server that fsyncs always ends instead of lying.",
        "disk::a_full_disk_takes_no_writes_until_there_is_room",
        "disk::a_full_disk_ends_a_server_that_fsyncs_always",
    ),
    "F31": _row(
        "old and new versions serve side by side",
        "Each with its own library; the sale is one. An event of an unknown schema is a 503, and left alone.",
        "workers::old_and_new_versions_serve_one_sale_side_by_side",
        "rolling/side_by_side::the_previous_release_and_this_one_sell_together",
        "rolling/side_by_side::this_release_sells_together_with_one_that_differs_in_its_library_alone",
        "rolling/side_by_side::they_sell_together_on_a_cluster",
        "integration/schema::an_event_of_an_unknown_schema_is_refused_and_left_alone",
        "integration/schema::the_drain_leaves_it_alone_says_so_once_and_moves_all_others_on",
    ),
    "F32": _row(
        "a warm process has served a thousand requests",
        "It answers as a process that has served none.",
        "warm_process::requests_of_one_process_are_answered_as_by_a_process_for_each",
    ),
    "F33": _row(
        "a publisher is killed at any step, or many are at it",
        "Others hear of everything; what they hear twice has the same id.",
        "publishing::a_publisher_may_be_killed_at_any_step",
        "publishing::many_publishers_at_once_lose_nothing",
    ),
    "F34": _row(
        "the bus refuses, is away, is slow or is not there",
        "Nothing is passed over; the run ends with an error, and an entry that fails stops its event alone.",
        "publishing::a_run_that_fails_says_so_and_loses_nothing",
        "publishing::one_failure_of_a_call_is_made_good_within_the_run",
        "publishing::what_is_always_refused_holds_up_its_event_alone",
        "publishing::a_bus_that_is_not_there_hears_nothing_and_nothing_is_passed_over",
        "unit/publisher::a_slow_bus_does_not_make_a_run_longer",
    ),
}
