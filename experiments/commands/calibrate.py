"""`nqpf calibrate`: parameters at which the economy without policy meets stylised facts."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from agents.kernel.decorators import source_hash
from experiments.commands.ending import DONE
from experiments.commands.json import to_json
from experiments.commands.options import (
    QUICK_SEEDS,
    QUICK_TRIALS,
    QUICK_WAVE,
    at_option,
    at_set,
    fewer_users,
    seeds_asked,
)
from experiments.commands.outcome import kept_in, mention_failed
from experiments.commands.validate import shown
from experiments.plain_text import wrapped
from experiments.running.engines import Execution
from experiments.validation.calibration import FAILED, TABLE, Calibrated, run_calibration
from experiments.validation.content import check_trials
from experiments.validation.target import NEAR
from experiments.validation.targets import Calibration, read_calibration, with_fixed
from model.declaration.errors import BadInput


def calibration_from(
    file: Path, trials: int | None, seeds: tuple[int | None, int | None], settings: Iterable[str], quick: bool
) -> Calibration:
    """Return the calibration of a file as changed by options: `seeds` are their number and the first."""
    from experiments.study.addresses import TRAIT, parse_settings

    declared = read_calibration(file)
    changes = parse_settings(settings)
    for name in changes:
        if name.startswith(TRAIT):
            raise BadInput("a calibration runs no policy, set parameters only", name, place="--set")
    if quick and all(one.name != "users" for one in declared.searched):
        changes = fewer_users(declared.fixed) | changes
    with at_set(settings):
        declared = with_fixed(declared, changes)
    count, first = _own_seeds(declared, quick)
    chosen = seeds_asked(seeds[0], count, first if seeds[1] is None else seeds[1])
    with at_option("--trials"):
        most = min(QUICK_TRIALS, declared.search.trials) if quick else declared.search.trials
        search = declared.search._replace(trials=most if trials is None else check_trials(trials))
    if quick:
        search = search._replace(wave=min(QUICK_WAVE, search.wave))
    return replace(declared, seeds=chosen, search=search)


def _own_seeds(declared: Calibration, quick: bool) -> tuple[int, int]:
    count = len(declared.seeds)
    return min(QUICK_SEEDS, count) if quick else count, declared.seeds[0]


def calibrate_command(declared: Calibration, out: Path | None, execution: Execution, as_json: bool) -> int:
    """Search, print the best trial as text or JSON, and return the exit code."""
    folder = out or Path("results") / f"calibrate-{declared.identity(source_hash())[:8]}"
    try:
        found = run_calibration(declared, folder, execution)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    if as_json:
        print(to_json(_content(found, folder)))
    else:
        print("\n".join(calibration_lines(found)))
        print(f"\nresults: {folder}")
    return _mention_failed_trials(found, folder)


def calibration_lines(found: Calibrated) -> Iterator[str]:
    """Yield the facts and the parameters of the best trial as text of at most 80 columns."""
    yield f"{'fact':<26} {'unit':<16} {'value':>10} {'target':>19} {'met':>5}"
    for row in found.facts():
        met = "yes" if row["met"] else "NO"
        yield f"{row['fact']:<26} {row['unit'][:16]:<16} {shown(row['value']):>10} {_range(row):>19} {met:>5}"
    yield ""
    yield f"{'parameter':<24} {'value':>10} {'default':>9} {'range':>17}"
    for row in found.parameters():
        numbers = f"{row['value']:>10.4g} {row['default']:>9.4g} {_range(row):>17}"
        yield f"{row['parameter']:<24} {numbers}{'  on its bound' if row['on_bound'] else ''}"
    yield ""
    yield from _closing_lines(found)


def _closing_lines(found: Calibrated) -> Iterator[str]:
    best, facts = found.best, found.facts()
    met, bound = sum(row["met"] for row in facts), [row for row in found.parameters() if row["on_bound"]]
    yield from wrapped(
        f"best of {len(found.trials)} trials: trial {best['trial']}, distance {best['distance']:.4g}, {met} of "
        f"{len(facts)} targets met over {len(found.calibration.seeds)} seeds"
    )
    yield f"accepted trials (all targets met): {found.accepted}"
    if bound:
        yield from wrapped(
            f"{len(bound)} parameters lie within {NEAR:.0%} of a bound: the range decides them, not the facts"
        )


def _content(found: Calibrated, folder: Path) -> dict[str, object]:
    return {
        "name": found.calibration.name,
        "trials": len(found.trials),
        "accepted": found.accepted,
        "best": {"trial": found.best["trial"], "state": found.best["state"], "distance": found.best["distance"]},
        "facts": found.facts(),
        "parameters": found.parameters(),
        "seeds": list(found.calibration.seeds),
        "out": str(folder),
    }


def _mention_failed_trials(found: Calibrated, folder: Path) -> int:
    """Print one line on trials with failed runs, even when quiet, and return the exit code."""
    failed = found.trials[found.trials["state"] == FAILED]
    if failed.empty:
        return DONE
    first, how_many = failed.iloc[0], f"{len(failed)} of {len(found.trials)} trials"
    return mention_failed(how_many, f"trial {first['trial']}", str(first["error"]), f"tracebacks in {folder / TABLE}")


def _range(row: dict[str, float]) -> str:
    return f"{row['low']:g} to {row['high']:g}"
