"""Sabotages of how safely a confirm is kept before it is acknowledged."""

from __future__ import annotations

from tests.sabotage.sabotage import Sabotage

DURABLE = (
    Sabotage(
        "a confirm waits for nothing",
        "scripting.py",
        "if not level.asks:",
        "if True:",
        harm="a ticket that was paid for is gone after a power cut",
        guess="unit/test_durability.py",
    ),
    Sabotage(
        "a confirm is acknowledged however its wait ends",
        "scripting.py",
        " or not level.is_reached(said)",
        "",
        harm="a ticket that was paid for is gone after a failover",
        guess="unit/test_durability.py",
    ),
    Sabotage(
        "another connection vouches for a confirm",
        "scripting.py",
        "*level.asks]\n    reply, *said = store.pipeline(commands)\n",
        "*level.asks]\n"
        "    pool: Any = store.client.connection_pool\n"
        "    reply, mine = store.command(*what.words()), pool.get_connection()\n"
        "    said = [store.command(*ask) for ask in level.asks]\n"
        "    pool.release(mine)\n",
        harm="a ticket that was paid for is gone after a failover",
        guess="faults/test_durability.py",
    ),
    Sabotage(
        "a repeated confirm writes nothing that could be waited for",
        "lua/settle.lua",
        "    set('last_ms', now)\n",
        "",
        harm="a confirm that was not safe is called safe when it is sent again",
        guess="faults/test_durability.py",
    ),
)
