""" "Where does it turn?": the boundary between the first two policies over two factors, drawn as it grows."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import solara
from solara import v

from experiments.frontier.frontier import frontier_rounds
from experiments.frontier.result import Frontier
from experiments.frontier.turning import turning_command, turning_python, turning_study
from experiments.frontier.words import progress_sentence
from experiments.inquiries.frontier import frontier_answer, frontier_pictures
from experiments.inquiries.inquiry import Answer
from experiments.running.engines import Execution
from experiments.study.addresses import TRAIT
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown
from viz.lab.address import Values
from viz.lab.parts.findings import FINDINGS, Findings, Pictures, as_findings, code_block
from viz.lab.parts.frame import BROWSER
from viz.lab.parts.sliders import SLIDERS, slider_ends
from viz.lab.parts.work import use_work
from viz.report.wording import typeset

TURN = "turn"
"""The name of the two factors in the address, as `turn=policy.foresight,displacement`."""

_FIRST = ("policy.foresight", "own_problems")


@solara.component_vue(str(BROWSER / "choices.vue"))
def Axes(choices: list[dict[str, Any]], event_chosen: Callable[[dict[str, Any]], None]) -> None:
    """Two lists of factors."""


def turn_in(values: Values, study: Study, indicator: str, most_work: int) -> Study | None:
    """Return the search that an address asks for, None where it asks for none. Raises BadInput."""
    if TURN not in values:
        return None
    names = values[TURN].split(",")
    for name in names:
        if name not in SLIDERS:
            raise unknown("factor", name, SLIDERS).within(TURN)
    if len(names) != 2 or names[0] == names[1]:
        raise BadInput("must be two different factors, as policy.foresight,displacement", TURN, values[TURN])
    ranges = {name: slider_ends(name) for name in names}
    horizon = max([study.parameters.horizon, *ranges.get("horizon", ())])
    if study.parameters.users * horizon > most_work:
        raise BadInput(f"users times the longest horizon must be at most {most_work:,} here, use: nqpf frontier", TURN)
    return turning_study(study, {name: {"range": list(ends)} for name, ends in ranges.items()}, indicator)


@solara.component
def TurnSearch(study: Study | None, ready: bool, choose: Callable[[str | None], None]) -> Any:
    """The search for a boundary: its axes, a button, and what is known so far. It waits until it is `ready`."""
    picked, pick = solara.use_state(_FIRST)
    stopped, stop = solara.use_state(False)
    axes = tuple(study.uncertain) if study else picked
    question = (study.parameters, study.policies, study.outcomes, axes) if study else None
    solara.use_effect(lambda: stop(False), [question])
    asks = question if ready and not stopped else None
    work = use_work(asks, lambda: _steps(study), FINDINGS)
    held = solara.use_ref((None, None))
    if work.found is not None:
        held.current = (question, work.found)
    found = held.current[1] if question is not None and held.current[0] == question else None
    done = work.done and asks is not None

    def chosen(given: dict[str, Any]) -> None:
        wanted = list(axes)
        if wanted[1 - given["place"]] == given["value"]:  # the two change places
            wanted.reverse()
        wanted[given["place"]] = given["value"]
        pick(tuple(wanted))
        if study is not None:
            choose(",".join(wanted))

    with solara.Div(classes=["turn"]) as main:
        v.Html(tag="h2", children=["Where does it turn?"])
        note = "Runs are put where it is open which of the first two policies does better. That takes up to 600 runs."
        v.Html(tag="p", class_="note", children=[note])
        Axes(choices=axes_shown(axes), event_chosen=chosen)
        with solara.Div(classes=["files"]):
            if study is None:
                solara.Button("Find where it turns", on_click=lambda: choose(",".join(axes)))
            elif not done and not stopped:
                solara.Button("Stop the search", on_click=lambda: stop(True))
            elif stopped and not done:
                solara.Button("Go on with the search", on_click=lambda: stop(False))
            if study is not None:
                solara.Button("Close the search", on_click=lambda: choose(None))
        if study is not None:
            SearchShown(study, found, done, stopped, work.error)
    return main


@solara.component
def SearchShown(study: Study, found: Findings | None, done: bool, stopped: bool, error: str) -> Any:
    """The findings of a search so far: sentences, the drawing, and the recipe at the end."""
    with solara.Div(classes=["searched"]) as main:
        if error:
            v.Html(tag="p", class_="refused", attributes={"role": "alert"}, children=[error])
        if found is None:
            text = "The search has stopped." if stopped else "The first twelve points are on their way."
            v.Html(tag="p", class_="waiting", attributes={"role": "status"}, children=[text])
        else:
            first, *others = found.answer.lines
            spoken = {"aria-live": "polite" if done else "off"}
            v.Html(tag="p", class_="sentence", attributes=spoken, children=[typeset(first)])
            if stopped and not done:
                v.Html(tag="p", class_="waiting", children=["The search has stopped. This is no answer."])
            for line in others:
                v.Html(tag="p", class_="note", children=[typeset(line)])
            Pictures(found.drawn, "turn")
        if done and not error:
            code_block("Search on the command line", turning_command(study))
            code_block("Search in Python", turning_python(study))
    return main


def axes_shown(axes: tuple[str, ...]) -> list[dict[str, Any]]:
    """Return the two lists of factors."""
    options = [{"value": name, "text": name.removeprefix(TRAIT).replace("_", " ")} for name in SLIDERS]
    notes = (f"From {low:g} to {high:g}." for low, high in map(slider_ends, axes))
    return [
        {"label": label, "value": name, "options": options, "note": note}
        for label, name, note in zip(("Across", "Up"), axes, notes, strict=True)
    ]


def _steps(study: Study | None) -> Iterator[Findings]:
    """Yield what is known after each batch of points."""
    assert study is not None
    jobs = max((os.cpu_count() or 2) - 1, 1)  # one processor is left to those who click
    for found in frontier_rounds(study, Execution(jobs=jobs)):
        yield as_findings(search_in_words(found))


def search_in_words(found: Frontier) -> Answer:
    """Return a search as sentences and drawing: those of `nqpf frontier` once it has ended."""
    if not found.stopped:
        return Answer((progress_sentence(found),), {}, pictures=tuple(frontier_pictures(found)))
    answer = frontier_answer(found)
    first, *others = answer.content["answer"]
    levels = [f"{level}: {where}." for level, where in answer.content["levels"].items()]
    return Answer((first, *levels, *others), answer.content, pictures=answer.pictures)
