"""Compare: two or three policies with the same random draws, while a slider moves."""

from collections.abc import Callable
from typing import Any, NamedTuple

import solara
from solara import v

from experiments.analysis.sentences import plain
from experiments.analysis.table import HEADLINE
from experiments.declared_words import definition_in_words
from experiments.pairs.answer import LiveAnswer
from experiments.pairs.question import MOST_PAIRS, ask
from experiments.study.study import Study
from model.declaration.errors import BadInput, unknown
from model.declaration.numbers import valid_seed
from model.indicators.summary import declaration
from model.policy.presets import policies
from viz.figures.styles import colour_css
from viz.lab.address import Values, changed, changed_by, explained, link_to, parameters_in, policy_in, values_in
from viz.lab.parts.duet import Duet
from viz.lab.parts.fans import Fans
from viz.lab.parts.frame import BROWSER, LabPage
from viz.lab.parts.heard import use_heard
from viz.lab.parts.live import use_answers
from viz.lab.parts.settings import cards_of_policies
from viz.lab.parts.sliders import RefusedNumber, Sliders, sliders_at
from viz.lab.parts.turn import TURN, TurnSearch, turn_in
from viz.lab.parts.verdicts import Recipe, Verdict, VerdictTable

COMPARE_NAMES = ("policies", "indicator", "seed", TURN)
"""Names in the address beside the settings."""

PAIRS_MOVING = 15
"""Pairs at most while a slider moves."""

_FIRST = "selective,application"
_NONE = ""
_MOST_WORK = 1_600_000
"""Users times quarters of a run at most, so that a batch ends within seconds."""


class AskedPairs(NamedTuple):
    """The question of an address: a study, the indicator to judge by, the presets, and the seed to be watched.

    `turn` is the search for a boundary that it asks for, if it does.
    """

    study: Study
    indicator: str
    names: tuple[str, ...]
    seed: int | None
    turn: Study | None = None


@solara.component_vue(str(BROWSER / "choices.vue"))
def Choices(choices: list[dict[str, Any]], event_chosen: Callable[[dict[str, Any]], None]) -> None:
    """Lists to choose from, with a note on what is chosen."""


@solara.component
def ComparePage() -> Any:
    """The page of one visitor. Its address says all that it shows, but for a slider that is being moved."""
    router = solara.use_router()
    moved, move = solara.use_state({})
    asked, error, values = None, "", {}
    try:
        values = values_in(router.search, COMPARE_NAMES)
        asked = asked_in(changed_by(values, moved), PAIRS_MOVING if moved else MOST_PAIRS)
    except BadInput as refused:
        error = explained(refused)
    indicator = asked.indicator if asked else HEADLINE[0]
    progress = use_answers(asked.study if asked else None, indicator)
    fresh = asked is not None and progress.answers(asked.study)

    def go(wanted: Values) -> None:
        move({})
        if link_to("/compare", wanted) != link_to("/compare", values):
            router.push(link_to("/compare", wanted))

    with solara.Div(classes=["compare"]) as main:
        solara.Style(colour_css() + (BROWSER / "compare.css").read_text(encoding="utf-8"))
        names = asked.names if asked else tuple(_FIRST.split(","))
        Choices(choices=choices_of(names, indicator), event_chosen=lambda chosen: go(_chosen(values, names, chosen)))
        if error or progress.error:
            v.Html(tag="p", class_="refused", attributes={"role": "alert"}, children=[error or progress.error])
            if error:
                v.Html(tag="p", children=[solara.Link("/compare", children=["Start again with the defaults"])])
        if progress.answer is not None and not error:
            Verdict(progress.answer, indicator, fresh)
        elif not error:
            v.Html(tag="p", class_="verdict waiting", children=["The first five pairs are on their way."])
        with solara.Div(classes=["workbench"]):
            Levers(values, move, go)
            with solara.Div(classes=["found"] if fresh else ["found", "older"]):
                if progress.answer is not None and asked is not None:
                    Found(progress.answer, values, asked, fresh)
                if asked is not None:
                    ready = fresh and not moved and progress.answer is not None and progress.answer.final
                    TurnSearch(asked.turn, ready, lambda axes: go(changed(values, turn=axes)))
                if asked is not None and not moved:
                    Duet(asked.study, asked.seed, lambda seed: go(changed(values, seed=seed)))
    return main


@solara.component
def Levers(values: Values, move: Callable[[dict[str, str]], None], go: Callable[[Values], None]) -> Any:
    """The sliders. A number that cannot be asked for stays out of the address, and the answer stays on the page."""
    refused, refuse = solara.use_state(None)
    heard, numbered = use_heard()
    here = link_to("/compare", values)

    def moved(given: dict[str, str]) -> None:
        refuse(None)
        move({given["name"]: given["value"]})

    def released(given: dict[str, str | None]) -> None:
        name, value = given["name"], given["value"]
        assert name is not None
        wanted = changed_by(values, {name: value})
        line = "" if refusal_of(values) else refusal_of(wanted)  # an address that is refused may be put right in steps
        if line and value is not None:
            move({})
            refuse((here, RefusedNumber(name, value, line)))
        else:
            refuse(None)
            go(wanted)

    with solara.Div(classes=["levers"]) as main:
        v.Html(tag="h2", children=["Move a slider, or type a number"])
        Sliders(
            sliders=sliders_at(values, refused[1] if refused and refused[0] == here else None),
            heard=heard,
            event_moved=numbered(moved),
            event_released=numbered(released),
        )
    return main


@solara.component
def Found(answer: LiveAnswer, values: Values, asked: AskedPairs, fresh: bool) -> Any:
    """The numbers of the answer: table, charts and recipe."""
    indicator, names = asked.indicator, asked.names
    with solara.Div() as main:
        VerdictTable(answer, indicator)
        Fans(answer, indicator)
        v.Html(
            tag="p",
            class_="note",
            children=[
                "Lines are medians over seeds. Bands hold the middle 50 % and 90 % of seeds, and are no intervals of "
                "the mean. The ground is shaded while the policies run."
            ],
        )
        if answer.final and fresh:
            Recipe(answer, indicator)
            watched = [solara.Link(link, children=[name]) for name, link in watch_links(values, names)]
            v.Html(
                tag="p",
                class_="watched",
                children=["Watch the run of seed 0, which alone is no answer: ", *watched],
            )
    return main


def asked_in(values: Values, pairs: int) -> AskedPairs:
    """Return the question of an address. Raises BadInput."""
    indicator = values.get("indicator", HEADLINE[0])
    if indicator not in HEADLINE:
        raise unknown("indicator", indicator, HEADLINE).within("indicator")
    if "policy.mix" in values:  # all policies would have it
        raise BadInput("belongs to Watch, here presets are compared", "policy.mix")
    parameters = parameters_in(values)
    if parameters.users * parameters.horizon > _MOST_WORK:
        raise BadInput(f"users times horizon must be at most {_MOST_WORK:,} here, use: nqpf compare", "users")
    names = tuple(values.get("policies", _FIRST).split(","))
    study = ask([policy_in(values, name, parameters) for name in names], parameters, pairs)
    turn = turn_in(values, study, indicator, _MOST_WORK)
    return AskedPairs(study, indicator, names, valid_seed(values["seed"]) if "seed" in values else None, turn)


def refusal_of(values: Values) -> str:
    """Return why an address cannot be asked for, in a line, and nothing where it can."""
    try:
        asked_in(values, MOST_PAIRS)
    except BadInput as error:
        return explained(error)
    return ""


def watch_links(values: Values, names: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return each policy with the address at which it can be watched at the same settings."""
    settings = changed(values, **dict.fromkeys(COMPARE_NAMES))
    return [(name, link_to("/", {**settings, "policy": name})) for name in dict.fromkeys(names)]


def choices_of(names: tuple[str, ...], indicator: str) -> list[dict[str, Any]]:
    """Return the lists of policies and indicators, with what is chosen and a note on it."""
    sentences = {card["name"]: card["sentence"] for card in cards_of_policies()}
    presets = [{"value": name, "text": name} for name in policies]
    third = [{"value": _NONE, "text": "no third policy"}, *presets]
    labels = ("Compare with", "Policy", "Third policy")
    found = [
        {"label": label, "value": name, "options": options, "note": sentences.get(name, "")}
        for label, name, options in zip(labels, (*names, _NONE)[:3], (presets, presets, third), strict=True)
    ]
    outcomes = [{"value": name, "text": plain(name)} for name in HEADLINE]
    declared = declaration(indicator)
    note = f"{definition_in_words(declared.definition)} Unit: {declared.unit}."
    return [*found, {"label": "Judge by", "value": indicator, "options": outcomes, "note": note}]


def _chosen(values: Values, names: tuple[str, ...], chosen: dict[str, Any]) -> Values:
    """Return the values of the address after a choice."""
    if chosen["place"] == 3:
        return changed(values, indicator=None if chosen["value"] == HEADLINE[0] else chosen["value"])
    wanted = [*names, _NONE][:3]
    wanted[chosen["place"]] = chosen["value"]
    return changed(values, policies=",".join(filter(None, wanted)))


COMPARE = LabPage(
    "compare",
    "Compare",
    "Two or three policies face the same random draws. Does one do better, and is that more than chance?",
    ComparePage,
)
"""The page in the navigation."""
