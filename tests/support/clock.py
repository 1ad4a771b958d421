"""The wall clock of a test's server, moved or frozen at will (the other half is clockshim.c)."""

from __future__ import annotations

import atexit
import ctypes
import functools
import mmap
import shlex
import shutil
import subprocess
import tempfile
import time
from pathlib import Path

_SOURCE = Path(__file__).with_name("clockshim.c")


class _Settings(ctypes.Structure):
    """The mapped file; the same struct as in clockshim.c."""

    _fields_ = (("frozen_at_us", ctypes.c_int64), ("offset_us", ctypes.c_int64))


class Clock:
    """A wall clock that the servers started with it share, and that a test moves at once, forward or back.

    It starts as the real time. Give it to `servers.valkey(clock=...)` and the like before anything else; what is set
    is seen by the next command of every such server, because both sides look at the same memory.
    """

    def __init__(self, directory: Path) -> None:
        """Make the clock's files in `directory`, which must outlive the servers.

        Raises RuntimeError when there is no gcc, which the shim is compiled with, once per process.
        """
        self._shim = _compiled_shim()
        self._directory = directory
        self._file = directory / "clock"
        self._file.write_bytes(bytes(ctypes.sizeof(_Settings)))
        with self._file.open("r+b") as file:
            # Written through ctypes and not through slices: one aligned store each, which a server never sees half of.
            self._settings = _Settings.from_buffer(mmap.mmap(file.fileno(), 0))

    def now_us(self) -> int:
        """Return the time that a server sees at this moment, in microseconds since 1970."""
        frozen_at_us: int = self._settings.frozen_at_us
        return frozen_at_us or time.time_ns() // 1000 + int(self._settings.offset_us)

    def freeze(self, at_us: int | None = None) -> None:
        """Stop the clock at exactly `at_us` microseconds since 1970, by default at the present one."""
        self._settings.frozen_at_us = self.now_us() if at_us is None else at_us

    def advance(self, *, ms: float = 0, us: int = 0) -> None:
        """Move the clock on by so much (back, if negative); a frozen one stays frozen at its new time."""
        step_us = round(ms * 1000) + us
        if self._settings.frozen_at_us:
            self._settings.frozen_at_us += step_us
        else:
            self._settings.offset_us += step_us

    def set_offset(self, *, ms: float) -> None:
        """Let the clock run again, this many milliseconds ahead of real time (behind it, if negative)."""
        self._settings.offset_us = round(ms * 1000)
        self._settings.frozen_at_us = 0

    def environ(self) -> dict[str, str]:
        """Return what the environment of a program must have to run under this clock."""
        return {"LD_PRELOAD": str(self._shim), "CLOCKSHIM_FILE": str(self._file)}

    def preloaded(self, binary: Path) -> Path:
        """Return a program that runs `binary` under this clock, as the same process.

        A script and not a changed environment, so that whoever starts servers need not know of clocks.
        """
        program = self._directory / f"{binary.name}-under-clock"
        exports = " ".join(f"{name}={shlex.quote(value)}" for name, value in self.environ().items())
        program.write_text(f'#!/bin/sh\nexport {exports}\nexec {shlex.quote(str(binary))} "$@"\n')
        program.chmod(0o755)
        return program


@functools.cache
def _compiled_shim() -> Path:
    compiler = shutil.which("gcc")
    if compiler is None:
        raise RuntimeError("the clock under the server is a small C library: install gcc to run these tests")
    directory = tempfile.TemporaryDirectory(prefix="clockshim-")
    atexit.register(directory.cleanup)
    library = Path(directory.name) / "clockshim.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return library
