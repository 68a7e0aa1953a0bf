"""The facts as they were last measured at the defaults: a result that ships with the package."""

from pathlib import Path
from typing import Any

from experiments.shipped import read_shipped, write_shipped

SHIPPED_FACTS = Path(__file__).with_name("shipped") / "facts.json"


def stored_facts(file: Path = SHIPPED_FACTS) -> dict[str, Any]:
    """Return the stored result: `made`, the `command`, and `facts` as `nqpf validate --json` prints them."""
    return read_shipped(file)


def store_facts(command: str, facts: list[dict[str, Any]], version: str, file: Path = SHIPPED_FACTS) -> None:
    """Store what `nqpf validate --json` prints."""
    write_shipped(file, {"command": command, "facts": facts}, version)
