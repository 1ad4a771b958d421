"""Sabotages of what others are told: that all of it is, what it says, and that a failure is seen."""

from __future__ import annotations

from tests.sabotage.sabotage import Sabotage

TELLING = (
    Sabotage(
        "the cursor moves before the bus has taken anything",
        "outbox/service.py",
        "        refusals = self._bus.put(",
        "        if mark:\n            self._move(event_id, mark)\n        refusals = self._bus.put(",
        harm="a publisher that dies takes ten sales along, and nobody ever hears of them",
        guess="faults/test_publishing.py",
    ),
    Sabotage(
        "what the bus refuses is passed over",
        "outbox/model.py",
        "return next((place for place, why in enumerate(refusals) if why), len(refusals))",
        "return len(refusals)",
        harm="a bus that is too busy for a second loses sales",
        guess="unit/test_publisher.py",
    ),
    Sabotage(
        "a slow publisher takes the cursor back",
        "lua/published.lua",
        "if tonumber(seq) <= before or not entry",
        "if not entry",
        harm="everything is told again and again, as often as two publishers meet",
        guess="integration/test_outbox.py",
    ),
    Sabotage(
        "the cursor passes a log that is another",
        "lua/published.lua",
        " or table.concat(entry[2], ',') ~= was",
        "",
        harm="after a failover, or in an event made anew, sales are never told",
        guess="integration/test_outbox.py",
    ),
    Sabotage(
        "which one was told last is forgotten",
        "lua/published.lua",
        "'told_seq', told_seq)",
        "'told_seq', 0)",
        harm="who listens cannot tell that something is missing",
        guess="integration/test_outbox.py",
    ),
    Sabotage(
        "an event is deleted before others know what happened",
        "lua/delete_event.lua",
        "if ARGV[2] == '1' and",
        "if false and",
        harm="tickets that were given back stay sold in every other book",
        guess="integration/test_outbox.py",
    ),
    Sabotage(
        "an id is made of the number alone",
        "outbox/model.py",
        "str(number), *logged.values(), code",
        "str(number), code",
        harm="in an event made anew everything that happens is taken for a copy, and thrown away",
        guess="unit/test_told.py",
    ),
    Sabotage(
        "a session id is told",
        "outbox/model.py",
        "ids.entry_id(who)",
        "who",
        harm="half of what acting for a person takes lies in the queues of others",
        guess="unit/test_told.py",
    ),
    Sabotage(
        "a bus that is not there is told",
        "outbox/bus.py",
        "            if not self._is_there:",
        "            if False:",
        harm="a name that was mistyped loses every sale without a word",
        guess="integration/test_telling.py",
    ),
    Sabotage(
        "a run that could not tell ends well",
        "outbox/service.py",
        "        if self.failing:\n",
        "        if False:\n",
        harm="no alarm ever says that nobody hears of the sales",
        guess="faults/test_publishing.py",
    ),
    Sabotage(
        "what follows a refused entry is sent with every try",
        "outbox/service.py",
        "1 if event_id in self.report.failing else TOLD_AT_ONCE",
        "TOLD_AT_ONCE",
        harm="while one entry fails, nine sales are told every second",
        guess="unit/test_publisher.py",
    ),
)
