"""The address of the page Explore: which folder, which view of it, and with which choices."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from experiments.analysis.sentences import plain
from experiments.analysis.table import HEADLINE
from experiments.declared_words import definition_in_words
from experiments.exploration.folder import ResultsFolder, factor_values, open_folder
from experiments.exploration.planes import numbers_of
from experiments.exploration.registry import VIEWS, views_of
from experiments.exploration.view import ACROSS, AXES, INDICATOR, PAIR, POINT, POLICIES, FolderView, ViewRequest
from experiments.inquiries.inquiry import Option
from model.declaration.errors import BadInput, unknown
from model.indicators.summary import SUMMARY_NAMES, declaration
from viz.lab.address import Values, changed_by, own_values_in

FOLDER, TAB = "folder", "tab"
OPTION_NAMES = tuple(dict.fromkeys(option.name for view in VIEWS.values() for option in view.options))
EXPLORE_NAMES = (FOLDER, TAB, INDICATOR, POLICIES, PAIR, POINT, AXES, ACROSS, *OPTION_NAMES)
"""Names in the address, those of the options of inquiries among them."""

Control = dict[str, Any]


class AskedView(NamedTuple):
    """A view that an address asks for. `view` is None for a folder whose study cannot be made."""

    folder: ResultsFolder
    view: FolderView | None
    request: ViewRequest


def explore_values(search: str | None) -> dict[str, str]:
    """Return the values of an address. Raises BadInput for names that the page has not."""
    return own_values_in(search, EXPLORE_NAMES)


def asked_view(values: Values) -> AskedView | None:
    """Return the view that an address asks for, None where it names no folder. Raises BadInput."""
    if FOLDER not in values:
        return None
    folder = open_folder(values[FOLDER])
    views = views_of(folder)
    if not views:
        return AskedView(folder, None, ViewRequest(folder, ""))
    tab = values.get(TAB, next(iter(views)))
    if tab not in views:
        raise unknown("tab", tab, views)
    return AskedView(folder, views[tab], _request(folder, views[tab], values))


def _request(folder: ResultsFolder, view: FolderView, values: Values) -> ViewRequest:
    indicator = values.get(INDICATOR, outcomes_of(folder)[0])
    if indicator not in SUMMARY_NAMES:
        raise unknown("indicator", indicator, SUMMARY_NAMES).within(INDICATOR)
    between = _names(values, PAIR, folder.arms)
    over = _names(values, AXES, numbers_of(folder))
    for name, chosen in ((PAIR, between), (AXES, over)):
        if chosen and (len(chosen) != 2 or chosen[0] == chosen[1]):
            raise BadInput("must be two different names, with a comma between", name, values[name])
    return ViewRequest(
        folder,
        indicator,
        policies=_names(values, POLICIES, folder.arms),
        between=between,
        at=_point(values, folder),
        over=over,
        x=next(iter(_names(values, ACROSS, (*folder.factors, *SUMMARY_NAMES))), ""),
        options={
            option.name: _option(option, values[option.name]) for option in view.options if values.get(option.name)
        },
    )


def outcomes_of(folder: ResultsFolder) -> tuple[str, ...]:
    """Return the indicators of a folder's study, the headline indicators where it names none."""
    return (folder.study.outcomes if folder.study else ()) or HEADLINE


def _names(values: Values, name: str, allowed: tuple[str, ...]) -> tuple[str, ...]:
    found = tuple(dict.fromkeys(filter(None, values.get(name, "").split(","))))
    for one in found:
        if one not in allowed:
            raise unknown("name", one, allowed).within(name)
    return found


def _point(values: Values, folder: ResultsFolder) -> dict[str, Any]:
    """Return the values of factors that an address names, as `own_problems=0.5,industries=3`."""
    point: dict[str, Any] = {}
    for part in filter(None, values.get(POINT, "").split(",")):
        name, _, text = part.partition("=")
        if name not in folder.factors:
            raise unknown("factor", name, folder.factors).within(POINT)
        point[name] = _number_or_word(text)
    return point


def _number_or_word(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text


def _option(option: Option, text: str) -> Any:
    if option.kind is bool:
        return text.lower() in ("1", "true", "yes")
    try:
        return option.kind(text)
    except ValueError:
        raise BadInput(f"must be of the form {option.metavar}", option.name, text) from None


def controls_of(asked: AskedView) -> list[Control]:
    """Return the controls of a view: lists to choose from, boxes to tick, and text for an inquiry's options."""
    view, request, folder = asked.view, asked.request, asked.folder
    if view is None:
        return []
    makers: Mapping[str, Any] = {
        INDICATOR: _indicator, POLICIES: _policies, PAIR: _pair, AXES: _axes, ACROSS: _across, POINT: _points
    }  # fmt: skip
    controls = [control for name in view.takes for control in makers[name](folder, view, request)]
    return [*controls, *(_text(option, request) for option in view.options)]


def _select(name: str, label: str, value: str, options: Mapping[str, str], note: str = "") -> Control:
    listed = [{"value": option, "text": text} for option, text in options.items()]
    return {"name": name, "label": label, "kind": "list", "value": value, "options": listed, "note": note}


def _indicator(folder: ResultsFolder, view: FolderView, request: ViewRequest) -> list[Control]:
    declared = declaration(request.indicator)
    first = dict.fromkeys([*outcomes_of(folder), *HEADLINE, *sorted(SUMMARY_NAMES)])
    names = {name: plain(name) for name in first}
    note = f"{definition_in_words(declared.definition)} Unit: {declared.unit}."
    return [_select(INDICATOR, "Indicator", request.indicator, names, note)]


def _policies(folder: ResultsFolder, view: FolderView, request: ViewRequest) -> list[Control]:
    options = [{"value": name, "text": name} for name in folder.arms]
    value = list(request.policies or folder.arms)
    return [{"name": POLICIES, "label": "Policies", "kind": "boxes", "value": value, "options": options, "note": ""}]


def _pair(folder: ResultsFolder, view: FolderView, request: ViewRequest) -> list[Control]:
    names, (one, other) = {name: name for name in folder.arms}, request.pair
    return [_select(f"{PAIR} 0", "Policy", one, names), _select(f"{PAIR} 1", "less this one", other, names)]


def _axes(folder: ResultsFolder, view: FolderView, request: ViewRequest) -> list[Control]:
    numbers = numbers_of(folder)
    if len(numbers) < 3:
        return []
    names, axes = {name: name for name in numbers}, request.over or numbers[:2]
    return [_select(f"{AXES} 0", "Across", axes[0], names), _select(f"{AXES} 1", "Up", axes[1], names)]


def _across(folder: ResultsFolder, view: FolderView, request: ViewRequest) -> list[Control]:
    if view.name == "curve":
        names = {name: name for name in numbers_of(folder)}
    else:
        names = {name: plain(name) for name in (*folder.factors, *outcomes_of(folder), *HEADLINE)}
    if len(names) < 2:
        return []
    return [_select(ACROSS, "Against", request.x if request.x in names else "", {"": "as it comes", **names})]


def _points(folder: ResultsFolder, view: FolderView, request: ViewRequest) -> list[Control]:
    if folder.study is None:
        return []
    found = []
    for name, values in factor_values(folder.study).items():
        texts = {_as_text(value): _as_text(value) for value in values}
        chosen = _as_text(request.at[name]) if name in request.at else ""
        found.append(_select(f"{POINT} {name}", name, chosen if chosen in texts else "", {"": "all values", **texts}))
    return found


def _as_text(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _text(option: Option, request: ViewRequest) -> Control:
    value = str(request.options.get(option.name, ""))
    default = "" if option.default in (None, ...) else f" ({option.default:g})" if option.kind is float else ""
    note = f"{option.meaning}{default}"
    return {"name": option.name, "label": option.name.replace("_", " "), "kind": "text", "value": value, "note": note,
            "options": []}  # fmt: skip


def after(values: Values, asked: AskedView, name: str, value: str) -> Values:
    """Return the values of the address after a choice in a control."""
    head, _, part = name.partition(" ")
    if head == POINT:
        point = {one: _as_text(own) for one, own in asked.request.at.items() if one != part} | (
            {part: value} if value else {}
        )
        return changed_by(values, {POINT: ",".join(f"{one}={own}" for one, own in point.items()) or None})
    if head in (PAIR, AXES):
        now = list(asked.request.pair if head == PAIR else asked.request.over or numbers_of(asked.folder)[:2])
        place = int(part)
        if now[1 - place] == value:  # the two change places
            now[1 - place] = now[place]
        now[place] = value
        return changed_by(values, {head: ",".join(now)})
    if head == POLICIES and set(value.split(",")) == set(asked.folder.arms):
        value = ""
    return changed_by(values, {head: value or None})
