"""EventBridge. Nothing else in the service knows boto3: it costs a start 200 ms, so only the publisher imports this."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import boto3
import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.outbox.model import BusAway, Entry

# What fails is tried again by the next run, so one call may not eat the time of this one.
CONFIG = Config(connect_timeout=1, read_timeout=2, retries={"mode": "standard", "total_max_attempts": 2})


class EventBridge:
    """A bus by its name or ARN; where and who we are is what boto3 finds in the environment."""

    def __init__(self, name: str) -> None:
        """Make the client of one run; nothing is asked before there is something to tell."""
        session = botocore.session.get_session()
        session.set_config_variable("metadata_service_num_attempts", 0)  # there is none on Lambda, nor on a laptop
        self._name, self._is_there = name, False
        self._events: Any = boto3.Session(botocore_session=session).client("events", config=CONFIG)

    def put(self, entries: Sequence[Entry]) -> list[str]:
        """Send up to ten entries; gives of each why it was refused, or nothing. Raises BusAway."""
        try:
            if not self._is_there:
                # EventBridge takes what is put on a bus that does not exist, and drops it without a word.
                self._events.describe_event_bus(Name=self._name)
                self._is_there = True
            answer = self._events.put_events(Entries=[entry | {"EventBusName": self._name} for entry in entries])
        except (BotoCoreError, ClientError) as error:
            raise BusAway(str(error)) from error
        return [_refusal(result) for result in answer["Entries"]]


def _refusal(result: dict[str, str]) -> str:
    return f"{result['ErrorCode']}: {result.get('ErrorMessage', '')}" if result.get("ErrorCode") else ""
