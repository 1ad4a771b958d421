"""Lambda workers that live for one job: forked from a warm process, which takes milliseconds, and killed at will."""

from __future__ import annotations

import contextlib
import os
import signal
import sys
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing import Pipe
from multiprocessing.connection import Connection, wait
from typing import Any, Self

from tests.support.pool import start_process

_KILLED = -signal.SIGKILL


class Lambdas:
    """One worker after the other, each a process of its own; a context manager that ends the process behind them."""

    def __init__(self, warm_up: Callable[..., object], *arguments: object) -> None:
        """Start the process that all workers are forked from; `warm_up` is what it does first.

        It must leave no thread and no connection behind. It and every job are functions of a module.
        """
        self._orders, orders = Pipe()
        self._answers, answers = Pipe(duplex=False)
        self._worker = Future[int]()
        self._mother = start_process(_fork_workers, orders, answers, warm_up, arguments)
        orders.close()
        answers.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._orders.close()
        self._mother.join()

    def run(self, job: Callable[..., Any], *arguments: object) -> Any:
        """Let a new worker do a job, and give what it returns, or None when it was killed meanwhile."""
        self._worker = Future()
        self._orders.send((job, arguments))
        self._worker.set_result(self._orders.recv())
        # Read before its end is waited for: an answer that the pipe cannot hold keeps a worker from ending.
        answer = self._answers.recv() if self._answers in wait([self._answers, self._orders]) else None
        code = self._orders.recv()
        assert code in {0, _KILLED}, f"a worker ended with {code}; what it said stands above"
        return answer

    def kill(self) -> None:
        """End the worker that is at its job, as a crash does, from another thread than the one that runs it.

        It executes nothing more: whatever it waits for, it wakes up dead.
        """
        os.kill(self._worker.result(), signal.SIGKILL)


def _fork_workers(
    orders: Connection, answers: Connection, warm_up: Callable[..., object], warm_up_arguments: tuple[object, ...]
) -> None:
    warm_up(*warm_up_arguments)
    with contextlib.suppress(EOFError):
        while True:
            job, arguments = orders.recv()
            worker = os.fork()
            if not worker:
                _work(job, arguments, answers)
            orders.send(worker)
            orders.send(os.waitstatus_to_exitcode(os.waitpid(worker, 0)[1]))


def _work(job: Callable[..., object], arguments: tuple[object, ...], answers: Connection) -> None:
    code = 1
    try:
        answers.send(job(*arguments))
        code = 0
    except BaseException:  # noqa: BLE001 - a fork must not go on as its parent
        traceback.print_exc()
        sys.stderr.flush()
    finally:
        os._exit(code)
