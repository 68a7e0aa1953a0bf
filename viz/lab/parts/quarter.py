"""A quarter as it is scheduled: its stages and their phases in order, read from the schedule's own source."""

import ast
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import model.schedule
from model.schedule import QUARTER
from viz.lab.parts.odd import ScheduledStep, scheduled_steps


def stages_of_quarter() -> list[dict[str, Any]]:
    """Return the stages of a quarter in the order of `model.schedule.QUARTER`, each with the phases that it calls."""
    source = ast.parse(Path(str(model.schedule.__file__)).read_text(encoding="utf-8"))
    stages = {node.name: node for node in source.body if isinstance(node, ast.FunctionDef)}
    imported = {
        alias.name: str(node.module) for node in source.body if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    steps = scheduled_steps()
    return [
        {
            "name": part.__name__,
            "sentence": ast.get_docstring(stages[part.__name__]),
            "phases": [
                _phase(imported[name], name, steps) for name in _called(stages[part.__name__]) if name in imported
            ],
        }
        for part in QUARTER
    ]


def _called(node: ast.AST) -> Iterator[str]:
    """Yield the names of functions that are called for what they do, and not for a value, from top to bottom."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Call) and isinstance(child.value.func, ast.Name):
            yield child.value.func.id
        else:
            yield from _called(child)


def _phase(module: str, name: str, steps: dict[str, ScheduledStep]) -> dict[str, str]:
    path = f"{module}.{name}"
    step = steps.get(path, ScheduledStep("", "", ""))
    said = (getattr(import_module(module), name).__doc__ or "").strip().partition("\n")[0].replace("`", "")
    sentence = said or f"Reads {step.reads}."
    return {"name": name.replace("_", " "), "path": path, "sentence": sentence, **step._asdict()}
