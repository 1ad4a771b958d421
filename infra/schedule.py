"""The part of EventBridge on a laptop: `chalice local` runs no schedules."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import traceback
from pathlib import Path

from chalice.local import LambdaContext

from infra import lambda_events

# Too little for a second tick inside the handler: it makes one and returns.
_BUDGET_MS = 1_000
_MEMORY_MB = 256


class Scheduled:
    """A scheduled function of app.py, in this process, with its output in a log file."""

    def __init__(self, name: str, root: Path, stage: str, log_file: Path) -> None:
        """Import app.py with the variables that .chalice/config.json gives the stage, as `chalice local` does."""
        self._name = name
        self._log = log_file.open("a", buffering=1)
        self._failing = False
        config = json.loads((root / ".chalice" / "config.json").read_text())
        for level in (config, config["stages"][stage]):
            os.environ.update(level.get("environment_variables", {}))
        with contextlib.redirect_stdout(self._log):
            self._handler = getattr(importlib.import_module("app"), name)

    def tick(self) -> None:
        """Run the handler once; what it raises goes to the log, and the first time in a row to the terminal too."""
        try:
            with contextlib.redirect_stdout(self._log):
                context = LambdaContext(self._name, _MEMORY_MB, max_runtime_ms=_BUDGET_MS)
                self._handler(lambda_events.schedule(self._name), context)
        except Exception as error:  # noqa: BLE001 - the next second may be better
            traceback.print_exc(file=self._log)
            if not self._failing:
                print(f"The function {self._name} fails and goes on trying: {error}; see {self._log.name}", flush=True)
            self._failing = True
        else:
            if self._failing:
                print(f"The function {self._name} works again.", flush=True)
            self._failing = False
