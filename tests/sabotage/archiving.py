"""Sabotages of the archive: what is removed, when, and what was kept of it before."""

from __future__ import annotations

from tests.sabotage.sabotage import Change, Sabotage

ARCHIVING = (
    Sabotage(
        "an event is removed whatever was written since its report",
        "lua/end_archiving.lua",
        " or not last or last[1] ~= ARGV[2]",
        "",
        harm="what an older version of the service did is in no report, and nowhere else",
        guess="integration/test_archive_troubles.py",
    ),
    Sabotage(
        "an event that is not closed is removed",
        "lua/end_archiving.lua",
        "if ev.status ~= ARCHIVING or ",
        "if ",
        harm="an event that was made again goes with the old one",
        guess="integration/test_archive_twice.py",
    ),
    Sabotage(
        "an event goes before its log was published",
        "lua/begin_archiving.lua",
        "(ev.published_seq or 0) < ev.log_seq",
        "false",
        harm="those who are told of sales never hear of the last of them",
        guess="integration/test_archive.py",
    ),
    Sabotage(
        "an event goes as soon as it is over",
        "lua/begin_archiving.lua",
        "now < ev.end_ms + retention_ms",
        "now < ev.end_ms",
        harm="people do not find the ticket of yesterday",
        guess="integration/test_archive.py",
    ),
    Sabotage(
        "what is still live is not waited for",
        "lua/begin_archiving.lua",
        "if redis.call('ZCARD', key) > 0 then",
        "if false then",
        harm="somebody's turn ends in no report",
        guess="integration/test_archive.py",
    ),
    Sabotage(
        "an event that is being archived can be changed",
        "lua/prelude/6_clock.lua",
        "    if ev.status == ARCHIVING then return {'event_archived'} end\n",
        "",
        harm="what is changed then may be in no report",
        guess="integration/test_archiving_event.py",
    ),
    Sabotage(
        "the sweep moves an event on that is being archived",
        "lua/prelude/6_clock.lua",
        "    if ev.status == ARCHIVING then return false end\n",
        "",
        harm="the event is not what its report says",
        guess="integration/test_archiving_event.py",
        more=(
            Change(
                "lua/prelude/1_event.lua",
                "if not next(dirty) or ev.status == ARCHIVING then return end",
                "if not next(dirty) then return end",
            ),
        ),
    ),
    Sabotage(
        "an event is removed before its report is sent",
        "archive/service.py",
        "    last, aliases = _report(house, bucket, fields, counts, remaining_ms)\n",
        '    (last,) = house.store.command("XREVRANGE", keys.event_key("log", code), "+", "-", "COUNT", 1)[0][:1]\n'
        '    _run(house, "end_archiving", event_id, last)\n'
        "    last, aliases = _report(house, bucket, fields, counts, remaining_ms)\n",
        harm="an event of which nothing is left anywhere",
        guess="integration/test_archive_troubles.py",
    ),
    Sabotage(
        "a report is sent however much of it is missing",
        "archive/report.py",
        "        if found != promised:\n",
        "        if False:\n",
        harm="two runs at once leave a report with holes",
        guess="integration/test_archive_twice.py",
        more=(
            Change("archive/reading.py", "        if None in texts:\n", "        if False:\n"),
            Change("archive/reading.py", "zip(page, texts, strict=True)", "zip(page, map(str, texts), strict=True)"),
        ),
    ),
    Sabotage(
        "what the bucket has is not looked at",
        "archive/bucket.py",
        'if (kept["ContentLength"], kept["Metadata"]) != (size, dict(said)):',
        "if False:",
        harm="an event goes of which only a part was kept",
        guess="integration/test_archive_troubles.py",
    ),
    Sabotage(
        "an alias goes whatever it means by now",
        "lua/forget_alias.lua",
        " or high .. low ~= ARGV[2]",
        "",
        harm="somebody who waits for another event is not found any more",
        guess="integration/test_archive.py",
    ),
    Sabotage(
        "my tickets forget an event for good",
        "tickets/service.py",
        "if is_there != 0]",
        "if False]",
        harm="who bought in an event that was made again does not find the ticket",
        guess="integration/test_archive_twice.py",
    ),
    Sabotage(
        "an old place in the index goes whatever stands there by now",
        "lua/unlist_event.lua",
        "if not end_ms or tonumber(end_ms) > tonumber(ARGV[2]) then",
        "if not end_ms then",
        harm="an event that was just made is in no list",
        guess="integration/test_archive_twice.py",
    ),
)
