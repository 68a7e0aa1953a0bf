"""`nqpf`: the roof of the project. Commands import what they need when they run, so that `--help` answers at once.

Every error becomes one line on stderr and an exit code: 0 done, 1 own failure, 2 bad input, 3 some runs failed,
130 interrupted.
"""

import sys
from pathlib import Path
from typing import Annotated

import typer

from experiments.commands.ending import DONE, run_program
from experiments.commands.inquiry import command_for
from experiments.commands.options import (
    QUICK_SEEDS,
    QUICK_TRIALS,
    QUICK_USERS,
    Between,
    Check,
    ClaimsEnsemble,
    Engine,
    EnsembleOption,
    Full,
    Jobs,
    Json,
    Margin,
    MostSeeds,
    Out,
    Precision,
    Quick,
    Quiet,
    Scheduler,
    Seed,
    Seeds,
    SetOption,
    Sets,
    Threads,
    path_option,
    refuse_settings_of_factors,
    run_from,
    study_from,
    with_equal_money,
    with_sets,
)
from experiments.inquiries.registry import INQUIRIES

app = typer.Typer(
    name="nqpf",
    help="Compare industrial policies on a simulated economy: same random draws, equal money.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def _say_version(asked: bool) -> None:
    if asked:
        from experiments.results.manifest import versions

        print(", ".join(f"{name} {version}" for name, version in versions().items()))
        raise typer.Exit(DONE)


@app.callback()
def program(
    version: Annotated[
        bool, typer.Option("--version", help="Print the versions and leave.", is_eager=True, callback=_say_version)
    ] = False,
) -> None:
    """Before any command."""


@app.command("compare")
def _compare(
    study: Annotated[Path | None, typer.Argument(metavar="[STUDY.yaml]", help="A study file.")] = None,
    policies: Annotated[str | None, typer.Option("--policies", help="Presets or YAML files, as a,b,c.")] = None,
    seeds: Seeds = None,
    seed: Seed = None,
    reference: Annotated[str | None, typer.Option("--reference", help="Policy to compare with (rebate).")] = None,
    match: Annotated[
        bool, typer.Option("--match", help="Rerun all arms at the amount that every arm can place.")
    ] = False,
    timing: Annotated[str | None, typer.Option("--timing", help="own, or yoked: the slowest arm's calendar.")] = None,
    responses: Annotated[bool, typer.Option(help="Rerun at other budgets and efficacies for the report.")] = True,
    precision: Precision = None,
    most_seeds: MostSeeds = None,
    margin: Margin = None,
    between: Between = None,
    ensemble: EnsembleOption = None,
    sets: Sets = None,
    settings: SetOption = None,
    out: Out = None,
    jobs: Jobs = None,
    engine: Engine = "threads",
    scheduler: Scheduler = None,
    check: Check = False,
    quick: Quick = False,
    full: Full = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Compare policies with paired seeds: answer, table, report.html, stored runs. The main job."""
    from experiments.analysis.precision import goal_of
    from experiments.commands.compare import Shown, compare_command
    from experiments.running.engines import Execution
    from experiments.study.study import refuse_uncertain

    declared = study_from(study, policies, seeds, seed, settings or (), reference, quick, ensemble is not None)
    refuse_uncertain(declared, str(study))
    declared = with_sets(with_equal_money(declared, match, timing), ensemble, sets)
    goal, execution = goal_of(precision, margin, between, most_seeds), Execution(jobs, engine, check, quiet, scheduler)
    return compare_command(declared, out, execution, responses, Shown(full, as_json), goal)


@app.command("run")
def _run(
    policy: Annotated[str, typer.Option("--policy", help="A preset's name or a YAML file.")] = "laissez_faire",
    seed: Seed = None,
    settings: SetOption = None,
    series: Annotated[Path | None, path_option("--series", "FILE.parquet", "Write the series.")] = None,
    agents: Annotated[Path | None, path_option("--agents", "FILE.parquet", "Write the firms.")] = None,
    graph: Annotated[Path | None, path_option("--graph", "FILE.graphml", "Write the network.")] = None,
    jobs: Threads = None,
    check: Check = False,
    quick: Quick = False,
    full: Full = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Make one run and print its summary."""
    from experiments.commands.run import Files, run_command
    from experiments.running.engines import Execution

    one = run_from(policy, seed, settings or (), quick)
    execution = Execution(jobs, check=check, quiet=quiet)
    return run_command(one, Files(series, agents, graph), execution, as_json=as_json, full=full)


@app.command("sweep")
def _sweep(
    study: Annotated[
        Path, typer.Argument(metavar="STUDY.yaml", help="A file, or a shipped study as foresight-frontier.")
    ],
    policies: Annotated[str | None, typer.Option("--policies", help="Presets or YAML files, as a,b,c.")] = None,
    seeds: Seeds = None,
    seed: Seed = None,
    reference: Annotated[str | None, typer.Option("--reference", help="Policy to compare with (rebate).")] = None,
    ensemble: EnsembleOption = None,
    sets: Sets = None,
    settings: SetOption = None,
    shard: Annotated[str, typer.Option("--shard", metavar="i/n", help="Do only the i-th of n parts.")] = "1/1",
    series: Annotated[bool, typer.Option("--series", help="Store each run's series too.")] = False,
    between: Annotated[str | None, typer.Option("--between", metavar="A,B", help="Draw the boundary of A, B.")] = None,
    over: Annotated[
        str | None, typer.Option("--over", metavar="X,Y[,Z=VALUE]", help="Its two axes; other factors are averaged.")
    ] = None,
    out: Out = None,
    jobs: Jobs = None,
    engine: Engine = "threads",
    scheduler: Scheduler = None,
    check: Check = False,
    quick: Quick = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Run policies over a design of parameters and traits. Over two factors, draw where one policy gives way."""
    from experiments.commands.sweep import SweepRequest, sweep_command
    from experiments.running.engines import Execution
    from experiments.study.plan import Shard
    from experiments.study.study import refuse_reruns

    declared = study_from(study, policies, seeds, seed, settings or (), reference, quick)
    refuse_settings_of_factors(declared, settings or ())
    refuse_reruns(declared, str(study))
    declared = with_sets(declared, ensemble, sets)
    asked = SweepRequest(declared, str(study), Shard.parse(shard), series, between, over)
    return sweep_command(asked, out, Execution(jobs, engine, check, quiet, scheduler), as_json)


@app.command("merge")
def _merge(
    folders: Annotated[
        list[Path], typer.Argument(metavar="A B...", help="Results folders; the first takes all runs, unless --out.")
    ],
    out: Annotated[Path | None, path_option("--out", "DIR", "A new folder for all.")] = None,
    as_json: Json = False,
) -> int:
    """Join results folders of one study. Exit code 1 where a damaged file was left out."""
    from experiments.commands.status import merged_listing

    return merged_listing(folders, out, as_json)


@app.command("validate")
def _validate(
    facts: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Facts to check (all).")] = None,
    policy_facts: Annotated[
        bool, typer.Option("--policy-facts", help="Compare policies with their published effects instead.")
    ] = False,
    seeds: Seeds = None,
    seed: Seed = None,
    settings: SetOption = None,
    out: Out = None,
    jobs: Jobs = None,
    engine: Engine = "threads",
    scheduler: Scheduler = None,
    check: Check = False,
    quick: Quick = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Compare the economy without policy with stylised facts, or policies with their published effects."""
    from experiments.commands.policy_facts import policy_facts_command, refuse_traits
    from experiments.commands.validate import validate_command
    from experiments.running.engines import Execution

    if policy_facts:
        refuse_traits(settings or ())
    command = policy_facts_command if policy_facts else validate_command
    one = run_from("laissez_faire", seed, settings or (), quick)
    execution = Execution(jobs, engine, check, quiet, scheduler)
    return command(facts or (), one, seeds, out, execution, quick=quick, as_json=as_json)


@app.command("claims")
def _claims(
    claims: Annotated[
        list[str] | None, typer.Argument(metavar="[ID]...", help="Claims to test, as 1a, or 1 for all its parts (all).")
    ] = None,
    ensemble: ClaimsEnsemble = None,
    sets: Sets = None,
    seeds: Seeds = None,
    seed: Seed = None,
    settings: SetOption = None,
    out: Out = None,
    jobs: Jobs = None,
    engine: Engine = "threads",
    scheduler: Scheduler = None,
    check: Check = False,
    quick: Annotated[bool, typer.Option("--quick", help="Smaller: fewer parameter sets and a smaller grid.")] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Put the claims of the essay to the test over parameter sets, seeds and a grid: verdicts, report.html."""
    from experiments.commands.claims import claims_command, claims_study, refuse_axes
    from experiments.running.engines import Execution

    refuse_axes(settings or ())
    study = claims_study(run_from("laissez_faire", seed, settings or (), False), seeds, ensemble, sets, quick)
    execution = Execution(jobs, engine, check, quiet, scheduler)
    return claims_command(claims or (), study, out, execution, quick=quick, as_json=as_json)


@app.command("calibrate")
def _calibrate(
    targets: Annotated[Path, typer.Argument(metavar="TARGETS.yaml", help="A file, or the shipped one: default.")],
    trials: Annotated[int | None, typer.Option("--trials", help="Number of trials, with those stored.")] = None,
    accept: Annotated[
        int | None, typer.Option("--accept", help="Find so many parameter sets that meet every target, as an ensemble.")
    ] = None,
    confirm: Annotated[
        int | None, typer.Option("--confirm", help="Fresh seeds on which sets are confirmed (100, or 10 if quick).")
    ] = None,
    begin: Annotated[
        str | None,
        typer.Option("--begin", metavar="FILE|default", help="Take over the sets of this ensemble, and find more."),
    ] = None,
    seeds: Seeds = None,
    seed: Seed = None,
    settings: SetOption = None,
    out: Out = None,
    jobs: Jobs = None,
    engine: Engine = "threads",
    scheduler: Scheduler = None,
    check: Check = False,
    quick: Annotated[
        bool,
        typer.Option(
            "--quick", help=f"Smaller: {QUICK_USERS} users, at most {QUICK_SEEDS} seeds and {QUICK_TRIALS} trials."
        ),
    ] = False,
    as_json: Json = False,
    quiet: Quiet = False,
) -> int:
    """Search for parameters at which the economy without policy meets stylised facts, or for an ensemble of them."""
    from experiments.commands.accept import accept_command, refuse_without_accept, wanted_from
    from experiments.commands.calibrate import calibrate_command, calibration_from
    from experiments.running.engines import Execution

    declared = calibration_from(targets, trials, (seeds, seed), settings or (), quick)
    execution = Execution(jobs, engine, check, quiet, scheduler)
    if accept is None:
        refuse_without_accept(confirm, begin)
        return calibrate_command(declared, out, execution, as_json)
    given = {"targets": targets, "accept": accept, "confirm": confirm, "trials": trials, "seeds": seeds, "seed": seed}
    given |= {"set": settings, "quick": quick}
    wanted = wanted_from(declared, accept, confirm, trials, begin, given, quick)
    return accept_command(declared, wanted, out, execution, as_json)


for _inquiry in INQUIRIES.values():
    app.command(_inquiry.name)(command_for(_inquiry))


@app.command("policies")
def _policies(as_json: Json = False) -> int:
    """List the policies: mix, budget, calendar and traits."""
    from experiments.commands.listings import policies_listing

    return policies_listing(as_json)


@app.command("parameters")
def _parameters(as_json: Json = False) -> int:
    """List the parameters and policy traits: symbol, default, unit, range, meaning and source."""
    from experiments.commands.listings import parameters_listing

    return parameters_listing(as_json)


@app.command("indicators")
def _indicators(as_json: Json = False) -> int:
    """List the indicators: name, unit, definition."""
    from experiments.commands.listings import indicators_listing

    return indicators_listing(as_json)


@app.command("status")
def _status(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="A results folder.")],
    every_byte: Annotated[
        bool, typer.Option("--verify", help="Read every byte and name all that is wrong; exit code 1 if anything is.")
    ] = False,
    as_json: Json = False,
) -> int:
    """Print how many runs of a results folder are done, and what is wrong in it."""
    from experiments.commands.status import status_listing

    return status_listing(folder, as_json, every_byte)


@app.command("view")
def _view(
    folder: Annotated[
        Path | None, typer.Argument(help="Folder of the files that pages may read. This folder if none is given.")
    ] = None,
    host: Annotated[
        str, typer.Option("--host", help="Address to listen on. Visitors from other machines need a token.")
    ] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", min=1, max=65535, help="Port to listen on.")] = 8765,
) -> int:
    """Watch the economy in the browser."""
    from viz.lab.server import serve

    serve(host=host, port=port, folder=folder)
    return DONE


def main(arguments: list[str] | None = None) -> int:
    """Run the command line and return the exit code."""
    return run_program(app, sys.argv[1:] if arguments is None else arguments)
