"""The model as plain Python, in a process of its own: the same numbers, and relations that reach into its rules."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.digests import branch_digests


def uncompiled(*module: str) -> subprocess.CompletedProcess[str]:
    """Run a module of this environment without compilation."""
    return subprocess.run(
        [sys.executable, "-m", *module],
        cwd=Path(__file__).resolve().parents[2],
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )


def test_compiled_and_plain_python_agree_to_the_bit():
    """Every series, array, summary and panel of the tiny economies: compilation does not change a result."""
    plain = uncompiled("tests.digests")
    assert plain.returncode == 0, plain.stderr
    assert json.loads(plain.stdout) == dict(branch_digests())


@pytest.mark.slow
def test_relations_that_reach_into_rules():
    """Every test in tests/uncompiled passes; each says what it holds."""
    told = uncompiled("pytest", "-n", "0", "-p", "no:cacheprovider", "tests/uncompiled")
    assert told.returncode == 0, told.stdout + told.stderr
