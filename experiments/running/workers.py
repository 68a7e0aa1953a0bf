"""Worker processes. Each is an executor of its own, so that it is known whose work a killed one took along."""

import os
import signal
import threading
import time
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import FIRST_COMPLETED, Future, wait
from typing import Any, NamedTuple, TypeVar

Piece = TypeVar("Piece")
Made = TypeVar("Made")

TRIES = 3
"""How often a piece of work is given to a worker: once, and twice more where the worker is lost."""

PATIENCE = 1.0
"""Seconds between two looks of a worker at whether its parent still lives."""

_ONE_THREAD = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "OPENBLAS", "MKL", "NUMBA")}


class LostWorker(RuntimeError):
    """A worker process that ended without a result, as often as it was tried."""


class _Work(NamedTuple):
    executor: Any
    given: Any
    tries: int


def run_apart(
    work: Callable[[Piece], Made], pieces: Iterable[Piece], workers: int, lost: Callable[[Piece, LostWorker], Made]
) -> Generator[Made, None, None]:
    """Yield `work` of each piece as it is done, in so many processes, which end with this one.

    A piece whose worker is lost goes to a new worker. After `TRIES` of them `lost` makes the result.
    """
    waiting = iter(pieces)
    running: dict[Future[Made], _Work] = {}
    idle = [_worker() for _ in range(workers)]
    try:
        while True:
            while idle and (piece := next(waiting, None)) is not None:
                _give(running, work, _Work(idle.pop(), piece, 1))
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                executor, piece, tries = running.pop(future)
                try:
                    made = future.result()
                except _broken():
                    executor.shutdown(wait=False, kill_workers=True)
                    executor = _worker()
                    if tries < TRIES:
                        _give(running, work, _Work(executor, piece, tries + 1))
                        continue
                    made = lost(piece, LostWorker(f"the worker process was lost in each of {TRIES} tries"))
                idle.append(executor)
                yield made
    finally:
        for executor in (*idle, *(one.executor for one in running.values())):
            executor.shutdown(wait=False, kill_workers=True)


def _give(running: dict["Future[Made]", _Work], work: Callable[[Piece], Made], one: _Work) -> None:
    try:
        running[one.executor.submit(work, one.given)] = one
    except _broken() as error:  # it was killed while it had nothing to do
        future: Future[Made] = Future()
        future.set_exception(error)
        running[future] = one


def _worker() -> Any:
    """Return an executor with one process, which is started when it gets work and needs no import of `__main__`."""
    from joblib.externals.loky import ProcessPoolExecutor

    return ProcessPoolExecutor(1, timeout=None, initializer=_begin, initargs=(os.getpid(),), env=_ONE_THREAD)


def _broken() -> type[Exception]:
    from joblib.externals.loky import BrokenProcessPool

    return BrokenProcessPool


def _begin(parent: int) -> None:
    """Prepare a worker: it leaves Ctrl-C to its parent, and ends when the parent has."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(parent,), name="nqpf-parent-watch", daemon=True).start()


def _end_with(parent: int) -> None:
    while os.getppid() == parent:
        time.sleep(PATIENCE)
    os._exit(1)
