"""The policy facts as they were last measured at the defaults: a result that ships with the package."""

from pathlib import Path
from typing import Any

from experiments.shipped import read_shipped, write_shipped

SHIPPED_POLICY_FACTS = Path(__file__).with_name("shipped") / "policy_facts.json"


def stored_policy_facts(file: Path = SHIPPED_POLICY_FACTS) -> dict[str, Any]:
    """Return the stored result: `made`, the `command`, and `facts` as `nqpf validate --policy-facts --json` prints."""
    return read_shipped(file)


def store_policy_facts(
    command: str, facts: list[dict[str, Any]], version: str, file: Path = SHIPPED_POLICY_FACTS
) -> None:
    """Store what `nqpf validate --policy-facts --json` prints."""
    write_shipped(file, {"command": command, "facts": facts}, version)
