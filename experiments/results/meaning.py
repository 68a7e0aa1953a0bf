"""Unit, kind and meaning of every stored column, which Parquet files carry in their schema."""

from functools import cache
from typing import NamedTuple

import pyarrow as pa

from experiments.study.addresses import ADDRESSES
from model.indicators.series import INDICATORS
from model.indicators.summary import AT_WITHDRAWAL, SUMMARY_NAMES

FLOW_PER_QUARTER = "flow per quarter"
_LABELS = {
    "run_id": "SHA-256 of all that determines the run: parameters, policy, seed and sources of the model",
    "point": "number of the design's point, or of the setting of a rerun",
    "policy": "name of the policy",
    "seed": "seed of the run",
    "status": "ok or failed",
    "error": "traceback of a failed run",
    "warnings": "limits that the run came near",
    "rerun": "what the run was made for beside the study itself: budget, efficacy, match or yoke",
    "period": "quarter, from 0 on",
    "fact": "name of a stylised fact",
    "rule": "version of the rule that measures the fact",
    "value": "the fact's value in the run, in its own unit",
}
_IN_SUMMARY = {
    "level": ("level", "level when policy ends"),
    "end": ("level", "level when policy ends"),
    "flow": ("sum over the run", "sum until policy ends"),
    "time": ("time", "time"),
    "run": ("value of the run", "value of the run"),
}
"""Kinds of indicators in a summary: of the whole run, and of the twin when policy ends."""


class Meaning(NamedTuple):
    """The unit, kind and meaning of a column."""

    unit: str
    kind: str
    meaning: str


def described(schema: pa.Schema, series: bool = False) -> pa.Schema:
    """Return a schema whose fields carry `unit`, `kind` and `meaning`, of a table of `series` or of summaries."""
    known = _of_series() if series else _of_runs()
    fields = [
        field.with_metadata(known[field.name]._asdict()) if field.name in known else field
        for field in schema
    ]  # fmt: skip
    return pa.schema(fields, metadata=schema.metadata)


@cache
def _of_runs() -> dict[str, Meaning]:
    settings = {}
    for address, (kind, name) in ADDRESSES.items():
        declared = kind.model_fields[name]
        unit = str((declared.json_schema_extra or {}).get("unit", ""))  # type: ignore[union-attr]
        settings[address] = Meaning(unit, "setting", str(declared.description or ""))
    return _labels() | settings | {name: _summary(name) for name in SUMMARY_NAMES}


@cache
def _of_series() -> dict[str, Meaning]:
    return _labels() | {
        name: Meaning(entry.unit, FLOW_PER_QUARTER if entry.kind == "flow" else "level", entry.definition)
        for name, entry in INDICATORS.items()
    }


def _labels() -> dict[str, Meaning]:
    return {name: Meaning("quarter" if name == "period" else "", "label", text) for name, text in _LABELS.items()}


def _summary(name: str) -> Meaning:
    twin = name not in INDICATORS
    entry = INDICATORS[name.removesuffix(AT_WITHDRAWAL) if twin else name]
    meaning = f"{entry.definition}, when policy ends" if twin else entry.definition
    return Meaning(entry.unit, _IN_SUMMARY[entry.kind][twin], meaning)
