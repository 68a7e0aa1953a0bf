"""Recordings already made, kept within a bound and shared by all who ask for the same run."""

from collections import OrderedDict
from collections.abc import Mapping
from threading import Lock
from typing import NamedTuple

import numpy as np

from experiments.recording.recording import Turn, record_run
from model.parameters import Parameters
from model.policy.policy import Policy

MOST_KEPT = 24
"""Recordings kept: some 0.2 MB each at the defaults, and at most 1.2 MB."""

_Key = tuple[Parameters, Policy, int, Turn | None]


class KeptRecording(NamedTuple):
    """A recording, and the series of its run as the model made them."""

    packed: bytes
    series: Mapping[str, np.ndarray]


class RecordingCache:
    """The recordings asked for last. Safe among threads, and the same run is never made twice at once."""

    def __init__(self, most: int = MOST_KEPT) -> None:
        self._most = most
        self._kept: OrderedDict[_Key, KeptRecording] = OrderedDict()
        self._lock, self._making = Lock(), Lock()

    def find(self, parameters: Parameters, policy: Policy, seed: int, turn: Turn | None = None) -> KeptRecording:
        """Return the recording of a run, made now if it is not kept."""
        key = (parameters, policy, seed, turn)
        if found := self._look_up(key):
            return found
        with self._making:  # one after the other, so that many visitors do not need the memory of many runs
            if found := self._look_up(key):
                return found
            made = record_run(parameters, policy, seed, turn)
            found = KeptRecording(made.packed, made.run.series)
            with self._lock:
                self._kept[key] = found
                while len(self._kept) > self._most:
                    self._kept.popitem(last=False)
        return found

    def __len__(self) -> int:
        return len(self._kept)

    def _look_up(self, key: _Key) -> KeptRecording | None:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
            return self._kept.get(key)


recordings = RecordingCache()
"""The recordings of this process."""
