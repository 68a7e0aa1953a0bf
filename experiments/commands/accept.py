"""`nqpf calibrate --accept`: the ensemble of parameter sets that meet the targets."""

import os
import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from agents.kernel.decorators import source_hash
from experiments.commands.ending import DONE
from experiments.commands.json import to_json
from experiments.commands.options import QUICK_SEEDS, QUICK_TRIALS, at_option
from experiments.commands.outcome import kept_in
from experiments.commands.validate import shown
from experiments.plain_text import wrapped
from experiments.running.engines import Execution
from experiments.validation.acceptance import ENSEMBLE_FILE, Accepted, Wanted, accept, fresh_seeds
from experiments.validation.ensemble import read_ensemble
from experiments.validation.target import MOST_TRIALS
from experiments.validation.targets import Calibration
from model.declaration.errors import BadInput
from model.declaration.numbers import whole_number

TRIALS_PER_SET = 40
"""Trials of waves per set that is wanted, unless an option gives their number."""

FRESH_SEEDS = 100
MOST_WANTED = 10_000


def wanted_from(
    declared: Calibration,
    sets: int,
    confirm: int | None,
    trials: int | None,
    begin: str | None,
    given: Mapping[str, Any],
    quick: bool,
) -> Wanted:
    """Return the ensemble that options ask for. `given` are those that its file repeats."""
    with at_option("--accept"):
        wanted = whole_number("sets", sets, 1, MOST_WANTED)
    with at_option("--confirm"):
        count = (QUICK_SEEDS if quick else FRESH_SEEDS) if confirm is None else whole_number("seeds", confirm, 2)
        fresh = fresh_seeds(declared, count)
    most = QUICK_TRIALS if quick else min(TRIALS_PER_SET * wanted, MOST_TRIALS)
    file = None if begin is None else read_ensemble(os.path.expanduser(begin), "--begin")
    return Wanted(wanted, most if trials is None else declared.search.trials, fresh, _command(given), file)


def refuse_without_accept(confirm: int | None, begin: str | None) -> None:
    """Raise BadInput for options that say how sets are accepted where none are asked for."""
    for option, value in (("--confirm", confirm), ("--begin", begin)):
        if value is not None:
            raise BadInput("sets are accepted with --accept N only", place=f"{option} {value}")


def accept_command(declared: Calibration, wanted: Wanted, out: Path | None, execution: Execution, as_json: bool) -> int:
    """Look for an ensemble, print what was found as text or JSON, and return the exit code."""
    folder = out or Path("results") / f"calibrate-{declared.identity(source_hash())[:8]}"
    try:
        found = accept(declared, wanted, folder, execution)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    if as_json:
        print(to_json(_content(found, folder)))
    else:
        print("\n".join(accepted_lines(found)))
        print(f"\nensemble: {folder / ENSEMBLE_FILE}" if len(found.table) else f"\nresults: {folder}")
    return DONE


def accepted_lines(found: Accepted) -> Iterator[str]:
    """Yield targets, parameters and what was accepted as text of at most 80 columns."""
    yield f"{'fact':<26} {'target':>19} {'met in':>13} {'accepted':>10}"
    for row in found.facts():
        share = f"{row['met']} of {row['measured']}"
        allowed = "" if row["required"] else "  may be missed"
        yield f"{row['fact']:<26} {_range(row):>19} {share:>13} {shown(row['accepted']):>10}{allowed}"
    yield ""
    yield f"{'parameter':<24} {'range':>15} {'5 %':>9} {'median':>9} {'95 %':>9} {'filled':>7}"
    parameters = found.parameters()
    for row in parameters:
        numbers = " ".join(f"{shown(row[name]):>9}" for name in ("q05", "q50", "q95"))
        filled = "-" if row["width"] != row["width"] else f"{row['width']:.0%}"
        yield f"{row['parameter']:<24} {_range(row):>15} {numbers} {filled:>7}"
    yield ""
    if left_open := [row["parameter"] for row in parameters if row["open"]]:
        yield from wrapped(f"! left open by the facts: {', '.join(left_open)}")
    yield from _closing_lines(found)


def _closing_lines(found: Accepted) -> Iterator[str]:
    calibration, wanted = found.calibration, found.wanted
    yield from wrapped(
        f"{len(found.trials)} trials on {len(calibration.seeds)} seeds, of which {found.candidates} "
        f"met {_enough(calibration)}; "
        f"accepted on {len(wanted.fresh)} fresh seeds: {len(found.table)} of {wanted.sets} sets"
    )
    yield "met in: trials whose 95 % interval touches the target; accepted: sets' median"
    yield "filled: the share of the range that sets spread over"
    if found.unmet:
        yield from wrapped(f"! met in no trial: {', '.join(found.unmet)}")
    if len(found.table) < wanted.sets:
        yield from wrapped(
            f"! fewer than asked for. --trials above {wanted.trials} goes on; "
            "allowed_misses and most_missed in the file let facts be"
        )


def _enough(calibration: Calibration) -> str:
    """Return how many of the targets a set must meet, in words."""
    needed = len(calibration.required)
    if not calibration.most_missed:
        return "all targets" if needed == len(calibration.targets) else f"the {needed} targets that must be met"
    return f"{needed - calibration.most_missed} or more of {needed} targets"


def _content(found: Accepted, folder: Path) -> dict[str, object]:
    return {
        "name": found.calibration.name,
        "asked": found.wanted.sets,
        "accepted": len(found.table),
        "candidates": found.candidates,
        "trials": len(found.trials),
        "facts": found.facts(),
        "unmet": found.unmet,
        "parameters": found.parameters(),
        "seeds": list(found.calibration.seeds),
        "fresh_seeds": list(found.wanted.fresh),
        "file": str(folder / ENSEMBLE_FILE) if len(found.table) else None,
        "out": str(folder),
    }


def _command(given: Mapping[str, Any]) -> str:
    """Return the command that makes an ensemble anew: of all options those on which it depends."""
    words = ["nqpf", "calibrate", str(given["targets"])]
    for option, value in given.items():
        values = value if isinstance(value, list) else [value]
        if option != "targets" and value not in (None, False):
            words += [
                word for one in values for word in ([f"--{option}"] if one is True else [f"--{option}", str(one)])
            ]
    return shlex.join(words)


def _range(row: Mapping[str, float]) -> str:
    return f"{row['low']:g} to {row['high']:g}"
