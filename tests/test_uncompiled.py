"""The model as plain Python, in a process of its own: the same numbers, and relations that reach into its rules."""

import os
import subprocess
import sys
from pathlib import Path


def test_all_that_needs_no_compilation():
    """Every test in tests/uncompiled passes; each says what it holds."""
    told = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests/uncompiled"],
        cwd=Path(__file__).resolve().parent.parent,
        env={**os.environ, "NUMBA_DISABLE_JIT": "1"},
        capture_output=True,
        text=True,
    )
    assert told.returncode == 0, told.stdout + told.stderr
