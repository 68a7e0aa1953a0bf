"""Views of a difference over factors: the boundary over two, the curve along one, and the frontier of a search."""

from typing import TYPE_CHECKING

from experiments.exploration.folder import ResultsFolder
from experiments.exploration.provenance import made_by
from experiments.exploration.view import (
    ACROSS,
    AXES,
    INDICATOR,
    PAIR,
    POINT,
    POLICIES,
    FolderView,
    ViewRecipe,
    ViewRequest,
    swept_for,
)
from experiments.inquiries.inquiry import Answer, Picture
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from experiments.analysis.sweep import Sweep


def numbers_of(folder: ResultsFolder) -> tuple[str, ...]:
    """Return the factors of a folder that are numbers, which axes may be."""
    from experiments.analysis.plane import is_number

    return tuple(name for name in folder.factors if is_number(name))


def _over(request: ViewRequest) -> str:
    """Return the plane that a request asks for as `--over` names it, by default of the first two factors."""
    axes = request.over or tuple(name for name in numbers_of(request.folder) if name not in request.at)[:2]
    if len(axes) < 2:
        raise BadInput("leave two factors that are numbers without a value", "at", dict(request.at))
    return ",".join([*axes, *(f"{name}={value}" for name, value in request.at.items() if name not in axes)])


def _boundary(request: ViewRequest) -> Answer:
    from experiments.analysis.boundary import boundary, misleading
    from experiments.analysis.plane import axis_scale, check_plane, find_plane, in_words
    from experiments.analysis.sweep import read_sweep

    folder, (one, other) = request.folder, request.pair
    plane = find_plane(folder.factors, _over(request))
    assert plane is not None and folder.study is not None
    check_plane(folder.study, plane, _over(request))
    swept = read_sweep(folder.path, (request.indicator,))
    if one == other:
        raise BadInput("a boundary is between two different policies", problem=one)
    if why_not := misleading(swept, one, other, plane):
        raise BadInput("give a value to each factor that is no axis", problem=why_not)
    edge = boundary(swept, one, other, plane)
    label = f"{request.indicator}: {one} less {other}"
    scales = {f"{axis}_scale": axis_scale(folder.study, name) for axis, name in zip("xy", plane.axes, strict=True)}
    others = in_words(swept, plane)
    words = f"{label} over {plane.x} and {plane.y}{f', {others}' if others else ''}"
    picture = Picture("boundary", "plane", edge, words, {"x": plane.x, "y": plane.y, "value": label, **scales})
    return Answer(tuple(_counted(edge, one, other, request.indicator, others)), {}, {"boundary": edge}, (picture,))


def _counted(edge: "pd.DataFrame", one: str, other: str, indicator: str, others: str) -> list[str]:
    """Return at how many positions each of the two does better, in sentences."""
    from experiments.analysis.boundary import count_readings
    from experiments.analysis.verdicts import NOT_RANKED, comparatives
    from model.indicators.summary import declaration

    counts, (first, second) = count_readings(edge), comparatives(declaration(indicator).better)
    apart = counts.get(NOT_RANKED, 0)
    settled = counts.get(first, 0) + counts.get(second, 0)
    found = [
        f"Of {len(edge)} positions, {one} is {first} than {other} in {counts.get(first, 0)} and {second} in "
        f"{counts.get(second, 0)}. In {len(edge) - settled - apart} the data show no difference."
    ]
    if apart:
        found.append(f"{apart} are left out: one of the two did not spend the same money there.")
    if others:
        found.append(f"The plane is {others}.")
    return [*found, "Each position is judged by itself: by chance alone 1 in 20 would show a difference."]


def _boundary_recipe(request: ViewRequest) -> ViewRecipe:
    return made_by(request.folder, "--between", ",".join(request.pair), "--over", _over(request))


def _curve(request: ViewRequest) -> Answer:
    """Return each policy's paired difference to the reference along one factor, all others held."""
    from experiments.analysis.paired import differences
    from experiments.analysis.plane import axis_scale

    swept = swept_for(request)
    free = [name for name in numbers_of(request.folder) if name not in request.at]
    if not free:
        raise BadInput("leave a factor that is a number without a value", "at", dict(request.at))
    x = request.x if request.x in free else free[0]
    _refuse_others(swept, x)
    reference = swept.study.reference
    table = differences(swept.runs, reference, request.indicator)
    at = swept.runs.drop_duplicates("point").set_index("point")[x]
    table = table.assign(x=table["point"].map(at).astype(float)).rename(columns={"x": x})
    table = table[["policy", x, "n", "difference", "low", "high"]].sort_values(["policy", x], kind="stable")
    if request.policies:
        table = table[table["policy"].isin(request.policies)]
    label = f"{request.indicator}, less {reference}"
    words = f"{label}, by {x}: a line per policy with 95 % intervals"
    scale = {"x_scale": axis_scale(swept.study, x)}
    picture = Picture("curve", "curve", table, words, {"x": x, "value": label, **scale})
    line = f"Paired difference of each policy to {reference}, with its 95 % interval at each value of {x}."
    return Answer((line,), {}, {"curve": table}, (picture,))


def _refuse_others(swept: "Sweep", x: str) -> None:
    """Raise BadInput where points differ in other factors than the one that is drawn."""
    points = swept.runs.drop_duplicates("point")
    others = [name for name in swept.factors if name != x and points[name].astype(str).nunique() > 1]
    if others:
        raise BadInput("give a value to each other factor", problem=f"points differ in {', '.join(others)} beside {x}")


def _frontier(request: ViewRequest) -> Answer:
    from experiments.frontier.frontier import read_frontier
    from experiments.inquiries.frontier import frontier_answer

    found = read_frontier(request.folder.path)
    answer = frontier_answer(found)
    if found.stopped:
        return answer
    line = "The search has not ended: its command goes on from here."
    return Answer((line,), answer.content, answer.tables, answer.pictures)


def has_two_numbers(folder: ResultsFolder) -> bool:
    """Return whether a folder has two policies over two factors that are numbers, and can hold all others."""
    return len(numbers_of(folder)) > 1 and _holds_others(folder, 2)


def has_a_number(folder: ResultsFolder) -> bool:
    """Return whether a folder has two policies along a factor that is a number, and can hold all others."""
    return bool(numbers_of(folder)) and _holds_others(folder, 1)


def _holds_others(folder: ResultsFolder, drawn: int) -> bool:
    """Return whether factors beside those drawn can be held at a value: points drawn at random share none."""
    assert folder.study is not None
    kept = len(folder.factors) <= drawn or folder.study.design.get("kind") in ("grid", "list")
    return kept and not folder.is_adaptive and len(folder.arms) > 1


def _is_search(folder: ResultsFolder) -> bool:
    return folder.is_adaptive


def _made(request: ViewRequest) -> ViewRecipe:
    return made_by(request.folder)


BOUNDARY = FolderView(
    name="boundary",
    title="Boundary",
    question="Where over two factors does one policy do better than another?",
    takes=(INDICATOR, PAIR, AXES, POINT),
    suits=has_two_numbers,
    answer=_boundary,
    recipe=_boundary_recipe,
)
CURVE = FolderView(
    name="curve",
    title="Curve",
    question="How does the difference to the reference change along one factor?",
    takes=(INDICATOR, POLICIES, ACROSS, POINT),
    suits=has_a_number,
    answer=_curve,
    recipe=_made,
)
STORED_FRONTIER = FolderView(
    name="frontier",
    title="Frontier",
    question="Where does one policy give way to another over two factors?",
    takes=(),
    suits=_is_search,
    answer=_frontier,
    recipe=_made,
    as_printed=True,
)
