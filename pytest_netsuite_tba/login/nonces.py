"""The nonces that each user has spent (Oracle subsect_156935170194)."""

from __future__ import annotations

import hashlib

from pytest_netsuite_tba.oauth1.encoding import to_bytes

WINDOW_SECONDS = 300  # a timestamp may be this far off, either way
_KEPT_SECONDS = 2 * WINDOW_SECONDS
_LONG = 64  # characters


def _short(nonce: str) -> str:
    return nonce if len(nonce) <= _LONG else f"sha256 {hashlib.sha256(to_bytes(nonce)).hexdigest()}"


class NonceStore:
    """(user, nonce, timestamp) seen within the window, by timestamp; not thread-safe, the gate's lock is.

    A pair can be replayed only while its timestamp is inside the window, so it is kept for the ten minutes of
    that window and its bucket dropped after: memory is bounded by the traffic of ten minutes.
    A long nonce is kept as its hash.
    """

    __slots__ = ("_buckets",)

    def __init__(self) -> None:
        self._buckets: dict[int, dict[tuple[str, str], int]] = {}

    def seen(self, user: str, nonce: str, timestamp: int) -> int | None:
        """Look up the id of the attempt that spent this nonce, or None."""
        return self._buckets.get(timestamp, {}).get((user, _short(nonce)))

    def spend(self, user: str, nonce: str, timestamp: int, *, now: float, attempt: int) -> None:
        """Note the nonce as spent by ``attempt``, and forget what no timestamp check would let in again."""
        bucket = self._buckets.get(timestamp)
        if bucket is None:
            for old in [kept for kept in self._buckets if kept < now - _KEPT_SECONDS]:
                del self._buckets[old]
            bucket = self._buckets[timestamp] = {}
        bucket[user, _short(nonce)] = attempt

    def __len__(self) -> int:
        return sum(len(bucket) for bucket in self._buckets.values())
