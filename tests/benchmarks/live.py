"""Speed of a live comparison: its first interval, and a hundred pairs against the plain cost of their runs."""

import time
from collections.abc import Iterator

from experiments.pairs.answer import LiveAnswer
from experiments.pairs.batches import answers
from experiments.pairs.cache import RunCache
from experiments.pairs.question import MOST_PAIRS, ask
from model import Parameters, policies
from model.simulation import simulate_many
from tests.benchmarks.figures import Figure
from tests.economies import TINY

FIRST_LIMIT = 0.7
"""Processor seconds to the first interval."""

WHOLE_LIMIT = 1.3
"""Cost of a hundred pairs over that of their runs alone."""


REPEATS = 2


def live_pairs() -> Iterator[Figure]:
    """A live comparison of two policies with the default economy. It ends at its last pair, however narrow."""
    arms = [policies["selective"], policies["application"]]
    study = ask(arms, Parameters())
    for found in answers(ask(arms, TINY, 5), "hhi", RunCache()):
        _shown(found)  # loads pandas, as the first visitor does
    firsts, wholes, plains = [], [], []
    for _ in range(REPEATS):
        begun, cache = time.process_time(), RunCache()
        for found in answers(study, "hhi", cache):  # the least certain indicator, which is not narrow before
            _shown(found)
            if found.pairs < 10:
                firsts.append(time.process_time() - begun)
        wholes.append(time.process_time() - begun)
        assert found.pairs == MOST_PAIRS
        begun = time.process_time()
        for _run in simulate_many(study.parameters, arms, study.seeds):
            pass
        plains.append(time.process_time() - begun)
    begun = time.process_time()
    for found in answers(study, "hhi", cache):
        _shown(found)
    again = time.process_time() - begun
    yield Figure("live pairs: first interval", min(firsts), FIRST_LIMIT, "s CPU")
    yield Figure("live pairs: 100 pairs, times their runs", min(wholes) / min(plains), WHOLE_LIMIT, "times")
    yield Figure("live pairs: second visit", again, FIRST_LIMIT, "s CPU")


def _shown(answer: LiveAnswer) -> None:
    """Work out all that the page shows of an answer."""
    if answer.worth_showing:
        _ = answer.table, answer.fans("hhi"), answer.gap_fans("hhi")
