"""Endurance: hurried hands on a busy machine lose no page and meet no error.

The whole counts are those of `python -m tests.benchmarks endurance`.
"""

from typing import Any

import pytest

from tests.viz.conftest import serving
from tests.viz.hurry import Counts, Outcome, busy_machine, hurry

pytestmark = pytest.mark.slow


def test_hurried_hands_on_a_busy_machine_lose_no_page(browser: Any) -> None:
    """The server says at its end that it wrote no traceback."""
    with serving() as lab, busy_machine():
        assert hurry(browser, lab, Counts(presses=40, moves=20, reloads=10)) == Outcome([], [])
