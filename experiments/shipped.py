"""Results that ship with the package: kept as JSON with the version, the model and the date that made them."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.kernel.decorators import source_hash
from experiments.files import write_whole


def write_shipped(file: Path, content: dict[str, Any], version: str) -> None:
    """Write a result with its `made`: the version of the package, the hash of the model's sources, and the day."""
    made = {"version": version, "model": source_hash(), "date": datetime.now(UTC).date().isoformat()}
    text = json.dumps({"made": made, **content}, indent=1, ensure_ascii=False, allow_nan=False)
    write_whole(file, f"{text}\n".encode())


def read_shipped(file: Path) -> dict[str, Any]:
    """Return a result as it was written."""
    found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return found


def made_in_words(made: dict[str, str]) -> str:
    """Return a sentence on what made a result, and one more where the model has changed since."""
    changed = "" if made["model"] == source_hash() else " The model has changed since, so a new run may differ."
    return f"Made on {made['date']} with version {made['version']}.{changed}"
