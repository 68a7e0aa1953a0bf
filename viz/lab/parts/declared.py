"""All that is declared of the model, as tables: parameters and traits, instruments, policies and indicators."""

import csv
import io
from collections.abc import Iterable, Mapping
from typing import Any

from experiments.declared_words import CHOOSERS, definition_in_words, sentence_of, span_in_words
from model.indicators.series import INDICATORS
from model.indicators.summary import AT_WITHDRAWAL, SUMMARY_NAMES
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies
from viz.lab.parts.odd import steps_with
from viz.lab.parts.settings import cards_of_policies

Cells = tuple[str, ...]


def declared_tables() -> list[dict[str, Any]]:
    """Return the tables of the page. A row has a name, cells, and a note below the last cell.

    A setting has links to the steps with its equations.
    """
    return [
        _table(
            "parameters", "Parameters", "nqpf parameters", ("default", "allowed", "meaning and source"),
            [_setting(entry, "") for entry in Parameters.declarations()],
        ),
        _table(
            "traits", "Traits of a policy", "nqpf parameters", ("default", "allowed", "meaning and source"),
            [_setting(entry, "policy.") for entry in Policy.declarations() if entry["name"] != "name"],
        ),
        _table(
            "instruments", "Instruments", "nqpf policies", ("side and reach", "firms chosen by", "what it does"),
            [_instrument(name) for name in INSTRUMENTS],
        ),
        _table(
            "policies", "Policies", "nqpf policies", ("side", "what it does"),
            [_row(card["name"], (card["side"], card["sentence"]), card["basis"]) for card in cards_of_policies()],
        ),
        _table(
            "indicators", "Indicators", "nqpf indicators", ("unit", "better", "definition"),
            [_indicator(name) for name in INDICATORS],
        ),
    ]  # fmt: skip


def table_files() -> dict[str, str]:
    """Return every table as CSV by the name of its file: the declarations as they are."""
    traits = [{**entry, "name": f"policy.{entry['name']}"} for entry in Policy.declarations()]
    shown = ("name", "unit", "kind", "better", "definition")
    return {
        "parameters.csv": _csv([*Parameters.declarations(), *traits]),
        "instruments.csv": _csv([entry._asdict() for entry in INSTRUMENTS.values()]),
        "policies.csv": _csv([policy.model_dump(mode="json") for policy in policies.values()]),
        "indicators.csv": _csv([{name: getattr(entry, name) for name in shown} for entry in INDICATORS.values()]),
    }


def _table(name: str, title: str, command: str, columns: Cells, rows: list[dict[str, Any]]) -> dict[str, Any]:
    return {"name": name, "title": title, "command": command, "columns": ["name", *columns], "rows": rows}


def _row(name: str, cells: Cells, note: str = "") -> dict[str, Any]:
    return {"name": name, "cells": list(cells), "note": note}


def _setting(entry: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    default = entry["default"] if entry["default"] not in ("", [], {}) else "none"
    number = f"{default:,} {entry['unit']}".rstrip() if isinstance(default, int | float) else str(default)
    symbol = f"{entry['symbol']}: " if entry["symbol"] else ""
    cells = (number, span_in_words(entry["range"]), f"{symbol}{sentence_of(entry['meaning'])}")
    name = prefix + entry["name"]
    return {**_row(name, cells, f"Source: {entry['source']}."), "steps": steps_with(name)}


def _instrument(name: str) -> dict[str, Any]:
    entry = INSTRUMENTS[name]
    unknown = f" Its efficacy is an assumption: {entry.efficacy}." if entry.efficacy else ""
    cells = (f"{entry.side}, {entry.reach}", CHOOSERS[entry.chooser], f"{sentence_of(entry.meaning)}{unknown}")
    return _row(name, cells, f"Source: {entry.basis}.")


def _indicator(name: str) -> dict[str, Any]:
    entry = INDICATORS[name]
    twin = f"Also when policy ends, as {name}{AT_WITHDRAWAL}." if f"{name}{AT_WITHDRAWAL}" in SUMMARY_NAMES else ""
    return _row(name, (entry.unit, entry.better or "open", definition_in_words(entry.definition)), twin)


def _csv(rows: Iterable[Mapping[str, Any]]) -> str:
    listed = list(rows)
    out = io.StringIO()
    writer = csv.DictWriter(out, list(listed[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(listed)
    return out.getvalue()
