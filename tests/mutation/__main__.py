"""`python -m tests.mutation [FILE…]`: mutants of agents/ and model/, how many were killed, and which survived.

Needs the extra `mutation`. Works on a copy of the sources, mutant after mutant. Most are tried without compilation,
against the tiny economies and then the quick tests of the group of files; files that only show the state are tried
against their own tests, with kernels from the cache. A session that was broken off goes on: `--session FOLDER`.
Exit code 1 says that less than 90 % were killed.
"""

import argparse
import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

ROOT = Path(__file__).resolve().parent.parent.parent
COPIED = ("agents", "model", "experiments", "viz", "tests", "pyproject.toml", "README.md", "CONTRIBUTING.md")
# Not at work without compilation: see tests/agents/test_decorators.py.
COMPILING = ("agents/kernel/decorators.py", "model/state/references.py", "model/compilation.py")
EXPECTED = "expected.json"
WANTED = 0.9
LAST_OF_ONE = ("shape[", "market[", "flow[", "level[")
WITHOUT_EFFECT = ("maxsize=", "strict=")


class Group(NamedTuple):
    """Files that are tried alike: what their paths begin with, the tests after the tiny economies, and how they run."""

    begins: tuple[str, ...]
    tests: tuple[str, ...]
    compiled: bool = False


# A file belongs to the first group that fits. Tests that a fault in it cannot reach would only take time.
GROUPS = {
    "views": Group(
        ("model/__init__", "model/economy", "model/views"),
        (
            "model/test_network.py::test_nodes_and_edges_are_typed",
            "model/test_network.py::test_rivals_are_the_firms_that_share_most",
            "model/test_economy.py",
            "model/test_network.py",
        ),
        compiled=True,
    ),
    "rules": Group(
        ("agents/", "model/markets", "model/randomness"),
        (
            "agents/test_rules.py",
            "agents/test_arithmetic.py",
            "model/test_payback.py::test_mean_mastery_is_the_mean_over_the_quarters_of_use",
            "model/test_randomness.py",
        ),
    ),
    "settings": Group(
        ("model/declaration/errors", "model/declaration/settings", "model/parameters", "model/policy"),
        ("model/test_declarations.py", "model/test_calendar.py"),
    ),
    "networks": Group(("model/start/network",), ("model/test_network.py",)),
    "files": Group(
        ("model/declaration/input_file", "model/inputs"),
        (
            "model/test_inputs.py::test_malformed_tables_are_one_line",
            "model/test_inputs.py::test_malformed_graphs_are_one_line",
            "model/test_inputs.py",
        ),
    ),
    "identities": Group(
        ("model/check", "model/state"),
        (
            "model/test_identities.py::test_identity_can_fail",
            "model/test_identities.py::test_not_a_number_is_caught",
            "uncompiled/test_shares.py",
        ),
    ),
    "runs": Group(
        ("model/",),
        (
            "model/test_champions.py::test_scores_are_z_scores_of_living_domestic_firms",
            "model/test_made_up.py",
            "model/test_simulation.py",
            "uncompiled/test_shares.py",
        ),
    ),
}
# One mutant per operator and place where a fault is likely, rather than every operator for every other.
OPERATORS = (
    "NumberReplacer|AddNot|ReplaceTrueWithFalse|ReplaceFalseWithTrue|ReplaceAndWithOr|ReplaceOrWithAnd"
    "|ReplaceBreakWithContinue|ReplaceContinueWithBreak|ZeroIterationForLoop|ExceptionReplacer"
    "|ReplaceBinaryOperator_(Add_Sub|Sub_Add|Mul_Div|Div_Mul|FloorDiv_Mul|Mod_Mul|Pow_Mul|BitAnd_BitOr|BitOr_BitAnd"
    "|BitXor_BitOr|LShift_RShift|RShift_LShift)"
    "|ReplaceComparisonOperator_(Lt_LtE|LtE_Lt|Gt_GtE|GtE_Gt|Lt_GtE|LtE_Gt|Gt_LtE|GtE_Lt|Eq_NotEq|NotEq_Eq|Is_IsNot"
    "|IsNot_Is)"
    "|ReplaceUnaryOperator_(USub_UAdd|Delete_USub|Delete_Not|Delete_Invert)"
)
CONFIGURATION = """
[cosmic-ray]
module-path = {files}
timeout = 0.0
excluded-modules = []
test-command = ""

[cosmic-ray.distributor]
name = "local"

[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/(?!({operators})$)"]
"""


def prepare(folder: Path) -> None:
    """Copy the sources; note what the tiny economies give before any fault."""
    for name in COPIED:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, folder / name)
    # Byte code checked by content: a mutant written within a second of the last is not taken for it.
    compileall.compile_dir(folder, quiet=1, invalidation_mode=py_compile.PycInvalidationMode.CHECKED_HASH)
    told = run(folder, sys.executable, "-m", "tests.digests", compiled=False)
    (folder / EXPECTED).write_text(told)


def run(folder: Path, *command: str, compiled: bool) -> str:
    """Run a command in the copy; what it prints. Raises CalledProcessError if it fails."""
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "NUMBA_DISABLE_JIT": "0" if compiled else "1"}
    return subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def group_of(path: str) -> str:
    """The first group of files that a path belongs to."""
    return next(name for name, group in GROUPS.items() if path.startswith(group.begins))


def try_mutants(folder: Path, name: str, files: list[str]) -> Path:
    """Make and try the mutants of the files of a group, or go on with it; returns the session."""
    tests, compiled = GROUPS[name].tests, GROUPS[name].compiled
    configuration, session = folder / f"{name}.toml", folder / f"{name}.sqlite"
    configuration.write_text(CONFIGURATION.format(files=files, operators=OPERATORS))
    tool = str(Path(sys.executable).with_name("cosmic-ray"))
    if not session.exists():
        run(folder, tool, "init", configuration.name, session.name, compiled=compiled)
        chosen = Path(sys.executable).with_name("cr-filter-operators")
        run(folder, str(chosen), session.name, configuration.name, compiled=compiled)
        skip_equivalent(folder, session)
    trial = (sys.executable, "-m", "tests.mutation.trial", session.name, EXPECTED)
    run(folder, *trial, *(f"tests/{test}" for test in tests), compiled=compiled)
    return session


def skip_equivalent(folder: Path, session: Path) -> None:
    """Leave out what cannot be told apart, or made.

    The last of one for the first, such as market[-1] for market[0]; the size of a cache, which is only time; a zip that
    does not look whether lengths agree, which they do. Cosmic Ray cannot replace an exception named with a dot.
    """
    with use_db(session, WorkDB.Mode.open) as work:
        for item in list(work.pending_work_items):
            mutant = item.mutations[0]
            row, column = mutant.start_pos
            line = (folder / mutant.module_path).read_text().splitlines()[row - 1]
            before, name = line[:column], re.split(r"[^\w.]", line[column:])[0]
            lower = mutant.operator_name == "core/NumberReplacer" and mutant.occurrence % 2 == 1
            dotted = mutant.operator_name == "core/ExceptionReplacer" and "." in name
            if (lower and before.endswith(LAST_OF_ONE)) or before.endswith(WITHOUT_EFFECT) or dotted:
                work.set_result(item.job_id, WorkResult(worker_outcome=WorkerOutcome.SKIPPED, output="equivalent"))


def report(sessions: list[Path]) -> float:
    """Print every survivor with its line, and killed and tried per file; returns the share of mutants killed."""
    counts: dict[str, list[int]] = {}
    for session in sessions:
        with use_db(session, WorkDB.Mode.open) as work:
            results = dict(work.results)
            for item in work.work_items:
                result, mutant = results.get(item.job_id), item.mutations[0]
                if result is None or result.worker_outcome != WorkerOutcome.NORMAL:
                    continue
                count = counts.setdefault(str(mutant.module_path), [0, 0])
                count[0] += result.test_outcome != TestOutcome.SURVIVED
                count[1] += 1
                if result.test_outcome == TestOutcome.SURVIVED:
                    line = (session.parent / mutant.module_path).read_text().splitlines()[mutant.start_pos[0] - 1]
                    operator = mutant.operator_name.removeprefix("core/")
                    print(f"{mutant.module_path}:{mutant.start_pos[0]}: {operator} {mutant.occurrence}: {line.strip()}")
    for path, (killed, tried) in sorted(counts.items()):
        print(f"{killed:5d} of {tried:5d} killed, {killed / tried:4.0%}  {path}")
    killed, tried = (sum(column) for column in zip(*counts.values(), strict=True))
    print(f"{killed:5d} of {tried:5d} killed, {killed / tried:.1%}")
    return float(killed / tried)


def main() -> None:
    """Try the mutants of the files named, of all if none is."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__.splitlines()[0])
    parser.add_argument("files", nargs="*", metavar="FILE", help="such as model/state/ledger.py; all if none is named")
    parser.add_argument("--session", type=Path, help="folder to keep the session in, and to go on from")
    given = parser.parse_args()
    sources = [path.relative_to(ROOT) for floor in ("agents", "model") for path in sorted((ROOT / floor).rglob("*.py"))]
    every = [str(path) for path in sources if str(path) not in COMPILING]
    for path in given.files:
        if path not in every:
            parser.error(f"{path}: must be a file of agents/ or model/ other than {' and '.join(COMPILING)}")
    files = given.files or every
    folder = given.session or Path(tempfile.mkdtemp(prefix="nqpf-mutation-"))
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / "tests").exists():
        prepare(folder)
    print(f"session: {folder}", file=sys.stderr)
    sessions = []
    for name in GROUPS:
        chosen = [path for path in files if group_of(path) == name]
        if chosen:
            sessions.append(try_mutants(folder, name, chosen))
    sys.exit(report(sessions) < WANTED)


if __name__ == "__main__":
    main()
