"""A page as a command line and as Python, which print the same numbers anywhere."""

import shlex
from typing import Any

from experiments.recording.recording import Turn
from experiments.study.addresses import ADDRESSES, TRAIT
from model.declaration.input_file import path_of
from viz.lab.address import FILES, OF_ONE_POLICY, AskedRun, Values


def command_of(values: Values, policy: str) -> str:
    """Return the command that makes the run of an address, whose policy is named, and writes its series."""
    given = [f"--set {shlex.quote(f'{name}={value}')}" for name, value in values.items() if name in ADDRESSES]
    return " ".join(
        ["nqpf run", f"--policy {policy}", f"--seed {values.get('seed', '0')}", *given, "--series series.parquet"]
    )


def python_of(run: AskedRun, values: Values, policy: str, turn: Turn | None) -> str:
    """Return the Python that makes the run of an address, and its branch if it has a turn."""
    keywords = {name: _plain(run, name) for name in values if name in ADDRESSES}
    given = [f"policy={policy!r}", f"seed={run.seed}"]
    given += [f"{name}={value!r}" for name, value in keywords.items() if not name.startswith(TRAIT)]
    traits = {name: value for name, value in keywords.items() if name.startswith(TRAIT)}
    given += [f"**{traits!r}"] if traits else []
    lines = ["from model import Economy, policies", "", f"economy = Economy({', '.join(given)})"]
    if turn:
        changed = {name.removeprefix(TRAIT): value for name, value in traits.items() if name not in OF_ONE_POLICY}
        other = f"policies[{turn.policy.name!r}]"
        other += f".replace({', '.join(f'{name}={value!r}' for name, value in changed.items())})" if changed else ""
        lines += [
            f"while economy.period < {turn.quarter}:",
            "    economy.step()",
            f"economy = economy.branch({other})",
        ]
    return "\n".join([*lines, "while economy.running:", "    economy.step()", 'economy.series["adoption"]'])


def _plain(run: AskedRun, name: str) -> Any:
    holder = run.policy if name.startswith(TRAIT) else run.parameters
    field = name.removeprefix(TRAIT)
    value = holder.model_dump(mode="json")[field]
    return path_of(value) if name in FILES else value
