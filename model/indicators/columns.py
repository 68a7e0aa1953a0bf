"""The unit, kind and meaning of every column that a run may be written to, for the schema of a Parquet file."""

from typing import get_type_hints

from agents.innovator import Innovators
from model.indicators.summary import AT_WITHDRAWAL, SUMMARY_NAMES, declaration

_IN_SERIES = {"level": "level", "flow": "flow per quarter"}
_IN_SUMMARY = {
    "level": "level", "end": "level", "flow": "sum over the run", "time": "time", "run": "measure of the whole run",
}  # fmt: skip
_OTHERS = {
    "period": ("quarter", "time", "quarter, counted from 0"),
    "firm": ("", "name", "number of the firm, its own for ever"),
    "slot": ("", "name", "place of the firm, which another takes once it has left"),
    "cash": ("money", "level", "cash at the end of the quarter"),
    "capability": ("capability", "level", "mean capability over domains"),
}


def series_column(name: str) -> dict[str, str]:
    """Return unit, kind and meaning of a column of a run's series, nothing for an unknown one."""
    if name not in SUMMARY_NAMES:
        return _others(name)
    entry = declaration(name)
    return {"unit": entry.unit, "kind": _IN_SERIES.get(entry.kind, entry.kind), "meaning": entry.definition}


def summary_column(name: str) -> dict[str, str]:
    """Return unit, kind and meaning of a column of runs' summaries, nothing for one that is no indicator."""
    if name not in SUMMARY_NAMES:
        return {}
    entry = declaration(name)
    kind = _IN_SUMMARY[entry.kind]
    if name.endswith(AT_WITHDRAWAL):
        kind = {"level": "level when policy ends", "sum over the run": "sum until policy ends"}[kind]
    return {"unit": entry.unit, "kind": kind, "meaning": entry.definition}


def firm_column(name: str) -> dict[str, str]:
    """Return unit, kind and meaning of a column of the firms' panel, nothing for an unknown one."""
    declared = get_type_hints(Innovators, include_extras=True)
    if name in _OTHERS or name not in declared:
        return _others(name)
    field = declared[name].__metadata__[0]
    flow = field.unit.endswith("per quarter")
    return {"unit": field.unit, "kind": "flow per quarter" if flow else "level", "meaning": field.meaning}


def _others(name: str) -> dict[str, str]:
    return dict(zip(("unit", "kind", "meaning"), _OTHERS.get(name, ()), strict=False))
