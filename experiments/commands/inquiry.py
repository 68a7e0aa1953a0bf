"""One command for each inquiry, made from its registry entry: options in, text, JSON and figures out."""

import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from experiments.commands.options import (
    Check,
    Engine,
    EnsembleOption,
    Jobs,
    Json,
    Out,
    Quick,
    Quiet,
    Scheduler,
    Seed,
    Seeds,
    SetOption,
    Sets,
    at_option,
    path_option,
    refuse_settings_of_factors,
    study_from,
    with_sets,
)
from experiments.inquiries.inquiry import Inquiry, Needs, Option, Request

if TYPE_CHECKING:
    from experiments.inquiries.inquiry import Answer
    from experiments.study.study import Study

FiguresOption = Annotated[
    Path | None, path_option("--figures", "DIR", "Write each figure there as SVG and PNG, and its data as CSV.")
]
PoliciesOption = Annotated[str | None, typer.Option("--policies", help="Presets or YAML files, as a,b,c.")]
ReferenceOption = Annotated[str | None, typer.Option("--reference", help="Policy to compare with (rebate).")]

OF_A_STUDY: dict[str, tuple[Any, Any]] = {
    "policies": (PoliciesOption, None), "reference": (ReferenceOption, None), "seeds": (Seeds, None),
    "seed": (Seed, None), "ensemble": (EnsembleOption, None), "sets": (Sets, None), "settings": (SetOption, None),
    "out": (Out, None), "check": (Check, False),
}  # fmt: skip
"""Options that say what is run, with their defaults. Stored results take none of them."""

OF_ALL: dict[str, tuple[Any, Any]] = {
    "figures": (FiguresOption, None), "jobs": (Jobs, None), "engine": (Engine, "threads"),
    "scheduler": (Scheduler, None), "quick": (Quick, False),
    "as_json": (Json, False), "quiet": (Quiet, False),
}  # fmt: skip

_SOURCES = {
    Needs.RESULTS: "A results folder.",
    Needs.STUDY: "A study file, or a shipped study.",
    Needs.RESULTS_OR_STUDY: "A results folder; or a study, whose missing runs are made first.",
}


def command_for(inquiry: Inquiry) -> Callable[..., int]:
    """Return the function that Typer makes the command of an inquiry from."""

    def command(**given: Any) -> int:
        return inquiry_command(inquiry, given)

    own = {option.name: (_annotation(option), option.default) for option in inquiry.options}
    run = {} if inquiry.needs is Needs.RESULTS else dict(OF_A_STUDY)
    if inquiry.needs is Needs.TWO_POLICIES:
        del run["policies"], run["reference"]
    entries = {**_arguments(inquiry.needs), **own, **run, **OF_ALL}
    parameters = [
        inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=kind)
        for name, (kind, default) in entries.items()
    ]
    command.__doc__ = inquiry.question
    command.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]  # Typer reads it
    command.__annotations__ = {name: kind for name, (kind, _) in entries.items()}
    return command


def _arguments(needs: Needs) -> dict[str, tuple[Any, Any]]:
    """Return the arguments of a command, which have no defaults."""
    if needs is Needs.TWO_POLICIES:
        names = {"one": "A", "other": "B"}
        return {
            name: (Annotated[str, typer.Argument(metavar=shown, help="A preset's name or a YAML file.")], ...)
            for name, shown in names.items()
        }
    return {"source": (Annotated[Path, typer.Argument(metavar=needs.value, help=_SOURCES[needs])], ...)}


def _annotation(option: Option) -> Any:
    """Return the type of an option as Typer reads it."""
    kind = option.kind if option.kind is bool or option.default is not None else option.kind | None
    metavar = None if option.kind is bool else option.metavar
    flag = f"--{option.name.replace('_', '-')}"
    return Annotated[kind, typer.Option(flag, metavar=metavar, help=option.meaning)]


def inquiry_command(inquiry: Inquiry, given: Mapping[str, Any]) -> int:
    """Answer an inquiry, write its figures, print the answer or JSON. Return the exit code."""
    from experiments.commands.json import to_json
    from experiments.commands.outcome import kept_in, mention_failures, mention_graphs, mention_warnings

    request = _request(inquiry, given)
    if given["figures"] is not None:
        _check_folder(given["figures"])
    mention_graphs(request.study.parameters, request.execution.quiet)
    try:
        answer = inquiry.answer(request)
    except KeyboardInterrupt:
        if request.stored:
            raise
        raise kept_in(request.folder) from None
    if given["figures"] is not None:
        _write_figures(inquiry, answer, given["figures"])
    if given["as_json"]:
        named = {"inquiry": inquiry.name, "question": inquiry.question, "study": request.study.name}
        print(to_json({**named, **answer.content, "out": str(request.folder)}))
    else:
        print("\n".join(answer.lines))
        print(f"\n{_where(inquiry, request, given)}")
    if answer.runs is None:
        return 0
    mention_warnings(answer.runs, request.execution.quiet)
    return mention_failures(answer.runs, request.folder)


def _where(inquiry: Inquiry, request: Request, given: Mapping[str, Any]) -> str:
    """Return where results and figures lie, as lines."""
    figures = given["figures"]
    return f"results: {request.folder}" + ("" if figures is None else f"\nfigures: {figures / inquiry.name}-*.svg")


def _request(inquiry: Inquiry, given: Mapping[str, Any]) -> Request:
    """Return what a command line asks for. Raises BadInput for what does not fit together."""
    from experiments.commands.outcome import default_folder
    from experiments.running.engines import Execution

    options = {option.name: given[option.name] for option in inquiry.options}
    execution = Execution(given["jobs"], given["engine"], given.get("check", False), given["quiet"], given["scheduler"])
    if inquiry.needs is Needs.TWO_POLICIES:
        study, place = _study_of_two(given), f"{given['one']} {given['other']}"
    else:
        place = str(given["source"])
        if inquiry.needs is Needs.RESULTS or (inquiry.needs is Needs.RESULTS_OR_STUDY and given["source"].is_dir()):
            study = _stored_study(given)
            return Request(study, place, given["source"], options, execution, stored=True, quick=given["quick"])
        study = _declared_study(given)
    if inquiry.prepare is not None:
        study = inquiry.prepare(study, options, place)
    folder = given["out"] or default_folder(study)
    return Request(study, place, folder, options, execution, quick=given["quick"])


def _declared_study(given: Mapping[str, Any]) -> "Study":
    """Return the study of a file as changed by options."""
    from experiments.study.study import refuse_reruns

    settings = given["settings"] or ()
    seeds, seed, reference = given["seeds"], given["seed"], given["reference"]
    declared = study_from(given["source"], given["policies"], seeds, seed, settings, reference, given["quick"])
    refuse_settings_of_factors(declared, settings)
    refuse_reruns(declared, str(given["source"]))
    return with_sets(declared, given["ensemble"], given["sets"])


def _study_of_two(given: Mapping[str, Any]) -> "Study":
    """Return the study of two policies, of which the second is the reference."""
    from experiments.study.policy_file import named_policy
    from model.declaration.errors import BadInput

    one, other = given["one"], given["other"]
    if one == other:
        raise BadInput("must be two different policies", place=f"{one} {other}")
    for argument, name in (("A", one), ("B", other)):
        with at_option(argument):
            named_policy(name)
        if "," in name:
            raise BadInput("must be one policy, whose file's name has no comma", value=name, place=argument)
    seeds = (given["seeds"], given["seed"])
    settings = given["settings"] or ()
    declared = study_from(None, f"{other},{one}", *seeds, settings, None, given["quick"])
    arms = [policy for policy in declared.policies[-2:]]
    return with_sets(replace(declared, policies=tuple(arms), reference=arms[0].name), given["ensemble"], given["sets"])


def _stored_study(given: Mapping[str, Any]) -> "Study":
    """Return the study of a results folder. Raises BadInput for options that say what is run."""
    from experiments.results.merge import held, study_in
    from model.declaration.errors import BadInput

    folder = given["source"]
    for name, (_, default) in OF_A_STUDY.items():
        if given.get(name, default) != default:
            option = f"--{name}".replace("settings", "set")
            raise BadInput(f"is for a study, and {folder} holds results that stay as they are", place=option)
    return study_in(folder, held(folder))


def _check_folder(folder: Path) -> None:
    """Make the folder for figures where there is none. Raises BadInput, before any work is done, where none can be."""
    from experiments.files import refuse_no_folder

    refuse_no_folder(folder, f"--figures {folder}")
    folder.mkdir(parents=True, exist_ok=True)


def _write_figures(inquiry: Inquiry, answer: "Answer", folder: Path) -> None:
    """Write each picture as SVG and PNG, and its table as CSV."""
    from experiments.files import write_whole
    from viz.figures.pictures import as_files

    for picture in answer.pictures:
        for suffix, data in as_files(picture).items():
            write_whole(folder / f"{inquiry.name}-{picture.name}.{suffix}", data)
