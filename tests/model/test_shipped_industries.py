"""Tables of industries that come with the model: made from their sources, found by name, known by what they hold."""

import csv
import pickle
import shutil
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from docs.industries import DATA, shipped_stems, table
from experiments.study.digests import run_id
from model import BadInput, Economy, Parameters, policies, simulate
from model.inputs.industries_file import industry_table
from model.inputs.shipped_industries import SHIPPED_TABLES, shipped_industries
from model.opening import build_world

ROOT = Path(__file__).resolve().parents[2]
SIZES: dict[str, Any] = dict(users=60, horizon=12, slots=40, founders=8, suppliers=14)
NAMES = sorted(shipped_industries())
NUMBERS = {"china-2007": (27, 10), "china-2020": (32, 12)}
LEVELS = ("old_quality_traditional", "old_quality_emerging", "old_quality_future")


@pytest.fixture(autouse=True)
def own_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def raw(name: str, part: str) -> list[dict[str, str]]:
    with (DATA / f"{name.replace('-', '_')}_{part}.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


# -- where they come from


def test_shipped_tables_are_those_of_their_sources() -> None:
    """What is shipped is what `python -m docs.industries` makes, to the byte."""
    assert sorted(shipped_stems()) == NAMES == sorted(NUMBERS)
    for name, stem in shipped_stems().items():
        assert shipped_industries()[name].read_bytes() == table(stem).encode()


@pytest.mark.parametrize("name", NAMES)
def test_a_table_is_the_input_output_table(name: str) -> None:
    """Shares are those of output, needs are input coefficients, which the sources give too. Layers are the choices."""
    found = industry_table(Parameters(industries_file=name).industries_file)
    industries, choices = raw(name, "industries"), raw(name, "choices")
    coefficient = {
        (row["from_industry"], row["to_industry"]): float(row["input_coefficient"]) for row in raw(name, "purchases")
    }
    domains = [row["industry"] for row in choices if row["domain"] == "yes"]
    needs = np.array([[coefficient.get((domain, buyer), 0.0) for domain in domains] for buyer in found.names])
    assert found.names == tuple(row["industry"] for row in industries)
    assert found.needs.shape == NUMBERS[name]
    assert found.share == pytest.approx([float(row["output_share"]) for row in industries], abs=1e-6)
    assert found.share.sum() == pytest.approx(1.0, abs=1e-9)
    assert np.allclose(found.needs, needs / needs.sum(axis=1, keepdims=True), atol=5e-4)
    assert [("traditional", "emerging", "future")[layer] for layer in found.layer] == [row["layer"] for row in choices]
    assert set(found.layer) == {0, 1, 2} and found.old_quality is None


@pytest.mark.parametrize("name", NAMES)
def test_each_sector_of_the_bureau_is_in_one_industry(name: str) -> None:
    sectors = [sector for row in raw(name, "industries") for sector in row["nbs_sectors"].split()]
    assert len(sectors) == len(set(sectors)) == {"china-2007": 42, "china-2020": 153}[name]
    assert all(row["sources"] for part in ("industries", "purchases") for row in raw(name, part))


@pytest.mark.parametrize(
    ("part", "old", "new", "words"),
    [
        ("purchases", ",68771565,", ",69771565,", "value added of Agriculture must sum to its output"),
        ("purchases", "Agriculture,Coal mining", "Agriculture,Gold mining", "must name the same industries"),
        ("choices", "Coal mining,", "Gold mining,", "must name the same industries"),
    ],
)
def test_sources_that_do_not_fit_are_refused(part: str, old: str, new: str, words: str) -> None:
    for path in DATA.glob("china_2007_*.csv"):
        shutil.copy(path, path.name.replace("china_2007", "mine"))
    assert table(Path("mine")).partition("\nname")[2] == table(DATA / "china_2007").partition("\nname")[2]
    changed = Path(f"mine_{part}.csv")
    changed.write_text(changed.read_text("utf-8").replace(old, new, 1), "utf-8")
    with pytest.raises(SystemExit, match=words):
        table(Path("mine"))


def test_shipped_tables_are_part_of_the_package() -> None:
    data = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]["package-data"]
    packed = {path for pattern in data["model.inputs"] for path in (ROOT / "model" / "inputs").glob(pattern)}
    assert set(shipped_industries().values()) == packed == set(SHIPPED_TABLES.iterdir())


# -- names and files


@pytest.mark.parametrize("name", NAMES)
def test_a_name_gives_the_numbers_of_industries_and_domains(name: str) -> None:
    p = Parameters(industries_file=name, **SIZES)
    assert (p.industries, p.domains) == NUMBERS[name]
    assert build_world(p, 0).industries.latent.shape == NUMBERS[name]
    with pytest.raises(
        BadInput, match=rf"industries_file\.need_: has {p.domains} such columns, must be .* domains = 5"
    ):
        Parameters(industries_file=name, domains=5, **SIZES)
    plain = Parameters(**SIZES)
    assert plain.replace(industries_file=name) == p
    assert all(name in entry["meaning"] for entry in p.declarations() if entry["name"] == "industries_file")


def test_no_more_domains_than_a_parameter_may_have() -> None:
    header = ",".join(["name", "share", "layer", *(f"need_{k}" for k in range(65))])
    Path("t.csv").write_text(f"{header}\na,1,future{',1' * 65}\n")
    with pytest.raises(BadInput, match=r"t\.csv:1: industries_file\.need_: has 65 such columns, must be at most 64"):
        Parameters(industries_file="t.csv", suppliers=80)


def test_results_depend_on_neither_folder_nor_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shipped table has one id from any folder, which is that of a copy of its file."""
    shutil.copy(SHIPPED_TABLES / "china-2020.csv", "copy.csv")
    (tmp_path / "other").mkdir()
    before = Parameters(industries_file="china-2020", **SIZES)
    copy = Parameters(industries_file="copy.csv", **SIZES)
    monkeypatch.chdir(tmp_path / "other")
    after = Parameters(industries_file="china-2020", **SIZES)
    assert before == after and before.industries_file.partition("#")[0] == "china-2020"
    ids = {run_id(p, policies["grants"], 0, "m") for p in (before, after, copy)}
    assert len(ids) == 1
    assert run_id(Parameters(industries_file="china-2007", **SIZES), policies["grants"], 0, "m") not in ids


def test_a_shipped_name_wins_over_a_file_of_that_name() -> None:
    """With a separator or a suffix a name is a file's."""
    Path("china-2020").write_text("name,share,layer,need_1\na,1,future,1\n")
    shutil.copy("china-2020", "china-2020.csv")
    assert Parameters(industries_file="china-2020").industries == 32
    for file in ("./china-2020", str(Path("china-2020").resolve()), "china-2020.csv"):
        assert Parameters(industries_file=file, **SIZES).industries == 1
    shutil.copy("china-2020", "mine")
    assert Parameters(industries_file="mine", **SIZES).industries == 1


@pytest.mark.parametrize("name", ["china-2021", "./china-2020", "China-2020", "studies/china-2020"])
def test_an_unknown_name_lists_what_is_shipped(name: str) -> None:
    with pytest.raises(BadInput) as error:
        Parameters(industries_file=name)
    allowed = "no such file or directory. Shipped tables are china-2007, china-2020"
    assert str(error.value) == f"{name}: industries_file: {allowed}"


def test_other_names_list_nothing() -> None:
    """A name with a suffix, a folder, and the files of networks, of which none is shipped."""
    Path("folder").mkdir()
    for values in ({"industries_file": "t.csv"}, {"industries_file": "folder"}, {"peers_graph": "china-2020"}):
        with pytest.raises(BadInput) as error:
            Parameters(**values)
        assert "hipped" not in str(error.value)


def test_a_table_that_has_changed_since_is_named() -> None:
    """A stored study of an older table is not mistaken for one of the table as it is."""
    with pytest.raises(BadInput, match=r"china-2020\.csv: industries_file: has changed since its digest was taken"):
        Parameters(industries_file=f"china-2020#{'0' * 16}")


# -- what becomes of them


def test_without_old_qualities_those_of_the_layers_hold(same_series: Callable[..., bool]) -> None:
    """A table without that column is a table whose column repeats the parameters, and they still count."""
    p = Parameters(industries_file="china-2020", **SIZES)
    lines = [line for line in (SHIPPED_TABLES / "china-2020.csv").read_text("utf-8").splitlines() if line[0] != "#"]
    for layer, level in zip(("traditional", "emerging", "future"), LEVELS, strict=True):
        lines = [line.replace(f",{layer},", f",{layer},{getattr(p, level)!r},") for line in lines]
    Path("written.csv").write_text("\n".join([lines[0].replace("layer", "layer,old_quality"), *lines[1:]]))
    written = p.replace(industries_file="written.csv")
    assert same_series(simulate(p, "grants", 3), simulate(written, "grants", 3))
    other = {level: 0.9 * getattr(p, level) for level in LEVELS}
    assert same_series(simulate(written, "grants", 3), simulate(written.replace(**other), "grants", 3))
    users, changed = build_world(p, 3).users, build_world(p.replace(**other), 3).users
    assert np.allclose(changed.old_quality, 0.9 * users.old_quality, rtol=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_an_economy_is_pickled_and_goes_on(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    economy = Economy(industries_file=name, seed=3, policy="grants", **SIZES)
    for _ in range(4):
        economy.step()
    stored = pickle.dumps(economy)
    (tmp_path / "other").mkdir()
    monkeypatch.chdir(tmp_path / "other")
    again = pickle.loads(stored)
    for one in (economy, again):
        for _ in range(4):
            one.step()
    assert again.parameters == economy.parameters
    assert Parameters.from_yaml(again.parameters.to_yaml()) == again.parameters
    assert all(again.series[key].tobytes() == economy.series[key].tobytes() for key in economy.series)
