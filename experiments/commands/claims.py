"""`nqpf claims`: the essay's claims put to the test."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from experiments.commands.json import ensemble_content, records, to_json
from experiments.commands.options import OneRun, seeds_asked, with_sets
from experiments.commands.outcome import default_folder, kept_in, mention_failures, mention_seeds, mention_warnings
from experiments.commands.text import wrapped
from experiments.files import write_whole
from experiments.running.engines import Execution
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    from experiments.claims.trial import Trial, TriedClaim
    from experiments.study.study import Study

NO_ENSEMBLE = "none"
"""The value of `--ensemble` that asks for the default parameters alone."""


class TrialSize(NamedTuple):
    """The number of parameter sets, of seeds under each, and of seeds where there is no ensemble."""

    sets: int
    seeds: int
    alone: int


FULL_TRIAL, QUICK_TRIAL = TrialSize(16, 5, 60), TrialSize(6, 4, 16)


def claims_command(
    names: Sequence[str], study: "Study", out: Path | None, execution: Execution, *, quick: bool, as_json: bool
) -> int:
    """Put claims to the test. Print the table or JSON, write the report. Return the exit code."""
    from experiments.claims.claims import find_claims
    from experiments.claims.trial import try_claims

    chosen = find_claims(names)
    folder = out or default_folder(study)
    try:
        trial = try_claims(study, chosen, quick, folder, execution)
        _write_report(trial, names, folder)
    except KeyboardInterrupt:
        raise kept_in(folder) from None
    mention_seeds(folder, study.seeds, execution.quiet)
    mention_warnings(trial.runs, execution.quiet)
    if as_json:
        print(to_json(trial_content(trial, folder)))
    else:
        print("\n".join(trial_lines(trial, bool(names))))
        print(f"\nreport: {folder / 'report.html'}")
        print(f"results: {folder}")
    return mention_failures(trial.runs, folder)


def claims_study(one: OneRun, seeds: int | None, ensemble: str | None, sets: int | None, quick: bool) -> "Study":
    """Return the study of claims: at the sets of an ensemble, the shipped one if none is named and one is shipped."""
    from experiments.study.study import Study
    from experiments.validation.ensemble import DEFAULT, SHIPPED_ENSEMBLE
    from model.policy.presets import policies

    size = QUICK_TRIAL if quick else FULL_TRIAL
    if ensemble is None and SHIPPED_ENSEMBLE.exists():
        ensemble = DEFAULT
    alone = ensemble in (None, NO_ENSEMBLE)
    chosen = seeds_asked(seeds, size.alone if alone else size.seeds, one.seed)
    study = Study(name="claims", parameters=one.parameters, policies=(policies["rebate"],), seeds=chosen)
    study = with_sets(study, None if alone else ensemble, sets)
    if study.ensemble and sets is None:
        study = replace(study, ensemble=study.ensemble.first(min(size.sets, len(study.ensemble.members))))
    return study


def refuse_axes(settings: Iterable[str]) -> None:
    """Raise BadInput for an option that sets a trait of policies, or what the grid varies."""
    from experiments.claims.claims import CLAIMS

    axes = {axis.name for claim in CLAIMS.values() for axis in claim.axes}
    for setting in settings:
        name = setting.partition("=")[0].strip()
        if name.startswith("policy."):
            raise BadInput("claims declare their policies, set parameters only", name, place="--set")
        if name in axes:
            raise BadInput("is varied by the grid of claims", name, place="--set")


def _write_report(trial: "Trial", names: Sequence[str], folder: Path) -> None:
    from viz.report.claims import render_claims

    write_whole(folder / "report.html", render_claims(trial, names).encode(errors="replace"))


def trial_lines(trial: "Trial", full: bool) -> Iterator[str]:
    """Yield the table of claims as text of at most 80 columns, and their paragraphs where `full`."""
    from experiments.claims.words import figure, first_line, paragraph

    yield from wrapped(first_line(trial))
    yield ""
    yield f"{'id':<4}{'claim':<35}{'verdict':<14}{'effect':>8} {'from':>6} {'to':>6} {'sets':>4}"
    for tried in trial.tried:
        mean, low, high, low_seeds, high_seeds = tried.raw
        ends = (low, high) if tried.sets > 1 else (low_seeds, high_seeds)
        share = f"{100.0 * tried.share_sets:.0f}%" if tried.sets > 1 else "-"
        numbers = f"{figure(mean):>8.8} {figure(ends[0]):>6.6} {figure(ends[1]):>6.6} {share:>4}"
        yield f"{tried.claim.id:<4}{tried.claim.title:<35}{tried.verdict:<14}{numbers}"
    yield ""
    yield from wrapped(
        "effect: treatment less reference, mean over the grid, in % or points. from, to: 95 % interval over parameter "
        "sets, or over seeds where there is one set. sets: share of sets with the sign that the essay expects."
    )
    for tried in trial.tried if full else ():
        yield ""
        yield from wrapped(f"{tried.claim.id} {tried.claim.title}. {tried.claim.statement}")
        yield from wrapped(" ".join(paragraph(tried)))


def trial_content(trial: "Trial", folder: Path) -> dict[str, Any]:
    """Return a trial as plain data."""
    from experiments.claims.words import first_line

    return {
        "says": first_line(trial),
        "seeds": list(trial.study.seeds),
        "ensemble": ensemble_content(trial.study),
        "quick": trial.quick,
        "runs": len(trial.runs),
        "failed": trial.failed,
        "claims": [_claim_content(tried) for tried in trial.tried],
        "out": str(folder),
    }


def _claim_content(tried: "TriedClaim") -> dict[str, Any]:
    from experiments.claims.content import claim_content

    return {**claim_content(tried), "instruments": [] if tried.instruments is None else records(tried.instruments)}
