"""What size costs: time and memory as users, innovators, industries and domains grow."""

from collections.abc import Iterator, Mapping

from model import Parameters
from model.opening import build_world
from tests.benchmarks.figures import Figure, python, seconds_of_quarters, state_bytes

MOST_BYTES = 2**31 / 1e6
"""Per user: 2 GiB for a million."""

WHOLE_RUN = """
import sys
from model import Parameters, policies
from model.simulation import Simulation
from tests.benchmarks.figures import best, peak_memory
users, threads = map(int, sys.argv[1:])
simulation = Simulation(Parameters(users=users), policies["application"], 0, threads=threads)
print(best(lambda: simulation.advance(160), 1), peak_memory())
"""


def scaling() -> Iterator[Figure]:
    """Time of a quarter, by what there is more of, at otherwise default sizes."""
    yield from _growth("user", 16, {n: Parameters(users=n) for n in (1_000, 10_000)})
    yield from _growth("user", 16, {n: Parameters(users=n) for n in (10_000, 100_000, 1_000_000)})
    base = Parameters()
    yield from _growth("slot", 160, {
        k * base.slots: base.replace(slots=k * base.slots, founders=k * base.founders, entry=k * base.entry,
                                     entry_profit=k * base.entry_profit)
        for k in (1, 2, 4)
    })  # fmt: skip
    yield from _growth("industry", 160, {n: Parameters(industries=n) for n in (5, 20, 80)})
    yield from _growth("domain", 160, {n: Parameters(domains=n) for n in (3, 12, 48)})


def _growth(unit: str, quarters: int, sizes: Mapping[int, Parameters]) -> Iterator[Figure]:
    """Time per unit at larger sizes over that at the first: 1 if time grows in proportion. All sizes in turn."""
    first, *larger = sizes
    repeats = max(2, 20_000 // max(p.users for p in sizes.values()))
    rounds = [{n: seconds_of_quarters(p, quarters) / n for n, p in sizes.items()} for _ in range(repeats)]
    cost = {n: min(times[n] for times in rounds) for n in sizes}
    for n in larger:
        yield Figure(f"{n:,}: time per {unit} / of {first:,}", cost[n] / cost[first], 1.3, "ratio")


def many_users() -> Iterator[Figure]:
    """Whole runs of 100,000 and of a million users, each in a process of its own; takes a minute."""
    (short, small), (alone, large), (together, largest) = [
        [float(number) for number in python("-c", WHOLE_RUN, str(users), str(threads)).split()]
        for users, threads in ((100_000, 1), (1_000_000, 1), (1_000_000, 2))
    ]
    yield Figure("100,000 users, 160 quarters", short, 3.0, "s")
    yield Figure("1,000,000 users, 160 quarters, one thread", alone, 20.0, "s")
    yield Figure("1,000,000 users, 160 quarters, two threads", together, 20.0, "s")
    yield Figure("1,000,000 users, two threads / one", together / alone, 1.0, "ratio")
    yield Figure("1,000,000 users, peak memory", max(large, largest) / 2**30, 2.0, "GiB")
    yield Figure("resident memory per user", (large - small) / 900_000, MOST_BYTES, "bytes")
    state = build_world(Parameters(users=100_000), 0)
    yield Figure("state per user, of 100,000", state_bytes(state) / 100_000, MOST_BYTES, "bytes")
