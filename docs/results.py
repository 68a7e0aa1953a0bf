"""The results that README and documentation show.

`python -m docs.results` computes them again and writes `docs/results.csv`. `python -m docs.results compare dose`
computes two of the tables and keeps the others as they stand.
"""

import csv
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from math import isnan
from pathlib import Path
from typing import Any

from docs.over_sets import compare_china_sets, compare_sets
from docs.result import REFERENCE, TWO_BY_TWO, Result, Size, welfare_rows

FILE = Path(__file__).with_name("results.csv")
DECIMALS = {"welfare": 0, "welfare_r2": 0, "output": 1, "time_to_50": 1, "hhi": 3}


SWITCHED_OFF = {
    "no spillover of experience": "learning_spillover",
    "no good or bad years": "good_and_bad_years",
    "one quarter's gain": "payback",
    "no word of mouth": "word_of_mouth",
    "entrants bring what is common": "newest_entrants",
}
"""Mechanisms of `nqpf why` that "What hangs on it" puts to their limits, by label."""


def _compared(table: str, frame: Any, indicators: Iterable[str]) -> Iterator[Result]:
    """Yield the differences to the reference of a comparison, a column per indicator. A time never reached has none."""
    chosen = frame[frame["indicator"].isin(list(indicators)) & (frame["policy"] != REFERENCE)]
    for row in chosen.itertuples():
        decimals = DECIMALS[row.indicator]
        numbers = ["" if isnan(value) else f"{value:.{decimals}f}" for value in (row.difference, row.low, row.high)]
        yield Result(table, row.policy, row.indicator, *numbers)


def compare_defaults(size: Size) -> Iterator[Result]:
    """Yield `nqpf compare`: the default policies against the rebate."""
    from experiments import compare

    frame = compare(parameters=size.parameters, seeds=size.seeds or 100)
    yield from _compared("compare", frame, DECIMALS)
    for row in welfare_rows(frame):
        ends = f"{row.benefit_cost_low:.2f}", f"{row.benefit_cost_high:.2f}"
        yield Result("compare", row.policy, "benefit_cost", f"{row.benefit_cost:.2f}", *ends)
        yield Result("compare", row.policy, "rate_of_return", _or_none(f"{row.rate_of_return:.1f}"))


def _or_none(text: str) -> str:
    return "" if text == "nan" else text


def compare_yoked(size: Size) -> Iterator[Result]:
    """Yield `nqpf compare --timing yoked`: the 2x2 with the calendar of its slowest arm."""
    from experiments import compare

    frame = compare(TWO_BY_TWO, size.parameters, size.seeds or 100, timing="yoked")
    yield from _compared("yoked", frame, ("welfare", "welfare_r2"))


def varied_settings() -> dict[str, dict[str, Any]]:
    """Return what "What hangs on it" changes in the defaults, one thing at a time, by label.

    The first part holds assumptions that facts pin loosely or not at all. The second puts mechanisms of ODD section 13
    to their limits: at a payback of one quarter the one-off costs are scaled with it, which was the rule of 0.2.0.
    """
    from experiments.decomposition.mechanisms import MECHANISMS
    from model import Parameters

    default = Parameters()
    once = default.integration + default.risk
    return {
        "defaults": {},
        **{f"displacement {value:g}": {"displacement": value} for value in (0.0, 1.0)},
        **{f"incidence {value:g}": {"incidence": value} for value in (0.0, 0.3)},
        **{f"belief in subsidies {value:g}": {"subsidy_belief": value} for value in (0.0, 1.0)},
        **{f"payback {value:g}": {"payback": value} for value in (3.0, 6.0, 12.0)},
        "one-off cost: nine tenths integration": {"integration": min(0.9 * once, 1.0), "risk": 0.1 * once},
        "one-off cost: nine tenths risk": {"integration": 0.1 * once, "risk": min(0.9 * once, 1.0)},
        **{f"founders {value}": {"founders": value} for value in (10, 20, 40)},
        **{label: MECHANISMS[name].settings(default) for label, name in SWITCHED_OFF.items()},
        **{f"industries of China, {year}": {"industries_file": f"china-{year}"} for year in (2007, 2020)},
    }


def compare_two_by_two(table: str, label: str, parameters: Mapping[str, Any], size: Size) -> Iterator[Result]:
    """Yield the welfare of the 2x2 over 50 seeds, as a row of a table with a column per policy."""
    from experiments import compare

    frame = compare(TWO_BY_TWO, parameters, size.seeds or 50)
    for cell in _compared(table, frame, ["welfare"]):
        sure = float(cell.low) > 0.0 or float(cell.high) < 0.0
        yield cell._replace(row=label, column=cell.row, mark="*" if sure else "")


def compare_varied(size: Size) -> Iterator[Result]:
    """Yield the welfare of the 2x2 at each of `varied_settings`, over 50 seeds."""
    for label, changes in varied_settings().items():
        of_table = ("industries", "domains") if "industries_file" in changes else ()
        common = {name: value for name, value in size.parameters.items() if name not in of_table}
        yield from compare_two_by_two("varied", label, {**common, **changes}, size)


def compare_starts(size: Size) -> Iterator[Result]:
    """Yield the welfare of the same policies for 80 quarters from 0, 20, 40 and 60, 40 quarters after their end."""
    from experiments import compare
    from experiments.decomposition.variant import STARTS, from_start
    from model import Parameters, policies

    common = Parameters(**size.parameters)
    for start in STARTS:
        variant = from_start(start)
        arms = [variant.policy(policies[name], common) for name in TWO_BY_TWO]
        frame = compare(arms, variant.parameters(common), size.seeds or 50)
        for cell in _compared("starts", frame, ["welfare"]):
            sure = float(cell.low) > 0.0 or float(cell.high) < 0.0
            yield cell._replace(row=str(start), column=cell.row, mark="*" if sure else "")
        for row in welfare_rows(frame):
            yield Result("starts", str(start), f"{row.policy} benefit-cost", _or_none(f"{row.benefit_cost:.2f}"))


def compare_blind(size: Size) -> Iterator[Result]:
    """Yield `nqpf compare --set policy.foresight=0`: a government that sees nothing."""
    from experiments import compare
    from model import policies

    arms = [policies[name].replace(foresight=0.0) for name in TWO_BY_TWO if name != "rd_credit"]
    yield from _compared("blind", compare(arms, size.parameters, size.seeds or 100), ["welfare"])


def _plane(table: str, study: str, size: Size) -> Iterator[Result]:
    """Yield the welfare of application less that of selection over the two factors of a shipped study."""
    from experiments.analysis.boundary import boundary
    from experiments.analysis.sweep import run_sweep
    from experiments.study.file import read_study
    from experiments.study.study import seeds_from

    declared = read_study(Path(study))
    seeds = declared.seeds if size.seeds is None else seeds_from(size.seeds)
    swept = run_sweep(replace(declared, parameters=declared.parameters.replace(**size.parameters), seeds=seeds))
    edge = boundary(swept, "application", "selective")
    one, other = edge.columns[:2]
    for cell in edge.to_dict("records"):
        sure = cell["low"] > 0.0 or cell["high"] < 0.0
        mark = "!" if not cell["equal_money"] else "*" if sure else ""
        value, low, high = (f"{cell[name]:.0f}" for name in ("difference", "low", "high"))
        yield Result(table, f"{cell[one]:.3g}", f"{cell[other]:.3g}", value, low, high, mark)


def exploration_frontier(size: Size) -> Iterator[Result]:
    """Yield `nqpf sweep exploration-frontier --between application,selective`."""
    yield from _plane("exploration", "exploration-frontier", size)


def dose_frontier(size: Size) -> Iterator[Result]:
    """Yield `nqpf sweep dose-frontier`: a row per budget, a column per return to concentration."""
    for cell in _plane("dose", "dose-frontier", size):
        yield cell._replace(row=cell.column, column=cell.row)


def foresight_frontier(size: Size) -> Iterator[Result]:
    """Yield how many points `nqpf sweep foresight-frontier` tries, and at how many application does better."""
    cells = list(_plane("foresight", "foresight-frontier", size))
    better = sum(float(cell.value) > 0.0 for cell in cells)
    yield Result("foresight", "points", "all", str(len(cells)))
    yield Result("foresight", "points", "application better", str(better))


def resolution(size: Size) -> Iterator[Result]:
    """Yield `nqpf validate hhi time_to_50 --set users=N --seeds 60`: medians by the number of users."""
    for users in size.users:
        for fact in _validated(["hhi", "time_to_50"], {**size.parameters, "users": users}, size.seeds or 60):
            decimals = 2 if fact["fact"] == "hhi" else 0
            yield Result("resolution", str(users), fact["fact"], f"{fact['value']:.{decimals}f}")


def _validated(facts: Iterable[str], parameters: Mapping[str, Any], seeds: int) -> list[dict[str, Any]]:
    from experiments.validation.validate import validate
    from model import Parameters

    table = validate(facts, Parameters(**parameters), range(seeds))
    return [{str(name): value for name, value in row.items()} for row in table.to_dict("records")]


TABLES: dict[str, Callable[[Size], Iterator[Result]]] = {
    "compare": compare_defaults,
    "yoked": compare_yoked,
    "blind": compare_blind,
    "varied": compare_varied,
    "starts": compare_starts,
    "sets": compare_sets,
    "china_sets": compare_china_sets,
    "foresight": foresight_frontier,
    "exploration": exploration_frontier,
    "dose": dose_frontier,
    "resolution": resolution,
}


def stored(file: Path = FILE) -> list[Result]:
    """Return the committed results."""
    with file.open(newline="", encoding="utf-8") as lines:
        return [Result(**row) for row in csv.DictReader(lines)]


def write(results: Iterable[Result], file: Path = FILE) -> None:
    """Write results as a CSV table, in the order of TABLES."""
    order = list(TABLES)
    ordered = sorted(results, key=lambda result: order.index(result.table))
    with file.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.writer(lines, lineterminator="\n")
        writer.writerow(Result._fields)
        writer.writerows(ordered)


def main(names: list[str]) -> None:
    """Compute the tables named (all by default) and write them beside those that are kept."""
    for name in names or TABLES:
        print(f"computing {name} ...", file=sys.stderr, flush=True)
        computed = list(TABLES[name](Size()))
        write([*(result for result in stored() if result.table != name), *computed])


if __name__ == "__main__":
    main(sys.argv[1:])
