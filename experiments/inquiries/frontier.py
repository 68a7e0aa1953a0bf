"""The question where one policy gives way to another over two factors: options, study, text, JSON and figure."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from experiments.inquiries.inquiry import Answer, Inquiry, Needs, Option, Picture, Request

if TYPE_CHECKING:
    from experiments.frontier.result import Frontier
    from experiments.study.study import Study


def prepared(study: "Study", options: Mapping[str, Any], place: str) -> "Study":
    """Return the adaptive study of two policies and two factors that is asked for. Its runs have a folder of their own.

    Raises BadInput with the option or the study's key as its place.
    """
    from experiments.frontier.search import REPLICATES, RUNS, check_adaptive
    from experiments.study.addresses import set_parameters, set_traits
    from experiments.study.study import check_outcomes
    from model.declaration.errors import BadInput

    arms, (axes, fixed) = _pair(study, options["between"]), _axes(study, options["over"], place)
    given = study.design if study.design.get("kind") == "adaptive" else {}
    design: dict[str, Any] = {"kind": "adaptive", "seed": given.get("seed", 0)}
    for key, default in (("runs", RUNS), ("replicates", REPLICATES)):
        design[key] = given.get(key, default) if options[key] is None else options[key]
    try:
        outcomes = study.outcomes if options["of"] is None else check_outcomes([options["of"]])
    except BadInput as error:
        raise error.at(f"--of {options['of']}") from None
    try:
        asked = replace(
            study,
            parameters=set_parameters(study.parameters, fixed),
            policies=tuple(set_traits(policy, fixed) for policy in arms),
            reference=arms[1].name,
            uncertain={name: study.uncertain[name] for name in axes},
            design=design,
            outcomes=outcomes,
            match=False,
        )
        check_adaptive(asked)
    except BadInput as error:
        option = error.key.removeprefix("design.")
        given_there = options.get(option) is not None
        raise error.at(f"--{option} {options[option]}" if given_there else place) from None
    return asked


def _pair(study: "Study", between: str | None) -> tuple[Any, Any]:
    """Return the two policies of `--between A,B`, by default the study's last and the one before it."""
    from model.declaration.errors import BadInput, unknown

    arms = {policy.name: policy for policy in study.policies}
    if between is None:
        names = list(arms)[-2:][::-1]
        if len(names) < 2:
            raise BadInput("a frontier is between two policies", "policies", list(arms))
        return arms[names[0]], arms[names[1]]
    place, names = f"--between {between}", [name.strip() for name in between.split(",")]
    if len(names) != 2 or names[0] == names[1]:
        raise BadInput("must be two policies of the study, as application,selective", place=place)
    for name in names:
        if name not in arms:
            raise unknown("policy", name, arms).at(place)
    return arms[names[0]], arms[names[1]]


def _axes(study: "Study", over: str | None, place: str) -> tuple[list[str], Mapping[str, Any]]:
    """Return the two axes of `--over X,Y[,Z=VALUE]`, and the values of all other factors."""
    from experiments.analysis.plane import check_plane, find_plane
    from model.declaration.errors import BadInput

    factors = tuple(study.uncertain)
    plane = find_plane(factors, over)
    if plane is None:
        allowed = "needs two uncertain factors that are numbers, or two of them named by --over X,Y,Z=VALUE"
        raise BadInput(allowed, "uncertain", list(factors), place)
    if plane.averaged:
        named = ", ".join(plane.averaged)
        raise BadInput(f"give a value to each other factor ({named}), as --over X,Y,Z=VALUE", place=f"--over {over}")
    check_plane(replace(study, design={}), plane, over or ",".join(plane.axes))
    return plane.axes, plane.fixed


def _answer(request: Request) -> Answer:
    from experiments.frontier.frontier import frontier_study

    found = frontier_study(request.study, request.folder, request.execution, request.place)
    return replace(frontier_answer(found), runs=found.runs)


def frontier_answer(found: "Frontier") -> Answer:
    """Return a search in text, data, tables and figure."""
    return Answer(
        lines=tuple(_lines(found)),
        content=_content(found),
        tables={"points": found.points, "boundary": found.edge, "surface": found.surface},
        pictures=tuple(frontier_pictures(found)),
    )


def _lines(found: "Frontier") -> Iterator[str]:
    from experiments.frontier.words import frontier_sentences, level_sentences
    from experiments.plain_text import wrapped

    first, *others = frontier_sentences(found)
    yield from wrapped(first)
    yield ""
    for level, where in level_sentences(found):
        yield from wrapped(f"{level}: {where}")
    yield ""
    for sentence in others:
        yield from wrapped(sentence)


def _content(found: "Frontier") -> dict[str, Any]:
    from experiments.frontier.words import frontier_sentences, has_boundary, level_sentences

    return {
        "one": found.one,
        "other": found.other,
        "outcome": found.outcome,
        "over": found.square.names,
        "answer": list(frontier_sentences(found)),
        "levels": dict(level_sentences(found)),
        "has_boundary": has_boundary(found),
        "same_sign": {"above": found.sign.above, "below": found.sign.below},
        "area": found.area._asdict(),
        "skill": None if found.skill is None else found.skill._asdict(),
        "runs": len(found.runs),
        "stopped": found.stopped,
        "boundary": found.edge.to_dict("records"),
        "points": found.points.to_dict("records"),
    }


def frontier_pictures(found: "Frontier") -> Iterator[Picture]:
    """Yield the plane: the surface, its band, and the points that were run. None where nothing is fitted."""
    import pandas as pd

    from experiments.analysis.plane import axis_scale

    if "difference" not in found.surface:
        return
    table = pd.concat([found.surface.assign(part="surface"), found.points.assign(part="run")], ignore_index=True)
    names = found.square.names
    words = (
        f"{found.outcome} of {found.one} less {found.other} over {names[0]} and {names[1]}. A solid line is where it "
        "changes sign, dashed lines are the ends of the band in which the sign is open. Dots were run. "
        "In hatches, money is not shown to be equal"
    )
    labels = {"x": names[0], "y": names[1], "value": f"{found.outcome}: {found.one} less {found.other}"}
    scales = {f"{axis}_scale": axis_scale(found.study, name) for axis, name in zip("xy", names, strict=True)}
    yield Picture("frontier", "frontier", table, words, labels | scales)


FRONTIER = Inquiry(
    name="frontier",
    question="Where does one policy give way to another over two factors?",
    needs=Needs.STUDY,
    answer=_answer,
    options=(
        Option("between", "The two policies (the study's last and the one before it).", "A,B"),
        Option("over", "Its two axes; every other factor needs a value.", "X,Y[,Z=VALUE]"),
        Option("of", "The indicator whose difference changes sign (the study's first outcome).", "OUTCOME"),
        Option("runs", "The most runs (600). With more, a finished search goes on.", "N", int),
        Option("replicates", "Fresh seeds at each point (4), counted on from the study's first.", "N", int),
    ),
    prepare=prepared,
)
