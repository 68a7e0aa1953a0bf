"""The patches that put back rules of before: they fit the code, do what they say, and their table can be made again."""

import shutil
import subprocess
from importlib.util import module_from_spec, spec_from_file_location
from math import exp
from pathlib import Path
from typing import Any

import pytest

from docs.patches import FILE, FOLDER, VARIANTS, apply, rows, write
from docs.result import TWO_BY_TWO
from docs.results import stored
from tests.house.documents import ROOT
from tests.house.test_docs import SMALLEST

with_git = pytest.mark.skipif(not shutil.which("git"), reason="git applies the patches")
PATCHES = sorted(path.stem for path in FOLDER.glob("*.patch"))


def patched_rules(patch: str, folder: Path) -> Any:
    """Return the rules of innovators, as Python, with a patch applied to a copy of their file."""
    for named in ("agents/innovator.py", "model/phases/research.py"):
        (folder / named).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / named, folder / named)
    apply(patch, folder)
    spec = spec_from_file_location("patched_rules", folder / "agents" / "innovator.py")
    assert spec and spec.loader
    rules = module_from_spec(spec)
    spec.loader.exec_module(rules)
    return rules


@with_git
@pytest.mark.parametrize("patch", PATCHES)
def test_patches_fit_the_code(patch: str) -> None:
    """Each applies cleanly to the code as it stands."""
    apply(patch, ROOT, "--check")


@with_git
def test_a_patch_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    """The code with a rule put back has no room for it a second time. Nor does a folder within a repository."""
    patched_rules("m1-floor", tmp_path)
    with pytest.raises(subprocess.CalledProcessError):
        apply("m1-floor", tmp_path)
    within = ROOT / "tests" / "data"
    with pytest.raises(subprocess.CalledProcessError):
        apply("m1-floor", within, "--check")


@with_git
def test_the_floor_keeps_own_research_from_falling_below_zero(tmp_path: Path) -> None:
    """No more than the plan can be displaced. Below that nothing changes."""
    displaced = patched_rules("m1-floor", tmp_path).displaced.py_func
    assert [displaced(3.0, 0.5, grant) for grant in (0.0, 2.0, 6.0, 100.0)] == [3.0, 2.0, 0.0, 0.0]


@with_git
def test_alone_a_firm_searches_as_in_version_0_2_0(tmp_path: Path) -> None:
    """The hazard is in proportion to hours and rises by `follow` times the share of firms ahead, if there is science.

    The share of hours for exploration does not depend on rivals or kappa.
    """
    rules = patched_rules("m2-alone", tmp_path)
    chance, share = rules.discovery_chance.py_func, rules.exploration_share.py_func
    hazard = 0.02 * 0.5**2 * 1.5
    for hours, shown in ((0.0, 0.3), (1.0, 0.0), (1.0, 0.3), (7.0, 0.3)):
        expected = 1.0 - exp(-hours * hazard * (1.0 + 10.0 * shown))
        assert chance(0.02, 0.5, 2.0, hours, 1.5, 10.0, shown) == pytest.approx(expected, rel=1e-12)
    for kappa, ahead in ((0.0, 0.0), (0.6, 0.9)):
        assert share(0.24, kappa, 1.0, 0.0, ahead) == 0.0
        assert share(0.24, kappa, 0.0, 0.5, ahead) == 0.24
        assert share(0.24, kappa, 0.5, 0.5, ahead) == pytest.approx(0.24 * 0.625)


def test_variants_use_every_patch() -> None:
    """No variant names a patch that is not there, and none is left over."""
    assert sorted({variant.patch for variant in VARIANTS.values()} - {""}) == PATCHES


def test_the_table_of_patches_can_be_computed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The committed table has a row per variant and policy. The code gives these for a variant without a patch."""
    monkeypatch.chdir(tmp_path)
    cells = [(result.row, result.column) for result in stored(FILE)]
    assert cells == [(label, policy) for label in VARIANTS for policy in TWO_BY_TWO[1:]]
    label = next(label for label, variant in VARIANTS.items() if variant.changes and not variant.patch)
    made = list(rows(label, SMALLEST))
    assert [(result.row, result.column) for result in made] == [cell for cell in cells if cell[0] == label]
    with (tmp_path / "patches.csv").open("w", newline="", encoding="utf-8") as lines:
        write(made, lines)
    assert stored(tmp_path / "patches.csv") == made


def test_the_first_row_is_that_of_the_defaults() -> None:
    """Without a patch, the table holds what `varied` holds for the defaults: the same runs, computed apart."""
    first = [result[2:] for result in stored(FILE) if result.row == "as it is"]
    assert first == [result[2:] for result in stored() if (result.table, result.row) == ("varied", "defaults")]
