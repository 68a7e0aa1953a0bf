"""The columns of stored runs and series: declared once, from parameters, policy traits and indicators."""

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from experiments.study.addresses import ADDRESSES
from model.parameters import Parameters
from model.policy.policy import Policy
from model.indicators.summary import SUMMARY_NAMES

SERIES = (
    "output",
    "adoption",
    "useful_technology",
    "lab_technology",
    "firms",
    "old_industry_output",
    "budget_raised",
    "budget_placed",
    "budget_leaked",
    "budget_administration",
    "budget_returned",
    "equity_recovered",
)
"""Indicators whose series are stored: what the report draws, and when which money was spent."""


HEAD = ("run_id", "point", "policy", "seed", "status", "error", "warnings")


class Result(NamedTuple):
    """What one run left: its row, and its series as a column per indicator (none when it failed)."""

    row: dict[str, Any]
    series: dict[str, np.ndarray]

    @property
    def run_id(self) -> str:
        return str(self.row["run_id"])


@cache
def run_schema() -> pa.Schema:
    """`run_id, point, policy, seed, status, error, warnings`, every setting, every summary indicator."""
    words = ("run_id", "policy", "status", "error", "warnings")
    head = [(name, pa.string() if name in words else pa.int64()) for name in HEAD]
    settings = [
        (address, _arrow_type(kind.model_fields[name].annotation)) for address, (kind, name) in ADDRESSES.items()
    ]
    return pa.schema(head + settings + [(name, pa.float64()) for name in SUMMARY_NAMES])


@cache
def series_schema() -> pa.Schema:
    """`run_id, period` and the stored indicators: a row per run and quarter."""
    return pa.schema([("run_id", pa.string()), ("period", pa.int64())] + [(name, pa.float64()) for name in SERIES])


@lru_cache(maxsize=64)
def settings_row(parameters: Parameters, policy: Policy) -> Mapping[str, Any]:
    """Every parameter and trait under its address, in the type of its column; the seeds of an arm share it."""
    plain = {Parameters: parameters.model_dump(mode="json"), Policy: policy.model_dump(mode="json")}
    schema = run_schema()
    row = {}
    for address, (kind, name) in ADDRESSES.items():
        value = plain[kind][name]
        is_text = schema.field(address).type == pa.string()
        row[address] = json.dumps(value) if is_text and not isinstance(value, str | None) else value
    return MappingProxyType(row)


def runs_table(results: Iterable[Result]) -> pa.Table:
    """Rows of runs; an indicator that was never reached is null."""
    rows = [result.row for result in results]
    arrays = [
        pa.array([row.get(field.name) for row in rows], type=field.type, from_pandas=True) for field in run_schema()
    ]
    return pa.Table.from_arrays(arrays, schema=run_schema())


def series_table(results: Iterable[Result]) -> pa.Table:
    """Series of the runs that have any, in the order given, one row per quarter."""
    kept = [result for result in results if result.series]
    lengths = [len(result.series[SERIES[0]]) for result in kept]
    ids = np.repeat(np.array([result.run_id for result in kept], dtype=object), lengths)
    periods = np.concatenate([np.arange(length) for length in lengths] or [np.arange(0)])
    columns = [np.concatenate([result.series[name] for result in kept] or [np.zeros(0)]) for name in SERIES]
    arrays = [pa.array(ids, type=pa.string()), pa.array(periods, type=pa.int64())]
    arrays += [pa.array(column, type=pa.float64(), from_pandas=True) for column in columns]
    return pa.Table.from_arrays(arrays, schema=series_schema())


def _arrow_type(annotation: Any) -> pa.DataType:
    """Whole numbers, numbers and truth values as such; words, lists and mixes as text."""
    plain = {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    return plain.get(annotation, pa.string())
