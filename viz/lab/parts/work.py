"""Work of one visitor in the background: it tells what it has so far, and is given up when another question comes."""

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass
from threading import BoundedSemaphore, Event, Thread
from typing import Any

import solara

from experiments.pairs.cache import BoundedCache
from model.declaration.errors import BadInput
from viz.lab.address import explained

_AT_ONCE = BoundedSemaphore(2)
"""Questions of all visitors that are at work at a time."""


@dataclass(frozen=True)
class Work:
    """The newest of what a question has given so far, whether that is all, and the error that ended it."""

    question: Hashable = None
    found: Any = None
    done: bool = False
    error: str = ""


def use_work(
    question: Hashable | None, steps: Callable[[], Iterator[Any]], kept: BoundedCache[Any] | None = None
) -> Work:
    """Return how far the work on a question is. `steps` yields what is known, and is left between two steps.

    Nothing is done for no question, nor for one whose last step is `kept`. What another question has given is not
    returned.
    """
    work, tell = solara.use_state(Work())
    found = None if question is None or kept is None else kept.get(question)
    left = question if found is None else None

    def begin() -> Callable[[], None]:
        given_up = Event()
        if left is not None:
            Thread(target=do, args=(left, steps, given_up, tell, kept), daemon=True).start()
        return given_up.set

    solara.use_effect(begin, [left])
    if found is not None:
        return Work(question, found, done=True)
    return work if work.question == question else Work(question)


def do(
    question: Hashable,
    steps: Callable[[], Iterator[Any]],
    given_up: Event,
    tell: Callable[[Work], None],
    kept: BoundedCache[Any] | None = None,
) -> None:
    """Work on a question, step by step, until it is given up. An error becomes a line. The last step is `kept`."""

    def say(work: Work) -> None:
        if not given_up.is_set():
            tell(work)

    found = None
    try:
        with _AT_ONCE:
            if given_up.is_set():
                return
            for found in steps():
                if given_up.is_set():
                    return
                say(Work(question, found))
            if kept is not None and found is not None:
                kept.put(question, found)
        say(Work(question, found, done=True))
    except BadInput as error:
        error.place = "" if error.place.startswith("--") else error.place  # which names an option
        say(Work(question, found, done=True, error=explained(error)))
    except Exception as error:  # a page that says so is better than one that waits for ever
        say(
            Work(question, found, done=True, error=" ".join([f"{type(error).__name__}:", *str(error).splitlines()[:1]]))
        )
