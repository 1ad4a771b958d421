"""The Lambda Runtime API on this machine: what a function's process and who invokes it see of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from infra.child import StartError
from infra.runtime_api import Function, FunctionError, InitError
from tests.support.wait import wait_until

HANDLERS = """
import os, signal, time

calls = []

def echo(event, context):
    return event

def about(event, context):
    calls.append(event)
    return {
        "calls": len(calls),
        "name": context.function_name,
        "arn": context.invoked_function_arn,
        "id": context.aws_request_id,
        "left_ms": context.get_remaining_time_in_millis(),
        "environ": sorted(os.environ),
    }

def fail(event, context):
    raise LookupError(event)

def die(event, context):
    os.kill(os.getpid(), signal.SIGKILL)

def hang(event, context):
    signal.pause()
"""

Started = Callable[[str], Function]


@pytest.fixture
def started(tmp_path: Path) -> Started:
    """Give what starts one of the handlers above."""
    (tmp_path / "handlers.py").write_text(HANDLERS)
    return lambda name: Function(f"handlers.{name}", {"OURS": "1"}, task_root=tmp_path)


def is_alive(pid: int) -> bool:
    """Tell whether there is such a process."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_an_event_of_any_size_arrives_and_comes_back_whole(started: Started) -> None:
    """The client sends what is large in chunks."""
    with started("echo") as function:
        for event in [None, {"text": "ü€😀"}, ["x" * 5_000_000]]:
            assert function.invoke(event) == event


def test_a_process_serves_one_event_after_the_other_and_knows_of_each(started: Started) -> None:
    """Its memory stays, its request id is new, its time is what was given."""
    with started("about") as function:
        first, second = (function.invoke({}, timeout_s=30) for _ in range(2))
    assert (first["calls"], second["calls"]) == (1, 2)
    assert first["id"] != second["id"]
    assert first["name"] == "ticketing-about"
    assert first["arn"].endswith(":function:ticketing-about")
    assert 0 < second["left_ms"] <= 30_000


def test_a_process_has_the_environment_of_lambda_and_nothing_of_ours(
    started: Started, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a laptop has set would hide what is missing there."""
    monkeypatch.setenv("LEAK", "1")
    with started("about") as function:
        environ = function.invoke({})["environ"]
    assert {"OURS", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_RUNTIME_API", "AWS_REGION"} <= set(environ)
    assert "LEAK" not in environ


def test_what_a_handler_raises_is_told_and_the_process_goes_on(started: Started) -> None:
    """By its type, its words and where it was raised."""
    with started("fail") as function:
        for words in ("first", "second"):
            with pytest.raises(FunctionError, match=words) as failed:
                function.invoke(words)
            assert not isinstance(failed.value, InitError)
            assert failed.value.error_type == "LookupError"
            assert "handlers.py" in "".join(failed.value.stack_trace)


def test_a_process_that_dies_at_an_event_is_told_from_one_that_never_asked(started: Started, tmp_path: Path) -> None:
    """Lambda calls both an exit."""
    with started("die") as function, pytest.raises(FunctionError, match="killed by SIGKILL") as died:
        function.invoke({})
    assert (type(died.value), died.value.error_type) == (FunctionError, "Runtime.ExitError")
    (tmp_path / "handlers.py").write_text("import os; os._exit(3)")
    with started("echo") as function, pytest.raises(InitError, match="exit code 3"):
        function.invoke({})


def test_a_process_that_takes_too_long_is_killed(started: Started) -> None:
    """At its deadline, and not asked again."""
    with started("hang") as function:
        with pytest.raises(FunctionError, match="timed out") as late:
            function.invoke({}, timeout_s=0.1)
        assert late.value.error_type == "Sandbox.Timedout"
        with pytest.raises(FunctionError):
            function.invoke({})


def test_what_cannot_be_imported_or_found_is_an_init_error(started: Started, tmp_path: Path) -> None:
    """Named as Lambda names it."""
    with started("nothing") as function, pytest.raises(InitError) as missing:
        function.invoke({})
    assert missing.value.error_type == "Runtime.HandlerNotFound"
    (tmp_path / "handlers.py").write_text("import nothing_of_the_kind")
    with started("echo") as function, pytest.raises(InitError, match="nothing_of_the_kind") as broken:
        function.invoke({})
    assert broken.value.error_type == "Runtime.ImportModuleError"


def test_no_process_outlives_its_block(started: Started) -> None:
    """Neither one that waits for an event, nor one that was never asked, nor one that has ended by itself."""
    with started("echo") as waiting:
        waiting.invoke({})
    with started("echo") as unasked:
        pass
    with started("echo") as gone:
        gone.invoke({})
        os.kill(gone.pid, signal.SIGKILL)
    assert not any(is_alive(function.pid) for function in (waiting, unasked, gone))


def test_what_it_prints_is_kept_for_whoever_asks(started: Started, tmp_path: Path) -> None:
    """As CloudWatch would."""
    (tmp_path / "handlers.py").write_text("def say(event, context): print('heard', event)")
    with started("say") as function:
        function.invoke("bells")
        wait_until(lambda: "heard bells" in function.log, what="the line in the log")


def test_a_command_that_is_not_there_is_one_clear_line(tmp_path: Path) -> None:
    """And nothing of the server is left behind."""
    with pytest.raises(StartError, match="cannot start the function"):
        Function("app.app", {}, command=[str(tmp_path / "nothing")])
