"""From command-line options to a study and how it is run; the options themselves, each declared once."""

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

if TYPE_CHECKING:
    from experiments.study.study import Study
    from model.parameters import Parameters
    from model.policy.policy import Policy

QUICK_USERS = 250
QUICK_SEEDS = 10
QUICK_TRIALS = 24
QUICK_WAVE = 8


def _path(name: str) -> Path:
    """Return the path of `--out=~/x`, which no shell expands.

    Raises ValueError for the home of an unknown user, and for no name, as a shell gives for a variable that is not set.
    """
    if not name:  # it would be the folder that one is in
        raise ValueError("must be a name")
    path = os.path.expanduser(name)
    if path.startswith("~"):  # a folder of that name would be a trap for whoever removes it
        raise ValueError("there is no such user")
    return Path(path)


def path_option(name: str, metavar: str, meaning: str) -> typer.models.OptionInfo:
    """Declare an option that names a file or folder."""
    return typer.Option(name, metavar=metavar, help=meaning, parser=_path)


SetOption = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="NAME=VALUE", help="Set a parameter, or a trait as policy.NAME=VALUE (repeatable)."),
]
Seed = Annotated[int | None, typer.Option("--seed", help="First seed (0).")]
Seeds = Annotated[int | None, typer.Option("--seeds", help="Number of seeds, from --seed on.")]
Out = Annotated[Path | None, path_option("--out", "DIR", "Results folder (results/<study>-<hash8>).")]
Jobs = Annotated[int | None, typer.Option("--jobs", help="Runs at a time (all cores).")]
Threads = Annotated[int | None, typer.Option("--jobs", help="Threads for a run of many users (all cores).")]
Engine = Annotated[str, typer.Option("--engine", help="threads, processes, or dask with --scheduler.")]
Scheduler = Annotated[
    str | None, typer.Option("--scheduler", metavar="ADDRESS", help="Run on the workers of this Dask scheduler.")
]
Json = Annotated[bool, typer.Option("--json", help="Machine-readable on stdout, and nothing else there.")]
Full = Annotated[bool, typer.Option("--full", help="Print every indicator of a run, every test of a comparison.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="No progress on stderr.")]
Quick = Annotated[bool, typer.Option("--quick", help=f"Smaller: {QUICK_USERS} users, at most {QUICK_SEEDS} seeds.")]
EnsembleOption = Annotated[
    str | None,
    typer.Option("--ensemble", metavar="FILE|default", help="Run at each accepted parameter set of this file."),
]
ClaimsEnsemble = Annotated[
    str | None,
    typer.Option(
        "--ensemble", metavar="FILE|default|none", help="Accepted parameter sets (the shipped ones, if there are any)."
    ),
]
Sets = Annotated[int | None, typer.Option("--sets", help="Number of sets of the ensemble, from its first on.")]
Precision = Annotated[
    str | None,
    typer.Option("--precision", metavar="X|X%", help="Add seeds until the 95 % interval is at most X to either side."),
]
MostSeeds = Annotated[int | None, typer.Option("--most-seeds", help="Seeds up to which --precision adds some (1000).")]
Margin = Annotated[
    str | None, typer.Option("--margin", metavar="X|X%", help="Name policies that are equivalent within X.")
]
Between = Annotated[
    str | None,
    typer.Option("--between", metavar="A,B", help="The difference that both are about (all to the reference)."),
]
Check = Annotated[bool, typer.Option("--check", help="Check the accounting identities every period.")]


class OneRun(NamedTuple):
    """The one run that `nqpf run` makes."""

    parameters: "Parameters"
    policy: "Policy"
    seed: int


def study_from(
    file: Path | None,
    policies: str | None,
    seeds: int | None,
    seed: int | None,
    settings: Iterable[str],
    reference: str | None,
    quick: bool,
    over_sets: bool = False,
) -> "Study":
    """Return the study of a file (or the default one) as changed by options. Options win over the file.

    The default one has fewer seeds where each parameter set of an ensemble gets them.
    """
    from experiments.study.addresses import parse_settings, set_parameters, set_traits
    from experiments.study.file import read_study
    from experiments.study.policy_file import named_policy
    from experiments.study.study import DEFAULT_POLICIES, Study, default_seeds, find_reference

    study = read_study(file) if file else Study(seeds=default_seeds(over_sets))
    changes = parse_settings(settings)
    own = {policy.name: policy for policy in study.policies}
    names = list(own) or list(DEFAULT_POLICIES) if policies is None else _names(policies)
    with at_option("--policies"):
        arms = [own.get(name) or named_policy(name) for name in names]
    wanted = study.reference if reference is None else reference
    if all(policy.name != wanted for policy in arms):
        with at_option("--reference"):
            arms.insert(0, own.get(wanted) or find_reference(wanted, arms))
    with at_set(settings):
        parameters = set_parameters(study.parameters, {**(fewer_users(study.parameters) if quick else {}), **changes})
        arms = [set_traits(policy, changes) for policy in arms]
    own_seeds = _seeds(study, seeds, seed, quick, file)
    # All at once: settings may only fit each other when all of them are made.
    return replace(study, parameters=parameters, policies=tuple(arms), reference=wanted, seeds=own_seeds)


def with_equal_money(study: "Study", match: bool, timing: str | None) -> "Study":
    """Return the study with arms matched or yoked, where options ask for it."""
    with at_option("--timing"):
        return replace(study, match=match or study.match, timing=study.timing if timing is None else timing)


def with_sets(study: "Study", ensemble: str | None, sets: int | None) -> "Study":
    """Return the study at the sets of an ensemble, where options ask for it."""
    from model.declaration.errors import BadInput

    if ensemble is None:
        if sets is not None:
            raise BadInput("there are sets with --ensemble FILE only", place=f"--sets {sets}")
        return study
    from experiments.validation.ensemble import read_ensemble, with_ensemble

    found = read_ensemble(os.path.expanduser(ensemble))
    with at_option("--sets" if sets is not None else f"--ensemble {ensemble}"):
        return with_ensemble(study, found, sets)


def refuse_settings_of_factors(study: "Study", settings: Iterable[str]) -> None:
    """Raise BadInput for an option that sets a factor, which has its values from the design."""
    from experiments.study.addresses import parse_settings
    from model.declaration.errors import BadInput

    for name in parse_settings(settings):
        if name in study.uncertain or any(name in point for point in study.design.get("points", ())):
            raise BadInput(f"is a factor of study {study.name}, its values come from the design", name, place="--set")


def run_from(policy: str, seed: int | None, settings: Iterable[str], quick: bool) -> "OneRun":
    """Return the one run that options ask for."""
    from experiments.study.addresses import parse_settings, set_parameters, set_traits
    from experiments.study.policy_file import named_policy
    from model.declaration.errors import inside
    from model.declaration.numbers import valid_seed
    from model.parameters import Parameters
    from model.policy.policy import check_fits

    changes = parse_settings(settings)
    defaults = Parameters()
    with at_option("--policy"):
        chosen = named_policy(policy)
    with at_set(settings):
        parameters = set_parameters(defaults, {**(fewer_users(defaults) if quick else {}), **changes})
        chosen = set_traits(chosen, changes)
        with inside("policy"):
            check_fits(chosen, parameters.slots)
    with at_option("--seed"):
        return OneRun(parameters, chosen, valid_seed(seed or 0))


def fewer_users(parameters: "Parameters") -> dict[str, int]:
    return {"users": min(QUICK_USERS, parameters.users)}


def _seeds(study: "Study", count: int | None, first: int | None, quick: bool, file: Path | None) -> tuple[int, ...]:
    from model.declaration.errors import BadInput

    counted = study.seeds == tuple(range(len(study.seeds)))
    if count is None and first is None:
        return study.seeds[:QUICK_SEEDS] if quick else study.seeds
    if count is None and quick and counted:
        count = min(QUICK_SEEDS, len(study.seeds))
    if count is None and not counted:
        raise BadInput(f"{file} lists its seeds, give --seeds N too to replace the list", place=f"--seed {first}")
    return seeds_asked(count, len(study.seeds), first or 0)


def seeds_asked(count: int | None, default: int, first: int) -> tuple[int, ...]:
    """Return as many seeds as an option asks for, or the default number, from the first on."""
    from experiments.study.study import seeds_from

    with at_option("--seed" if count is None else "--seeds"):
        return seeds_from(default if count is None else count, first)


def _names(policies: str) -> list[str]:
    from model.declaration.errors import BadInput

    names = [name.strip() for name in policies.split(",")]
    if not all(names):
        raise BadInput("must be names separated by commas, as rebate,grants", value=policies, place="--policies")
    return names


@contextmanager
def at_option(option: str) -> Iterator[None]:
    """Give an error raised inside an option as its place."""
    from model.declaration.errors import BadInput

    try:
        yield
    except BadInput as error:
        error.at(option)
        raise


@contextmanager
def at_set(settings: Iterable[str]) -> Iterator[None]:
    """Give an error raised inside the `--set` that its key comes from as its place."""
    from experiments.study.addresses import set_option
    from model.declaration.errors import BadInput

    try:
        yield
    except BadInput as error:
        by_name = {setting.partition("=")[0].strip(): set_option(setting) for setting in settings}
        given = (place for name, place in by_name.items() if error.key == name or error.key.startswith(f"{name}."))
        error.at(next(given, "--set"))
        raise
