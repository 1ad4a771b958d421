"""One door to processes of several releases, as a load balancer in the middle of a deployment is."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any, Self

from tests.faults.worker import Worker
from tests.rolling.release import Release
from tests.support.api import Answer, Api


class Fleet(Api):
    """A process of each release; every request goes to any of them. A context manager that ends them."""

    def __init__(self, port: int, releases: Sequence[Release], seed: str, **environ: str) -> None:
        """Start the processes on the Redis at this port."""
        self.done = Counter[tuple[str, str]]()
        """By release and deed how often it answered with what was asked for."""
        self.last = ""
        """Which release gave the last answer."""
        self.asked = 0
        """How many requests there were."""
        self._random = random.Random(seed)
        self._ending = ExitStack()
        self._workers = {
            one.name: self._ending.enter_context(Worker(port, one.root, **one.environ, **environ)) for one in releases
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._ending.close()

    def call(self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
        """Send a request to any of the processes; in a deployment nobody is told that the service has troubles."""
        answer = self._any().call(method, path, body, headers)
        assert answer.status < 500, f"{self.last}: {method} {path}: {answer.text}"
        if answer.status < 400:
            words = [word for word in path.partition("?")[0].split("/") if word.isalpha()]
            self.done[self.last, " ".join([method, *words])] += 1
        return answer

    def schedule(self, name: str) -> Answer:
        """Run a scheduled function in any of the processes."""
        answer = self._any().schedule(name)
        self.done[self.last, name] += 1
        return answer

    def of(self, release: Release) -> Api:
        """Give the process of one release, for what only that is to be asked."""
        return self._workers[release.name]

    def _any(self) -> Worker:
        self.asked += 1
        self.last = self._random.choice(list(self._workers))
        return self._workers[self.last]
