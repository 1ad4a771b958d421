"""Child processes end with their use, and only they."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from infra.child import Child, StartError, end_leftover
from tests.support.wait import wait_until

_SLEEP = [sys.executable, "-c", "import time; time.sleep(60)"]


def _start(tmp_path: Path, command: list[str]) -> Child:
    return Child("the child", command, pid_file=tmp_path / "pid", log_file=tmp_path / "log")


def test_what_an_earlier_run_left_is_ended_before_the_next_start(tmp_path: Path) -> None:
    """Two processes never hold the same pid file."""
    left = _start(tmp_path, _SLEEP)
    child = _start(tmp_path, _SLEEP)
    assert left.ended()
    assert child.ended() is None
    end_leftover(tmp_path / "pid")
    assert child.ended()


def test_a_stranger_with_the_number_of_a_dead_child_is_left_alone(tmp_path: Path) -> None:
    """A pid alone proves nothing: the file must be locked."""
    with subprocess.Popen(_SLEEP) as stranger:
        (tmp_path / "pid").write_text(str(stranger.pid))
        end_leftover(tmp_path / "pid")
        assert stranger.poll() is None
        stranger.kill()


def test_a_child_that_ends_says_how_and_its_last_words(tmp_path: Path) -> None:
    """One line, for the person at the terminal."""
    child = _start(tmp_path, [sys.executable, "-c", "print('first'); print('no room left'); raise SystemExit(3)"])
    assert wait_until(child.ended) == "the child ended (exit code 3): no room left"


def test_stop_and_kill_may_be_repeated(tmp_path: Path) -> None:
    """Whoever cleans up need not know what was done already."""
    child = _start(tmp_path, _SLEEP)
    child.stop()
    child.kill()
    child.stop()
    assert child.ended() == "the child ended (killed by SIGTERM): nothing in its log"


def test_a_command_that_is_not_there_is_one_line(tmp_path: Path) -> None:
    """No traceback: somebody may have misspelt it."""
    with pytest.raises(StartError, match=r"cannot start the child: .*no-such-command"):
        _start(tmp_path, [str(tmp_path / "no-such-command")])
