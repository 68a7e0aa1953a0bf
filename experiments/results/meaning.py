"""Unit, kind and meaning of every stored column, which Parquet files carry in their schema."""

from functools import cache
from typing import Any

import pyarrow as pa

from experiments.study.addresses import ADDRESSES
from model.indicators.columns import series_column, summary_column
from model.indicators.summary import SERIES_NAMES, SUMMARY_NAMES
from model.parameters import Parameters
from model.policy.policy import Policy

_LABELS = {
    "run_id": "SHA-256 of all that determines the run: parameters, policy, seed and sources of the model",
    "point": "number of the design's point, or of the setting of a rerun",
    "set": "number of the accepted parameter set, 0 where the study has no ensemble",
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


def described(schema: pa.Schema, series: bool = False) -> pa.Schema:
    """Return a schema whose fields carry `unit`, `kind` and `meaning`, of a table of `series` or of summaries."""
    known = _of_series() if series else _of_runs()
    fields = [
        field.with_metadata(known[field.name]) if field.name in known else field
        for field in schema
    ]  # fmt: skip
    return pa.schema(fields, metadata=schema.metadata)


@cache
def _of_runs() -> dict[str, dict[str, str]]:
    return _labels() | _settings() | {name: summary_column(name) for name in SUMMARY_NAMES}


@cache
def _of_series() -> dict[str, dict[str, str]]:
    return _labels() | {name: series_column(name) for name in SERIES_NAMES}


def _settings() -> dict[str, dict[str, str]]:
    declared: dict[Any, Any] = {
        kind: {entry["name"]: entry for entry in kind.declarations()} for kind in (Parameters, Policy)
    }
    return {
        address: {"unit": declared[kind][name]["unit"], "kind": "setting", "meaning": declared[kind][name]["meaning"]}
        for address, (kind, name) in ADDRESSES.items()
    }


def _labels() -> dict[str, dict[str, str]]:
    return {
        name: {"unit": "quarter" if name == "period" else "", "kind": "label", "meaning": text}
        for name, text in _LABELS.items()
    }
