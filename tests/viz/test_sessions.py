"""Pages that are open at once: each shows what its own address asks for, and nothing of another."""

from typing import Any

import pytest

from experiments.pairs.batches import answers
from experiments.pairs.cache import RunCache
from experiments.pairs.question import ask
from experiments.pairs.verdict import verdict
from experiments.recording.recording import record_run
from model import Parameters, policies
from tests.economies import TINY, TINY_SIZES
from tests.viz.session import sessions
from viz.report.wording import typeset

pytestmark = pytest.mark.slow
SMALL: dict[str, Any] = {"users": 200, "horizon": 40}


def test_pages_of_watch_play_their_own_run(address: str) -> None:
    """Ten pages that ask at once, of which two ask for the same."""
    asked = [(name, seed) for name in ("application", "feng", "rebate") for seed in (1, 2, 3)] + [("feng", 1)]
    query = "&".join(f"{name}={value}" for name, value in SMALL.items())
    with sessions(address, [f"/?{query}&policy={name}&seed={seed}" for name, seed in asked]) as pages:
        for page, (name, seed) in zip(pages, asked, strict=True):
            page.wait_for(f"--policy {name} --seed {seed} ")
            assert page.recording() == record_run(Parameters(**SMALL), policies[name], seed).packed


def test_pages_of_compare_show_their_own_numbers(address: str) -> None:
    """Four that ask at once, and share the runs that are kept: each has its own verdict and none of another."""
    asked = [("selective", "application"), ("rebate", "feng"), ("application", "selective"), ("feng", "procurement")]
    verdicts = [_verdict(names) for names in asked]
    query = "&".join(f"{name}={value}" for name, value in TINY_SIZES.items())
    with sessions(address, [f"/compare?{query}&policies={','.join(names)}" for names in asked]) as pages:
        for page, own in zip(pages, verdicts, strict=True):
            page.wait_for("nqpf compare")
            assert [words for words in verdicts if words in page.text()] == [own]


def _verdict(names: tuple[str, ...]) -> str:
    """Return the sentence of a comparison with all its pairs."""
    *_, last = answers(ask([policies[name] for name in names], TINY), "welfare", RunCache())
    return typeset(verdict(last, "welfare")[0])
