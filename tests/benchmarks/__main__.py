"""`python -m tests.benchmarks [NAME…]`: what was measured, against what was wanted, as ratios (below 1 is within it).

Each figure is the best of several repeats, which on a shared machine is nearest to what the code itself costs. `--keep`
writes the figures into the table that the documentation shows.
"""

import sys

from docs.benchmarks import keep
from model.simulation import warm_up
from tests.benchmarks.endurance import endurance
from tests.benchmarks.engines import engines
from tests.benchmarks.floor import floor
from tests.benchmarks.lab import lab
from tests.benchmarks.programs import by_value, cold_compile, command_line, runner_overhead, sweep_memory
from tests.benchmarks.scale import finished, scale
from tests.benchmarks.size import many_users, scaling
from tests.benchmarks.speed import (
    channels,
    check_overhead,
    choice,
    default_run,
    large_twin,
    many,
    phases,
    threads,
    twin,
)

BENCHMARKS = (
    default_run, phases, floor, choice, twin, check_overhead, threads, many, scaling, many_users, channels,
    runner_overhead, cold_compile, by_value, command_line, sweep_memory, engines, finished, scale, large_twin,
    lab, endurance,
)  # fmt: skip


def main(names: list[str]) -> None:
    """Print the table of all benchmarks, or of those named."""
    warm_up()
    wanted = [name for name in names if name != "--keep"]
    chosen = [entry for entry in BENCHMARKS if not wanted or entry.__name__ in wanted]
    print(f"{'':46}{'measured':>10}{'limit':>9} {'unit':6}{'ratio':>7}", flush=True)

    for entry in chosen:
        figures = []
        for figure in entry():
            figures.append(figure)
            print(
                f"{figure.name:46}{figure.value:10.3g}{figure.limit:9.3g} {figure.unit:6}{figure.ratio:7.2f}",
                flush=True,
            )
        if "--keep" in names:
            keep(entry.__name__, [figure[:4] for figure in figures])


if __name__ == "__main__":
    main(sys.argv[1:])
