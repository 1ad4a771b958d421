"""Child processes that never outlive their use, however their parent ends."""

from __future__ import annotations

import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_LIBC = ctypes.CDLL(None)
_STOP_S = 5.0
_POLL_S = 0.01


class StartError(Exception):
    """Something cannot be started; the message is one line for the person who asked."""


class Child:
    """One running process with its output in a log file.

    It is locked to its pid file for life, so the next start from that file finds it if this process is killed. On
    Linux the kernel ends it then at once: start it from the main thread, for that is what the kernel ties it to.
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        *,
        pid_file: Path,
        log_file: Path,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> None:
        """Start `command`, after ending what an earlier run left locked to `pid_file`. Raises StartError."""
        self.name = name
        self.log_file = log_file
        lock = _lock(pid_file)
        try:
            with log_file.open("ab") as log:
                self._process = subprocess.Popen(
                    command,
                    env=env,
                    cwd=cwd,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    pass_fds=(lock,),
                    start_new_session=True,  # Ctrl-C is for the parent alone: it stops its children in order
                    preexec_fn=_die_with_parent,  # noqa: PLW1509 - no other thread runs while children are started
                )
            os.pwrite(lock, str(self._process.pid).encode(), 0)
        except OSError as error:
            raise StartError(f"cannot start {name}: {error}") from None
        finally:
            os.close(lock)
        self.pid = self._process.pid

    def ended(self) -> str | None:
        """Say how the process ended, with its last words if it has any; None while it runs."""
        code = self._process.poll()
        if code is None:
            return None
        how = f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
        lines = self.log_file.read_text(errors="replace").split("\n")
        last_words = next((line.strip() for line in reversed(lines) if line.strip()), "nothing in its log")
        return f"{self.name} ended ({how}): {last_words}"

    def stop(self) -> None:
        """End the process in good order, by force if that takes 5 s; a repeat does nothing."""
        self._process.terminate()
        try:
            self._process.wait(_STOP_S)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End the process as a crash would; a repeat does nothing."""
        self._process.kill()
        self._process.wait()


def end_leftover(pid_file: Path) -> None:
    """End the process that an earlier run left locked to `pid_file`; without one do nothing. Raises StartError."""
    if pid_file.exists():
        os.close(_lock(pid_file))


def try_lock(path: Path) -> int | None:
    """Lock the file and return its descriptor, or None when another process has it; closing it ends the lock."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    os.truncate(descriptor, 0)
    return descriptor


def _lock(pid_file: Path) -> int:
    """Lock the file for a child to inherit.

    The lock belongs to whoever inherited it: while it is held the pid in the file is that process, not a stranger
    who was given the same number later, and may be ended.
    """
    deadline = time.monotonic() + _STOP_S
    number = signal.SIGTERM
    while (lock := try_lock(pid_file)) is None:
        late = time.monotonic() > deadline
        if late and number == signal.SIGKILL:
            raise StartError(f"a process of an earlier run still holds {pid_file}; end it first")
        if late:
            number, deadline = signal.SIGKILL, time.monotonic() + _STOP_S
        _send(pid_file, number)
        time.sleep(_POLL_S)
    return lock


def _send(pid_file: Path, number: signal.Signals) -> None:
    # The file is empty for the instant between a fork and its record; gone is as good as ended.
    pid = pid_file.read_text()
    if pid:
        try:
            os.kill(int(pid), number)
        except ProcessLookupError:
            return


def _die_with_parent() -> None:
    """Have the kernel kill this process, just after its fork, when the thread that started it ends; on Linux only."""
    if sys.platform == "linux":
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
