"""Work of one visitor that goes on while the page is used: the newest question is answered, older ones are given up."""

from collections.abc import Callable
from dataclasses import dataclass
from threading import Event, Lock, Thread

import solara

from experiments.pairs.answer import LiveAnswer
from experiments.pairs.batches import answers
from experiments.pairs.cache import RunCache
from experiments.study.study import Study

CACHE = RunCache()
"""Runs of all visitors."""


@dataclass(frozen=True)
class LiveProgress:
    """The newest answer, which may be to an older question, and the error that ended the work."""

    answer: LiveAnswer | None = None
    error: str = ""

    def answers(self, study: Study | None) -> bool:
        """Return whether the answer is to this question, whatever the number of pairs."""
        found = None if self.answer is None else self.answer.study
        return study is not None and found is not None and _question(found) == _question(study)


def use_answers(study: Study | None, indicator: str) -> LiveProgress:
    """Return the progress of a question. Another question gives up the work on this one within a batch."""
    progress, tell = solara.use_state(LiveProgress())
    turn = solara.use_memo(Lock, [])

    def begin() -> Callable[[], None]:
        given_up = Event()
        if study is not None:
            Thread(target=_work, args=(study, indicator, turn, given_up, tell), daemon=True).start()
        return given_up.set

    solara.use_effect(begin, [study, indicator])
    return progress


def _work(study: Study, indicator: str, turn: Lock, given_up: Event, tell: Callable[[LiveProgress], None]) -> None:
    """Answer one question, batch by batch. Of a visitor's questions one at a time is at work."""
    try:
        with turn:
            if given_up.is_set():
                return
            for answer in answers(study, indicator, CACHE):
                if given_up.is_set():
                    return
                if answer.worth_showing:
                    _ = answer.table  # here, so that the page draws what is there
                    tell(LiveProgress(answer))
    except Exception as error:  # a page that says so is better than one that waits for ever
        if not given_up.is_set():
            tell(LiveProgress(error=f"{type(error).__name__}: {error}"))


def _question(study: Study) -> object:
    return study.parameters, study.policies
