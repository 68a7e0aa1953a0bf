"""The factors that decide whether application or selection leads, by several methods.

`python -m docs.importances` computes them again and writes `docs/importances.csv`, with `--quick` at a smaller size.
Runs are kept in `results/`, so that it goes on where it was stopped.

A screening by Morris goes through all parameters that the shipped calibration searches, in the range that the accepted
sets fill, and through what acts only under policy. Saltelli's design then takes the factors with the largest effects.
All others are at their defaults.
"""

import csv
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs.ensemble import PINNED
from docs.result import Result

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.by_point import ByPoint
    from experiments.study.study import Study

FILE = Path(__file__).with_name("importances.csv")

OF = "welfare[application] - welfare[selective]"
UNDER_POLICY: dict[str, dict[str, Any]] = {
    "displacement": {"range": [0.0, 1.0]},
    "incidence": {"range": [0.0, 0.3]},
    "subsidy_belief": {"range": [0.0, 1.0]},
    "policy.foresight": {"range": [0.0, 1.0]},
    "policy.budget": {"range": [0.0005, 0.016], "log": True},
}
"""What acts only under policy, so that no fact of the economy without policy can pin it."""

METHODS = {"morris": "mu_star", "saltelli": "total", "forest": "permutation", "process": "permutation"}
"""Methods and the measure by which each ranks the factors."""


@dataclass(frozen=True)
class Effort:
    """The size of both steps: trajectories, factors that pass the screening, blocks, seeds, and the economy."""

    trajectories: int = 10
    kept: int = 10
    blocks: int = 64
    seeds: int = 4
    parameters: Mapping[str, Any] = field(default_factory=dict)
    quick: bool = False


QUICK = Effort(trajectories=6, kept=8, blocks=24, seeds=3, parameters={"users": 100, "horizon": 100})
"""A smaller size, for a machine that has other things to do."""


def screened_factors() -> dict[str, dict[str, Any]]:
    """Return the factors of the screening: all that the calibration searches, as far as facts leave each open.

    The range holds the middle 90 % of the accepted sets. What acts only under policy comes after them.
    """
    from experiments.study.factors import is_whole

    factors: dict[str, dict[str, Any]] = {}
    with PINNED.open(newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            ends = [float(row[name]) for name in ("q05", "q95")]
            span = [round(end) for end in ends] if is_whole(row["parameter"]) else ends
            factors[row["parameter"]] = {"range": span, **({"log": True} if row["scale"] == "log" else {})}
    return {**factors, **UNDER_POLICY}


def computed(effort: Effort) -> Iterator[Result]:
    """Yield the importances of both steps, and how large and how reliable they are."""
    from experiments.importance.importances import importances
    from experiments.importance.measures import measured

    factors = screened_factors()
    screening, runs = _made("morris", factors, effort.trajectories, effort)
    effects = measured(screening, effort.quick)
    assert effects is not None
    order = effects.values["mu_star"].argsort()[::-1]
    for rank, place in enumerate(order, 1):
        numbers = [found["mu_star"][place] for found in (effects.values, effects.low, effects.high)]
        yield Result("morris", screening.factors[place], "mu_star", *(f"{one:.0f}" for one in numbers), str(rank))
    yield from _size("morris", screening, len(runs))

    kept = [screening.factors[place] for place in order[: effort.kept]]
    evidence, runs = _made("saltelli", {name: factors[name] for name in kept}, effort.blocks, effort)
    found = importances(evidence, "saltelli", quick=effort.quick)
    for row in found.table.dropna(subset="rank").sort_values(["method", "rank"]).itertuples():
        numbers = ["" if one != one else f"{one:.2f}" for one in (row.value, row.low, row.high)]
        yield Result(row.method, row.factor, row.measure, *numbers, f"{row.rank:g}")
    for name in evidence.factors:
        low, high = found.ends.loc[name]
        yield Result("ends", name, "low and high", "", _whole(low), _whole(high))
    yield from _size("saltelli", evidence, len(runs))
    for name, value in found.r2.items():
        yield Result("size", name, "R2", f"{value:.2f}")
    parameters = study_of("saltelli", {}, 1, effort).parameters
    for name, number in (("users", parameters.users), ("quarters", parameters.horizon), ("seeds", effort.seeds)):
        yield Result("size", "each run", name, str(number))


def _whole(value: float) -> str:
    return "" if value != value else f"{value:.0f}"


def _made(
    kind: str, factors: Mapping[str, Mapping[str, Any]], samples: int, effort: Effort
) -> tuple["ByPoint", "pd.DataFrame"]:
    """Run a design and return the difference at its points, with the runs."""
    from experiments.analysis.by_point import read_by_point
    from experiments.analysis.sweep import run_sweep
    from experiments.commands.outcome import default_folder
    from experiments.expressions import parse_sum
    from experiments.running.engines import Execution

    study = study_of(kind, factors, samples, effort)
    folder = default_folder(study)
    swept = run_sweep(study, folder, Execution(quiet=effort.quick))
    wanted = parse_sum(OF, [policy.name for policy in study.policies], "--of")
    return read_by_point(folder, wanted, study.seeds), swept.runs


def study_of(kind: str, factors: Mapping[str, Mapping[str, Any]], samples: int, effort: Effort) -> "Study":
    """Return the study of one step."""
    from experiments.study.study import Study, seeds_from
    from model import Parameters
    from model.policy.presets import find_policies

    return Study(
        name=f"importances-{kind}",
        parameters=Parameters(**effort.parameters),
        policies=find_policies(["selective", "application"]),
        reference="selective",
        seeds=seeds_from(effort.seeds),
        uncertain=factors,
        design={"kind": kind, "samples": samples} if factors else {},
        outcomes=("welfare",),
    )


def _size(kind: str, evidence: "ByPoint", runs: int) -> Iterator[Result]:
    yield Result("size", kind, "factors", str(len(evidence.factors)))
    yield Result("size", kind, "points", str(len(evidence.pairs)))
    yield Result("size", kind, "runs", str(runs))
    yield Result("size", kind, "failed", str(evidence.failed))
    yield Result("size", kind, "unequal money", str(len(evidence.unequal)))
    yield Result("size", kind, "chance", f"{evidence.noise_share:.2f}")


def write(results: Iterable[Result], file: Path = FILE) -> None:
    """Write results as a CSV table."""
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(Result._fields)
        writer.writerows(results)


def main(options: list[str]) -> None:
    """Compute all again, perhaps with `--quick`, and write them."""
    results = list(computed(QUICK if options == ["--quick"] else Effort()))
    write(results)
    print(f"{len(results)} numbers in {FILE}", file=sys.stderr)


if __name__ == "__main__":
    main(sys.argv[1:])
