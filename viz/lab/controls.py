"""The page's settings: a control per declared parameter and policy trait, generated from the declarations."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import solara
from solara import v

from model.declaration.errors import BadInput
from model.declaration.input_file import path_of
from model.declaration.settings import is_file
from model.economy import read_settings
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import find_policy, policies

ChosenSettings = dict[str, Any]  # keywords of Economy, values as text

START: ChosenSettings = {"policy": "application", "seed": "0"}
GROUPS: dict[str, tuple[str, ...]] = {
    "Policy": (
        "policy.budget", "policy.start", "policy.end", "policy.foresight", "policy.champions", "policy.leakage",
    ),
    "Size and structure": ("users", "horizon", "industries", "regions", "market_size", "generality", "segmentation"),
    "Users": ("risk", "integration", "reconsider", "choice_noise", "contacts", "peers", "report", "lead_users"),
    "Innovators": (
        "own_problems", "novelty_half", "concentration", "imitation", "explore_max", "research_intensity", "entry",
        "seed_cash", "supply_elasticity",
    ),
}  # fmt: skip
FILES = tuple(name for name in Parameters.model_fields if is_file(Parameters, name))
"""Settings that name files."""

OTHER_PARAMETERS, OTHER_TRAITS = "All other parameters", "All other policy traits"


def declared() -> dict[str, dict[str, Any]]:
    """Return every setting of the page by its keyword, as declared; traits carry the prefix `policy.`.

    Mixes and calendars do not fit a text field. They come with the policy that is chosen.
    """
    traits = {
        f"policy.{found['name']}": found
        for found in Policy.declarations()
        if found["name"] != "name" and isinstance(found["default"], int | float | str)
    }
    return {**{found["name"]: found for found in Parameters.declarations()}, **traits}


def groups() -> dict[str, list[str]]:
    """Return keywords by heading: a chosen subset first, then everything else."""
    grouped = {name for names in GROUPS.values() for name in names}
    others = [name for name in declared() if name not in grouped]
    return {
        **{heading: list(names) for heading, names in GROUPS.items()},
        OTHER_TRAITS: [name for name in others if name.startswith("policy.")],
        OTHER_PARAMETERS: [name for name in others if not name.startswith("policy.")],
    }


def error_of(settings: ChosenSettings) -> str:
    """Return the error in the settings as one line; empty without an error.

    A page is no place to read files of this machine: files lie below the folder that is served, and errors in them
    are shown without what they hold.
    """
    try:
        _check_places(settings)
        read_settings(**settings)
    except BadInput as error:
        return error.without_content() if error.key.split(".")[0] in FILES else str(error)
    return ""


def _check_places(settings: ChosenSettings) -> None:
    """Raise BadInput for a file that does not lie below the working directory, which is the folder that is served."""
    served = Path.cwd().resolve()
    for name in FILES:
        given = path_of(str(settings.get(name, "")))
        try:
            inside = Path(given).resolve().is_relative_to(served)
        except (OSError, RuntimeError, ValueError):  # a circle of links, a name with a null character
            inside = False
        if given and not inside:
            raise BadInput("must be a file below the folder that is served", name)


def changed(settings: ChosenSettings, name: str, value: Any) -> ChosenSettings:
    """Return the settings with another value of one.

    An emptied field gets its default back, except the seed, which is needed.
    """
    wanted = {**settings, name: value or ""}
    if not wanted[name] and name not in START:
        del wanted[name]
    return wanted


def explain(entry: dict[str, Any]) -> str:
    """Return a setting's range and meaning in a line, from its declaration."""
    span = entry["range"]
    allowed = f"{span[0]:,g} to {span[1]:,g}. " if span and not isinstance(span[0], str) else ""
    if entry["symbol"]:
        return f"{allowed}{entry['symbol']}: {entry['meaning']}"
    return f"{allowed}{entry['meaning'][:1].upper()}{entry['meaning'][1:]}"


@solara.component
def SettingsPanel(applied: ChosenSettings, on_apply: Callable[[ChosenSettings], None]) -> None:
    """The panel of settings. Policy and seed take effect at once, others when they are applied to a new economy."""
    draft, set_draft = solara.use_state(applied)
    opened, set_opened = solara.use_state([])
    error = error_of(draft)

    def change(name: str, value: Any) -> None:
        set_draft(changed(draft, name, value))
        at_once = changed(applied, name, value)
        if name in START and not error_of(at_once):
            on_apply(at_once)

    def restore() -> None:
        set_draft(START)
        on_apply(START)

    with solara.Card("Settings", elevation=0):
        solara.Select(
            "Policy", values=list(policies), value=draft["policy"], on_value=lambda name: change("policy", name)
        )
        solara.InputText("Seed", value=str(draft.get("seed", "")), on_value=lambda text: change("seed", text))
        with v.ExpansionPanels(v_model=opened, on_v_model=set_opened, multiple=True, flat=True, accordion=True):
            for place, (heading, names) in enumerate(groups().items()):
                with v.ExpansionPanel():
                    v.ExpansionPanelHeader(children=[heading])
                    with v.ExpansionPanelContent():
                        for name in names if place in opened else ():
                            Control(name, draft, change)
        with solara.Column(classes=["apply"]):
            if error:
                solara.Error(error, dense=True, icon=False, classes=["refused"])
            with solara.Row():
                idle = bool(error) or draft == applied
                solara.Button("Apply", on_click=lambda: on_apply(draft), color="primary", disabled=idle)
                solara.Button("Defaults", on_click=restore, text=True)


@solara.component
def Control(name: str, draft: ChosenSettings, change: Callable[[str, Any], None]) -> None:
    """One setting: a list of words or a field, with unit, range and meaning from its declaration."""
    entry = declared()[name]
    default = entry["default"]
    if name.startswith("policy."):
        default = getattr(find_policy(draft["policy"]), entry["name"])
    value = draft.get(name, default)
    label = f"{entry['name']} ({entry['unit']})" if entry["unit"] not in ("", "name") else entry["name"]
    if entry["range"] and isinstance(entry["range"][0], str):
        solara.Select(label, values=entry["range"], value=value, on_value=lambda word: change(name, word))
        solara.Text(explain(entry), classes=["help"])
    else:
        text = value if isinstance(value, str) else f"{value:.12g}"
        solara.InputText(label, value=text, on_value=lambda text: change(name, text), message=explain(entry))
