"""The columns of stored runs, series and facts: declared once, from parameters, policy traits and indicators."""

import json
from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import pyarrow as pa

from experiments.results.meaning import described
from experiments.study.addresses import ADDRESSES
from model.indicators.summary import SUMMARY_NAMES
from model.parameters import Parameters
from model.policy.policy import Policy

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
"""Indicators whose series are stored: those that the report draws, and the money spent in each quarter."""

HEAD = ("run_id", "point", "set", "policy", "seed", "status", "error", "warnings")


class Measured(NamedTuple):
    """A fact that was measured in a run: its name, the version of the rule that measured it, and its value."""

    fact: str
    rule: str
    value: float


class Result(NamedTuple):
    """The results of one run: its row, its series as a column per indicator (none when it failed), and its facts."""

    row: dict[str, Any]
    series: dict[str, np.ndarray]
    facts: tuple[Measured, ...] = ()

    @property
    def run_id(self) -> str:
        return str(self.row["run_id"])


@cache
def run_schema() -> pa.Schema:
    """Return `run_id, point, set, policy, seed, status, error, warnings`, every setting, every summary indicator."""
    words = ("run_id", "policy", "status", "error", "warnings")
    head = [(name, pa.string() if name in words else pa.int64()) for name in HEAD]
    settings = [
        (address, _arrow_type(kind.model_fields[name].annotation)) for address, (kind, name) in ADDRESSES.items()
    ]
    # By name: the order of the indicators themselves depends on which of their modules a program imports first.
    return described(pa.schema(head + settings + [(name, pa.float64()) for name in sorted(SUMMARY_NAMES)]))


@cache
def reruns_schema() -> pa.Schema:
    """Return the columns of a run and `rerun`, which says what the run was made for beside the study itself."""
    rerun = described(pa.schema([("rerun", pa.string())])).field(0)
    return run_schema().insert(len(HEAD), rerun)


@cache
def series_schema() -> pa.Schema:
    """Return `run_id, period` and the stored indicators: a row per run and quarter."""
    keys = [("run_id", pa.string()), ("period", pa.int64())]
    return described(pa.schema(keys + [(name, pa.float64()) for name in SERIES]), series=True)


@cache
def facts_schema() -> pa.Schema:
    """Return `run_id, fact, rule, value`: a row per run and fact, null where the run has no such value."""
    words = [(name, pa.string()) for name in ("run_id", "fact", "rule")]
    return described(pa.schema([*words, ("value", pa.float64())]))


@lru_cache(maxsize=64)
def settings_row(parameters: Parameters, policy: Policy) -> Mapping[str, Any]:
    """Return every parameter and trait under its address, in the type of its column. The seeds of an arm share it."""
    plain = {Parameters: parameters.model_dump(mode="json"), Policy: policy.model_dump(mode="json")}
    schema = run_schema()
    row = {}
    for address, (kind, name) in ADDRESSES.items():
        value = plain[kind][name]
        is_text = schema.field(address).type == pa.string()
        row[address] = json.dumps(value) if is_text and not isinstance(value, str | None) else value
    return MappingProxyType(row)


def runs_table(results: Iterable[Result], rerun: str = "") -> pa.Table:
    """Return rows of runs, of the study itself or of a `rerun`. An indicator that was never reached is null."""
    schema = reruns_schema() if rerun else run_schema()
    rows = [{**result.row, "rerun": rerun} for result in results]
    columns = pa.array(rows, type=pa.struct(list(schema)), from_pandas=True).flatten()  # faster than one by one
    return pa.Table.from_arrays(columns, schema=schema)


def series_table(results: Iterable[Result]) -> pa.Table:
    """Return the series of the runs that have any, in the order given, one row per quarter."""
    kept = [result for result in results if result.series]
    lengths = [len(result.series[SERIES[0]]) for result in kept]
    ids = np.repeat(np.array([result.run_id for result in kept], dtype=object), lengths)
    periods = np.concatenate([np.arange(length) for length in lengths] or [np.arange(0)])
    columns = [np.concatenate([result.series[name] for result in kept] or [np.zeros(0)]) for name in SERIES]
    arrays = [pa.array(ids, type=pa.string()), pa.array(periods, type=pa.int64())]
    arrays += [pa.array(column, type=pa.float64(), from_pandas=True) for column in columns]
    return pa.Table.from_arrays(arrays, schema=series_schema())


def facts_table(results: Iterable[Result]) -> pa.Table:
    """Return the facts of runs, in the order given."""
    rows = [(result.run_id, *measured) for result in results for measured in result.facts]
    columns = zip(*rows, strict=True) if rows else [()] * 4
    arrays = [
        pa.array(column, type=field.type, from_pandas=True)
        for column, field in zip(columns, facts_schema(), strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=facts_schema())


def _arrow_type(annotation: Any) -> pa.DataType:
    """Return the type of a column: numbers and truth values as such, words, lists and mixes as text."""
    plain = {int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    return plain.get(annotation, pa.string())
