"""These tests reach into rules that compiled code has already taken in: they need `NUMBA_DISABLE_JIT=1`.

`tests/model/test_uncompiled.py` runs them so; collected with compilation they would test nothing.
"""

import numba
import pytest

from model.parameters import Parameters

collect_ignore_glob = [] if numba.config.DISABLE_JIT else ["test_*.py"]


@pytest.fixture(scope="session")
def tiny(small: Parameters) -> Parameters:
    """The small economy made smaller: a run as plain Python takes a fraction of a second."""
    return small.replace(users=60, horizon=24, slots=32, suppliers=8, contacts=4, peers=4)
