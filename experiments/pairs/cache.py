"""A bounded store of finished runs by their id, shared by all who ask: the second time, a run costs nothing."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

import numpy as np

MOST_BYTES = 128 * 1024 * 1024
"""Size of a cache: about 8,000 runs of 160 quarters."""

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


class RunCache:
    """Runs by id, at most `most_bytes` of them: those least recently used go first. Safe among threads."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self._kept: OrderedDict[str, KeptRun] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def get(self, run_id: str) -> KeptRun | None:
        """Return a run, or None if it is not kept."""
        with self._lock:
            if run_id in self._kept:
                self._kept.move_to_end(run_id)
            return self._kept.get(run_id)

    def put(self, run_id: str, run: KeptRun) -> None:
        """Keep a run, in place of those that were not asked for longest."""
        with self._lock:
            replaced = self._kept.pop(run_id, None)
            self._kept[run_id] = run
            self._bytes += run.size - (replaced.size if replaced else 0)
            while self._bytes > self.most_bytes:
                _, dropped = self._kept.popitem(last=False)
                self._bytes -= dropped.size

    def holds(self, run_id: str) -> bool:
        """Return whether a run is kept, without counting as use."""
        with self._lock:
            return run_id in self._kept

    def __len__(self) -> int:
        return len(self._kept)

    @property
    def bytes_kept(self) -> int:
        """Bytes of all runs kept, nearly."""
        return self._bytes
