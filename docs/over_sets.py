"""Results over the ensemble: all parameter sets that meet the facts, crossed with what facts cannot pin."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from docs.result import TWO_BY_TWO, Result, Size, welfare_rows

if TYPE_CHECKING:
    from experiments.validation.targets import Calibration
    from model import Parameters

SEEDS = 5
FACT_SEEDS = 20
CHINA_SETS = 20
"""The first sets of the ensemble, which stand for all: facts at every set would take an hour."""
YEARS = (2007, 2020)


def grid() -> dict[str, dict[str, float]]:
    """Return values of the parameters that act only under policy, by label: one at a time, and the two corners."""
    return {
        "as assumed": {},
        **{f"displacement {value:g}": {"displacement": value} for value in (0.0, 1.0)},
        **{f"incidence {value:g}": {"incidence": value} for value in (0.0, 0.3)},
        **{f"belief in subsidies {value:g}": {"subsidy_belief": value} for value in (0.0, 1.0)},
        "best for R&D money": {"displacement": 0.0, "incidence": 0.3, "subsidy_belief": 0.0},
        "best for application": {"displacement": 1.0, "incidence": 0.0, "subsidy_belief": 1.0},
    }


def compare_sets(size: Size) -> Iterator[Result]:
    """Yield the welfare of the 2x2 over all sets: `nqpf compare --ensemble default --seeds 5`, at each of `grid`."""
    from experiments import compare

    for label, changes in grid().items():
        parameters = {**size.parameters, **changes}
        yield from _over_sets("sets", label, compare(TWO_BY_TWO, parameters, size.seeds or SEEDS, ensemble="default"))


def _over_sets(table: str, label: str, frame: Any) -> Iterator[Result]:
    """Yield each policy's welfare against the rebate: the interval over sets with the share of sets, and over seeds."""
    for row in welfare_rows(frame):
        ends = f"{row.low_sets:.0f}", f"{row.high_sets:.0f}"
        yield Result(table, label, row.policy, f"{row.difference:.0f}", *ends, f"{row.share_sets:.2f}")
        ends = f"{row.low_seeds:.0f}", f"{row.high_seeds:.0f}"
        yield Result(table, label, f"{row.policy} seeds", f"{row.difference:.0f}", *ends)


def compare_china_sets(size: Size) -> Iterator[Result]:
    """Yield the same with China's industries: over the first sets, and over those that still meet the facts there.

    The rule is that by which the sets were accepted (`nqpf calibrate --accept`), over 20 seeds.
    """
    from experiments.analysis.comparison import compare_study
    from experiments.study.study import Study, find_seeds
    from experiments.validation.ensemble import read_ensemble, with_ensemble
    from experiments.validation.targets import read_calibration
    from model import Parameters
    from model.policy.presets import find_policies

    file, declared = read_ensemble("default"), read_calibration(Path("default"))
    small = {name: value for name, value in size.parameters.items() if name not in ("industries", "domains")}
    for year in YEARS:
        there = {**small, "industries_file": f"china-{year}"}
        study = Study(
            parameters=Parameters(**there), policies=find_policies(TWO_BY_TWO), seeds=find_seeds(size.seeds or SEEDS)
        )
        whole = with_ensemble(study, file)
        assert whole.ensemble is not None
        some = replace(whole, ensemble=whole.ensemble.first(min(CHINA_SETS, len(file.members))))
        assert some.ensemble is not None
        members, seeds = some.ensemble.members, range(size.seeds or FACT_SEEDS)
        meeting = {
            number: own
            for number, own in members.items()
            if _meets_facts(declared, file.members[number].replace(**there), seeds)
        }
        yield Result("china_sets", f"{year}", "sets", str(len(members)))
        yield Result("china_sets", f"{year}", "sets that meet the facts there", str(len(meeting)))
        yield from _over_sets("china_sets", f"{year}, all {len(members)} sets", compare_study(some).table)
        if len(meeting) > 1:
            kept = replace(some, ensemble=replace(some.ensemble, members=meeting))
            yield from _over_sets("china_sets", f"{year}, sets that meet the facts there", compare_study(kept).table)


def _meets_facts(declared: "Calibration", parameters: "Parameters", seeds: range) -> bool:
    """Return whether parameters miss no more facts than an accepted set may. Late facts wait for the early ones."""
    from experiments.validation.validate import fact_intervals

    early = [name for name in declared.early if name in declared.required]
    steps = early, list(declared.required)
    return all(declared.may_be_accepted(fact_intervals(parameters, seeds, names)) for names in steps)
