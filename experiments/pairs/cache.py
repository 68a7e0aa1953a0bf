"""A bounded store of what was worked out before, as runs by their id: a second time, for all who ask, costs nothing."""

from collections import OrderedDict
from collections.abc import Hashable, Mapping
from threading import Lock
from typing import Generic, NamedTuple, Protocol, TypeVar

import numpy as np

MOST_BYTES = 128 * 1024 * 1024
"""Usual size of a cache: about 8,000 runs of 160 quarters."""

_BYTES_OF_A_NUMBER = 100
"""A Python number with its place in a dictionary."""


class KeptRun(NamedTuple):
    """The part of a run that a live comparison needs: summary indicators, series, and the error of a failed one."""

    summary: Mapping[str, float]
    series: Mapping[str, np.ndarray]
    error: str = ""

    @property
    def size(self) -> int:
        """Bytes, nearly."""
        return _BYTES_OF_A_NUMBER * len(self.summary) + sum(path.nbytes for path in self.series.values())


class HasSize(Protocol):
    """A value that knows its bytes, nearly."""

    @property
    def size(self) -> int:
        """Bytes, nearly."""


Kept = TypeVar("Kept", bound=HasSize)


class BoundedCache(Generic[Kept]):
    """Values by key, at most `most_bytes` of them: those least recently used go first. Safe among threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[Hashable, Kept] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, key: Hashable) -> Kept | None:
        """Return a value, or None if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)

    def put(self, key: Hashable, value: Kept) -> None:
        """Keep a value, in place of those that were not asked for longest. One that is too large alone is not kept."""
        with self._lock:
            if replaced := self._kept.pop(key, None):
                self._bytes -= replaced.size
            if value.size > self.most_bytes:
                return
            self._kept[key] = value
            self._bytes += value.size
            while self._bytes > self.most_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.size

    def holds(self, key: Hashable) -> bool:
        """Return whether a value is kept, without counting as use."""
        with self._lock:
            return key in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes_kept(self) -> int:
        """Bytes of all values kept, nearly."""
        return self._bytes


class RunCache(BoundedCache[KeptRun]):
    """Runs by their id."""
