"""The facts that the documentation and the lab show, without policy and of policy.

`python -m docs.facts` measures them again at the defaults and writes `facts.json` and `policy_facts.json` into the
folders `shipped` of `experiments/validation` and `experiments/evidence`.
"""

import shlex
from typing import Any

from docs.command import VERSION, json_of
from experiments.evidence.stored import store_policy_facts, stored_policy_facts
from experiments.validation.stored import store_facts, stored_facts

FACTS_COMMAND = "nqpf validate --seeds 100 --seed 0"
POLICY_FACTS_COMMAND = "nqpf validate --policy-facts --seeds 50 --seed 0"


def measured(command: str) -> list[dict[str, Any]]:
    """Return what a command prints with `--json`."""
    found: list[dict[str, Any]] = json_of(shlex.split(command)[1:])
    return found


def facts_of_table() -> dict[str, dict[str, Any]]:
    """Return the stored facts without policy by name."""
    return {fact["fact"]: fact for fact in stored_facts()["facts"]}


def policy_facts_of_table() -> dict[str, dict[str, Any]]:
    """Return the stored facts of policy by name."""
    return {fact["fact"]: fact for fact in stored_policy_facts()["facts"]}


if __name__ == "__main__":
    store_facts(FACTS_COMMAND, measured(FACTS_COMMAND), VERSION)
    store_policy_facts(POLICY_FACTS_COMMAND, measured(POLICY_FACTS_COMMAND), VERSION)
