"""Many pages of the browser lab at once: that each shows its own, and the memory that they take and give back."""

import time
from collections.abc import Iterator

from experiments.recording.recording import record_run
from model import Parameters, policies
from tests.benchmarks.figures import Figure
from tests.benchmarks.served import Served, served
from tests.viz.session import sessions

_CROWDS = (2, 10, 50, 50)
_CULLED = 5
"""Seconds after which this server closes a page whose browser has gone, in place of minutes."""

_MOST_PER_PAGE = 8.0
_MOST_KEPT = 25.0
"""Mebibytes that a page may take, and that fifty pages may add where fifty have been before them."""


def visitors() -> Iterator[Figure]:
    """Pages of Watch with different settings, and what the server holds before, with and after them."""
    with served(f"{_CULLED}s") as lab:
        _strangers(lab, 1)  # which loads what the first visitor needs
        time.sleep(_CULLED + 5)
        first = lab.mebibytes()
        for crowd in _CROWDS:
            before = lab.mebibytes()
            strangers, open_at_once = _strangers(lab, crowd)
            gone = lab.mebibytes()
            time.sleep(_CULLED + 5)
            closed = lab.mebibytes()
            print(f"  {crowd} pages, MiB of the server: {before:.0f} before, {open_at_once:.0f} with them, "
                  f"{gone:.0f} when browsers have gone, {closed:.0f} when closed", flush=True)  # fmt: skip
            yield Figure(f"{crowd} pages at once: not their own run", strangers, 1.0, "pages")
        yield Figure("memory of a page, of fifty at once", (open_at_once - first) / crowd, _MOST_PER_PAGE, "MiB")
        yield Figure("what another fifty pages add", closed - before, _MOST_KEPT, "MiB")


def _strangers(lab: Served, crowd: int) -> tuple[int, float]:
    """Open pages of Watch at once. Return how many do not play their own run, and what the server then holds."""
    asked = [(seed, Parameters().users + seed) for seed in range(1, crowd + 1)]
    own = [record_run(Parameters(users=users), policies["application"], seed).packed for seed, users in asked]
    with sessions(lab.address, [f"/?seed={seed}&users={users}" for seed, users in asked]) as opened:
        for page, (seed, users) in zip(opened, asked, strict=True):
            page.wait_for(f"--seed {seed} --set users={users} ")
        held = lab.mebibytes()
        return sum(page.recording() != packed for page, packed in zip(opened, own, strict=True)), held
