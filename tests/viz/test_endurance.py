"""Endurance: hurried hands lose no page and meet no error.

`python -m tests.benchmarks endurance` does the same more often, beside eight busy processes.
"""

from typing import Any

import pytest

from tests.viz.conftest import serving
from tests.viz.hurry import Counts, Outcome, hurry

pytestmark = pytest.mark.slow


def test_hurried_hands_lose_no_page(browser: Any) -> None:
    """The server says at its end that it wrote no traceback."""
    with serving() as lab:
        assert hurry(browser, lab, Counts(presses=40, moves=60, reloads=10)) == Outcome([], [])
