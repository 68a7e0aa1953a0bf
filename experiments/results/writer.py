"""Results on their way to the store: written at least once a second, even while the process is busy."""

import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self

from experiments.results.columns import Result
from experiments.results.store import MemoryStore, Store

INTERVAL = 1.0
"""Seconds between two shards: the time whose work a killed process can lose."""


class Writer:
    """A collector of results that a thread of its own writes as shards. Leaving it writes the rest.

    `stored` is called with the number of runs that each shard has made safe. An error in writing is raised by
    the next `add`, or on leaving. Results that are not on disk yet then count as missing.
    """

    def __init__(self, store: Store | MemoryStore, stored: Callable[[int], None]) -> None:
        self._store = store
        self._stored = stored
        self._waiting: list[Result] = []
        self._lock = threading.Lock()
        self._leaving = threading.Event()
        self._error: Exception | None = None
        self._thread = threading.Thread(target=self._write_regularly, name="nqpf-writer", daemon=True)

    def add(self, results: list[Result]) -> None:
        """Hand over results to be written soon."""
        if self._error is not None:
            raise self._error
        with self._lock:
            self._waiting += results

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._leaving.set()
        self._thread.join()
        if self._error is None:
            self._write()
        elif error is None:
            raise self._error

    def _write_regularly(self) -> None:
        while not self._leaving.wait(INTERVAL):
            try:
                self._write()
            except Exception as error:  # whatever it is, it would be lost with the thread
                self._error = error
                return

    def _write(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        if batch:
            self._store.add(batch)
            self._stored(len(batch))
