"""The public keys of the identity provider, fetched when they are needed and kept for a while.

PyJWT's own client asks the provider again for each token with an unknown kid, which lets anybody make us ask it, and
refuses everybody while the provider is away. Here a kid that is not known is asked for once in a while, and keys that
were good stay good while nothing newer can be had.
"""

from __future__ import annotations

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING, Any

from chalicelib.errors import DomainError

if TYPE_CHECKING:
    from jwt import PyJWK

FRESH_S = 300.0
AGAIN_S = 10.0
_FETCH_S = 1.5
_BYTES_MAX = 256 * 1024


def key(url: str, kid: Any, algorithm: str) -> PyJWK:
    """Give the key of this id for this algorithm; raises token_invalid or keys_unavailable."""
    return _key_set(url).key(kid, algorithm)


class KeySet:
    """The keys at one address; ``fetch`` gives the document there, ``clock`` seconds that never go back."""

    def __init__(self, fetch: Callable[[], Any], clock: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._clock = fetch, clock
        self._keys: dict[str, PyJWK] = {}
        self._asked_s = self._fetched_s = float("-inf")
        self._fetching = threading.Lock()

    def key(self, kid: Any, algorithm: str) -> PyJWK:
        """Give a key; refreshes the set when it is old, or does not have the kid and was not asked for lately."""
        name = kid if isinstance(kid, str) else ""
        if self._clock() - self._fetched_s > FRESH_S or name not in self._keys:
            self._refresh()
        if not self._keys:
            raise DomainError("keys_unavailable")
        found = self._keys.get(name)
        if found is None or found.algorithm_name != algorithm:
            raise DomainError("token_invalid")
        return found

    def _refresh(self) -> None:
        with self._fetching:
            if self._clock() - self._asked_s < AGAIN_S:
                return
            self._asked_s = self._clock()
            try:
                self._keys = _read(self._fetch())
            except Exception:  # noqa: BLE001 - whatever the provider does, the keys we have stay good
                return
            self._fetched_s = self._clock()


@cache
def _key_set(url: str) -> KeySet:
    def fetch() -> Any:
        with urllib.request.urlopen(url, timeout=_FETCH_S) as answer:  # noqa: S310 - settings.py takes https alone
            return json.loads(answer.read(_BYTES_MAX))

    return KeySet(fetch)


def _read(document: Any) -> dict[str, PyJWK]:
    import jwt  # noqa: PLC0415 - see auth.py

    # A provider may publish keys that we cannot use, for encryption or of other kinds: PyJWT leaves them out.
    return {one.key_id: one for one in jwt.PyJWKSet.from_dict(document).keys if one.key_id}
