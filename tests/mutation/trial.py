"""`python -m tests.mutation.trial SESSION EXPECTED [TEST…]`: try what is left of a session on the sources here.

A mutant is tried in a fork of this process, which has imported everything but the sources. First the tiny economies
must be as EXPECTED, the output of `python -m tests.digests`, says: every series, array, summary and panel to the bit.
Most faults end here, within half a second; the rest are tried against the tests named.
"""

import json
import os
import resource
import sys
from importlib import import_module
from pathlib import Path

from cosmic_ray.mutating import use_mutation
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

PATIENCE = 60  # seconds of computing, for a mutant that never ends
LIBRARIES = (
    "hypothesis", "mesa", "networkx", "numba", "pandas", "pyarrow.parquet", "pydantic", "pytest", "ruamel.yaml",
    "scipy.sparse.csgraph", "scipy.special", "scipy.stats", "typer", "xml.etree.ElementTree",
)  # fmt: skip


def passes(expected: dict[str, str], tests: list[str]) -> bool:
    """Whether the tiny economies give what they gave (the first that differs decides) and the tests pass."""
    from tests.digests import branch_digests

    if any(found != expected[label] for label, found in branch_digests()):
        return False
    import pytest

    # In this process, and without details of a failure, which nobody reads.
    quickly = ("-x", "-q", "--tb=no", "--assert=plain", "-n", "0", "-p", "no:cacheprovider")
    return not tests or pytest.main([*quickly, *tests]) == pytest.ExitCode.OK


def survives(expected: dict[str, str], tests: list[str], patience: int = PATIENCE) -> bool:
    """`passes` in a fork, without what it prints; no if it fails in any way or takes more than `patience` seconds."""
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    resource.setrlimit(resource.RLIMIT_CPU, (patience, patience))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    code = 1
    try:
        code = int(not passes(expected, tests))
    finally:
        os._exit(code)


def main() -> None:
    """Try every mutant of the session that has no result."""
    session, expected, *tests = sys.argv[1:]
    digests = json.loads(Path(expected).read_text())
    for library in LIBRARIES:
        import_module(library)
    if not survives(digests, tests, patience=10 * PATIENCE):  # may have to compile first
        sys.exit("the tests fail without a fault")
    with use_db(session, WorkDB.Mode.open) as work:
        for item in work.pending_work_items:
            mutant = item.mutations[0]
            operator = get_operator(mutant.operator_name)(**mutant.operator_args)
            with use_mutation(mutant.module_path, operator, mutant.occurrence):
                outcome = TestOutcome.SURVIVED if survives(digests, tests) else TestOutcome.KILLED
            work.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.NORMAL, test_outcome=outcome))


if __name__ == "__main__":
    main()
