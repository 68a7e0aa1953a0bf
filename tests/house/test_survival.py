"""The page of failures names tests that exist, and each failure that was asked for has one."""

import ast
import re

from tests.house.documents import ROOT

PAGE = (ROOT / "docs" / "survives.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)
ROWS = [line for line in PAGE.splitlines() if line.startswith("| ") and "failure | what" not in line]


def test_each_named_test_exists() -> None:
    """Every test that a row names is a function of its file."""
    assert len(NAMED) > len(ROWS)
    for file, name in NAMED:
        tree = ast.parse((ROOT / file).read_text(encoding="utf-8"))
        assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}, f"{file}::{name}"


def test_each_row_names_a_test() -> None:
    """No failure stands there without the test that makes it."""
    assert not [row for row in ROWS if not re.search(r"`tests/[\w/]+\.py::\w+`", row)]


def test_each_test_of_survival_is_named() -> None:
    """Whatever tests/experiments/test_survival.py makes stands on the page."""
    tree = ast.parse((ROOT / "tests" / "experiments" / "test_survival.py").read_text(encoding="utf-8"))
    tests = {node.name for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")}
    assert tests == {name for file, name in NAMED if file.endswith("/test_survival.py")}
