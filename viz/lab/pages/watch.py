"""Watch: one economy, recorded on the server and played in the browser."""

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import solara
from solara import v

from experiments.declared_words import definition_in_words
from experiments.recording.cache import KeptRecording, recordings
from experiments.recording.recording import Turn
from experiments.recording.ties import pack_ties
from model.declaration.errors import BadInput
from model.declaration.numbers import whole_number
from model.indicators.summary import SERIES_NAMES, declaration
from model.policy.presets import policies
from viz.lab.address import (
    OF_ONE_POLICY,
    AskedRun,
    Values,
    changed_by,
    explained,
    link_to,
    policy_in,
    run_in,
    values_in,
)
from viz.lab.parts.frame import BROWSER
from viz.lab.parts.heard import Act, use_heard
from viz.lab.parts.reproduce import command_of, python_of
from viz.lab.parts.settings import Settings, cards_of_policies, declared_settings, defaults_of

START = "application"
"""The policy of an address that names none."""

WATCH_NAMES = ("policy", "seed", "then", "from", "quarter", "charts", "agent", "mark")
"""Names in the address beside the settings. The browser reads and writes the last four: what is looked at."""

_LOOK = WATCH_NAMES[4:]


class Watched(NamedTuple):
    """All that an address asks for: a run, the turn that it takes if any, and a recording without and with it."""

    run: AskedRun
    turn: Turn | None
    recording: KeptRecording
    turned: KeptRecording | None


@solara.component_vue(str(BROWSER / "watch.vue"))
def Player(
    recording: bytes,
    turned_recording: bytes,
    ties: bytes,
    indicators: Sequence[Mapping[str, str]],
    policies: Sequence[str],
    heard: int,
    event_turn: Act,
    event_show_ties: Act,
) -> None:
    """The player of a recording, and of the same economy after a turn. Both are bytes, empty where there is none."""


@solara.component
def WatchPage() -> Any:
    """The page of one visitor. Its address says all that it shows."""
    router = solara.use_router()
    ties, set_ties = solara.use_state(b"")
    heard_player, of_player = use_heard()
    heard_settings, of_settings = use_heard()
    values, watched, error = _read(router.search)

    def change(changes: Mapping[str, str | None]) -> None:
        kept = {name: value for name, value in values.items() if name not in _LOOK}  # the browser adds these itself
        if link_to("/", wanted := changed_by(kept, changes)) != link_to("/", kept):
            router.push(link_to("/", wanted))

    def turn(asked: Any) -> None:
        change({"then": asked["policy"], "from": str(asked["quarter"])} if asked else {"then": None, "from": None})

    def show_ties(asked: Any) -> None:
        assert watched is not None
        quarter = whole_number("quarter", asked["quarter"], 0, watched.run.parameters.horizon)
        set_ties(pack_ties(*watched.run, quarter, watched.turn if asked["turned"] else None))

    parts = [_problem(error)] if error else []
    if watched is not None:
        parts.append(
            Player(
                recording=watched.recording.packed,
                turned_recording=watched.turned.packed if watched.turned else b"",
                ties=ties,
                indicators=INDICATORS_SHOWN,
                policies=list(policies),
                heard=heard_player,
                event_turn=of_player(turn),
                event_show_ties=of_player(show_ties),
            )
        )
    policy = values.get("policy", START)
    parts.append(
        Settings(
            settings=SETTINGS,
            values=values,
            defaults=defaults_of(policies.get(policy, policies[START])),
            cards=CARDS,
            chosen=policy,
            heard=heard_settings,
            event_change=of_settings(change),
        )
    )
    if watched is not None:
        parts.append(TakeAway(watched, values))
    return v.Html(tag="div", children=parts)


@solara.component
def TakeAway(watched: Watched, values: Values) -> Any:
    """The numbers as a file, and the command and the Python that print the same."""
    policy = values.get("policy", START)
    name = f"nqpf-{watched.run.policy.name.replace(' ', '-')}-{watched.run.seed}"
    files = [solara.FileDownload(lambda: series_csv(watched.recording), f"{name}.csv", "Series (CSV)")]
    if watched.turn and (other := watched.turned):
        after = f"{name}-then-{watched.turn.policy.name}-{watched.turn.quarter}.csv"
        files.append(solara.FileDownload(lambda: series_csv(other), after, "Series after the turn (CSV)"))
    texts = command_of(values, policy), python_of(watched.run, values, policy, watched.turn)
    remark = " The command makes the run as it was. Only Python turns." if watched.turn else ""
    return v.Html(
        tag="section",
        class_="take",
        attributes={"aria-label": "Take away"},
        children=[
            v.Html(tag="h2", children=["Take away"]),
            v.Html(tag="div", class_="files", children=files),
            v.Html(tag="p", children=[f"The same numbers on the command line and in Python:{remark}"]),
            *(v.Html(tag="pre", attributes={"tabindex": "0"}, children=[text]) for text in texts),
        ],
    )


def series_csv(kept: KeptRecording) -> str:
    """Return the series as CSV: a row per quarter, numbers as exact as the model's own."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["period", *kept.series])
    rows = zip(*(values.tolist() for values in kept.series.values()), strict=True)
    writer.writerows([period, *map(repr, row)] for period, row in enumerate(rows))
    return out.getvalue()


def _read(search: str | None) -> tuple[dict[str, str], Watched | None, str]:
    """Return the values of an address, what it asks for, and what is wrong with it. Either of the last two is empty."""
    values: dict[str, str] = {}
    try:
        values = values_in(search, WATCH_NAMES)
        run = run_in(values, START)
        turn = _turn_in(values, run)
        turned = recordings.find(*run, turn) if turn else None
        return values, Watched(run, turn, recordings.find(*run), turned), ""
    except BadInput as error:
        return values, None, explained(error)


def _turn_in(values: Values, run: AskedRun) -> Turn | None:
    """Return the turn that an address asks for: `then` names the policy and `from` the quarter."""
    if "then" not in values and "from" not in values:
        return None
    try:
        quarter = int(values.get("from", ""))
    except ValueError:
        quarter = 0
    if not 1 <= quarter < run.parameters.horizon:
        raise BadInput(f"must be a quarter from 1 to {run.parameters.horizon - 1}", "from", values.get("from", ""))
    shared = {name: value for name, value in values.items() if name not in OF_ONE_POLICY}
    return Turn(policy_in(shared, values.get("then", ""), run.parameters), quarter)


def _problem(error: str) -> Any:
    start = v.Html(tag="a", attributes={"href": "/"}, children=["Start again with the defaults."])
    return v.Html(tag="p", class_="refused", attributes={"role": "alert"}, children=[error + " ", start])


SETTINGS, CARDS = declared_settings(), cards_of_policies()
INDICATORS_SHOWN = [
    {"name": name, "unit": declaration(name).unit, "definition": definition_in_words(declaration(name).definition)}
    for name in SERIES_NAMES
]
"""Indicators that can be put into a chart."""
