"""Plain data as JSON."""

import json
import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

    from experiments.study.study import Study


def to_json(content: Any) -> str:
    """Return plain data as JSON text."""
    return json.dumps(_finite(content), indent=1, allow_nan=False)


def records(table: "pd.DataFrame") -> list[dict[str, Any]]:
    """Return a table's rows as plain data, with None where a cell is missing."""
    cells = table.astype(object)
    return cells.where(table.notna(), None).to_dict("records")


def ensemble_content(study: "Study") -> dict[str, Any] | None:
    """Return the ensemble of a study: its file, the sets that were run, and what the study sets against them."""
    found = study.ensemble
    if found is None:
        return None
    accepted = not found.overruled
    return {
        "file": found.file, "sets": list(found.members), "overruled": list(found.overruled), "accepted": accepted,
    }  # fmt: skip


def _finite(value: Any) -> Any:
    """Return plain data that JSON can hold: NumPy numbers as Python's, NaN (never reached, not compared) as null."""
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_finite(item) for item in value]
    if hasattr(value, "item"):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
