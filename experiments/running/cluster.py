"""Workers of a Dask cluster. Groups of tasks go to its workers, and results come back, so that no disk is shared.

The loop is our own. It gives each worker as many bundles of groups as it has threads, and sees itself when a worker is
gone. So it knows whose work was lost and how often, whatever the scheduler makes of failures.
"""

import pickle
import time
import traceback
from collections import Counter, deque
from collections.abc import Generator
from contextlib import closing, suppress
from functools import cache
from itertools import islice
from queue import Empty, SimpleQueue
from threading import Lock
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.results.columns import Result
from experiments.running.crew import Crew, connected
from experiments.running.order import Order, TaskGroup
from experiments.running.progress import say
from experiments.running.workers import TRIES, LostWorker

if TYPE_CHECKING:
    from distributed import Client

TARGET = 1.0
"""Seconds of a processor that a bundle should take: long against Dask's own milliseconds, short where it is lost."""

MOST_GROUPS = 64
"""The most groups in a bundle."""

LOOK = 0.5
"""Seconds without a result after which the workers are looked at."""

_loading = Lock()


class _Bundle(NamedTuple):
    """Groups that one worker makes, and how often they have been given to one."""

    groups: list[TaskGroup]
    tries: int = 1
    worker: str = ""


class _Pace:
    """The number of groups in a bundle: so many that it takes TARGET seconds, as the last ones did."""

    def __init__(self) -> None:
        self.groups = 1

    def learn(self, groups: int, seconds: float) -> None:
        """Take up how long a bundle took. The number at most doubles, since the first ones tell little."""
        fitting = int(TARGET * groups / max(seconds, 1e-6))
        self.groups = max(1, min(fitting, 2 * self.groups, MOST_GROUPS))


def run_on_cluster(order: Order) -> Generator[list[Result], None, None]:
    """Yield the results of an order's groups as the workers of its scheduler return them.

    Runs whose worker is lost go to another, one by one. Those that lose three are made by `order.lost`.
    Raises BadInput where no scheduler answers or a worker would make other results, OSError where the scheduler goes.
    """
    with connected(str(order.scheduler)) as client:
        crew = Crew(client, str(order.scheduler), order.quiet)
        with closing(_Dispatch(client, crew, order)) as dispatch:
            yield from dispatch.results()


class _Dispatch:
    """Bundles on their way: those that wait for another try, and those that are with a worker."""

    def __init__(self, client: "Client", crew: Crew, order: Order) -> None:
        self._client, self._crew, self._order = client, crew, order
        self._again, self._pace, self._exhausted = deque[_Bundle](), _Pace(), False
        self._running: dict[Any, _Bundle] = {}
        self._done: SimpleQueue[Any] = SimpleQueue()

    def results(self) -> Generator[list[Result], None, None]:
        """Yield results as they come, until all groups have theirs."""
        while True:
            self._give_out()
            if self._exhausted and not self._running and not self._again:
                return
            with suppress(Empty):
                yield from self._taken_in(self._done.get(timeout=LOOK))
            for problem in self._crew.look():
                say(f"{problem}", self._order.quiet)
            gone = [one for one, bundle in self._running.items() if bundle.worker not in self._crew.threads]
            for future in gone:
                yield from self._tried(future, LostWorker("the worker has left the scheduler"))

    def close(self) -> None:
        """Call off what is with the workers."""
        self._client.cancel(list(self._running))

    def _give_out(self) -> None:
        """Give each worker as many bundles as it has threads."""
        busy = Counter(bundle.worker for bundle in self._running.values())
        free = [worker for worker, threads in self._crew.threads.items() for _ in range(threads - busy[worker])]
        for worker in free:
            if (bundle := self._next()) is None:
                return
            work = _packed((self._order.work, bundle.groups))
            future = self._client.submit(make_bundle, work, workers=[worker], pure=False)
            self._running[future] = bundle._replace(worker=worker)
            future.add_done_callback(self._done.put)

    def _next(self) -> _Bundle | None:
        if self._again:
            return self._again.popleft()
        groups = list(islice(self._order.groups, self._pace.groups))
        self._exhausted = not groups
        return _Bundle(groups) if groups else None

    def _taken_in(self, future: Any) -> Generator[list[Result], None, None]:
        """Yield the results of a future that is done, unless its bundle was given to another worker meanwhile."""
        if future not in self._running:
            return
        try:
            seconds, results = pickle.loads(self._gathered(future))
            if isinstance(results, str):
                raise LostWorker(results)
        except Exception as error:  # of Dask, which has many, or of a worker that cannot do its work
            yield from self._tried(future, error)
            return
        self._pace.learn(len(self._running.pop(future).groups), seconds)
        yield results

    def _gathered(self, future: Any) -> bytes:
        """Return what a worker has made. Dask would wait without end for one that is lost with it in its memory."""
        while True:
            try:
                return bytes(future.result(timeout=10.0 * LOOK))
            except TimeoutError:
                if self._running[future].worker not in self._crew.present():
                    raise LostWorker("the worker was lost with its results") from None

    def _tried(self, future: Any, error: Exception) -> Generator[list[Result], None, None]:
        """Put the runs of a bundle that failed back, each alone, or yield their results after the last try."""
        bundle = self._running.pop(future)
        future.cancel()
        alone = [[task] for group in bundle.groups for task in group]
        if bundle.tries < TRIES:
            self._again.extend(_Bundle([group], bundle.tries + 1) for group in alone)
            return
        last = LostWorker(f"the worker was lost in each of {TRIES} tries, last by {type(error).__name__}: {error}")
        for group in alone:
            yield self._order.lost(group, last)


def make_bundle(packed: bytes) -> bytes:
    """Make the runs of a bundle on a worker. Return its seconds and the results, as bytes that Dask leaves alone.

    An error comes back as its text: Dask would wait without end for one that the client cannot read.
    """
    try:
        work, groups = pickle.loads(packed)
        with _loading:
            _load()
        begin = time.thread_time()  # of the processor, since others may use it too
        results = [result for group in groups for result in work(group)]
        return _packed((time.thread_time() - begin, results))
    except Exception:
        return _packed((0.0, traceback.format_exc()))


@cache
def _load() -> None:
    """Compile or load the model, once in a worker."""
    from model.simulation import warm_up

    warm_up(quiet=True)


def _packed(content: Any) -> bytes:
    """Return anything as bytes, also a function that was made within another."""
    import cloudpickle

    return bytes(cloudpickle.dumps(content))
