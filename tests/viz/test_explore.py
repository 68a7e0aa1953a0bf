"""What the Explore page reads, asks and refuses, without a browser."""

import io
import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pytest

from experiments.analysis.boundary import boundary
from experiments.analysis.comparison import compare_study
from experiments.analysis.sweep import run_sweep, summarise_sweep
from experiments.commands.inquiry import OF_A_STUDY
from experiments.exploration import folder as folders
from experiments.exploration.folder import check_size, folders_below, open_folder
from experiments.exploration.provenance import facts, made_by, study_file
from experiments.exploration.registry import VIEWS, views_of
from experiments.inquiries.inquiry import Needs
from experiments.inquiries.registry import INQUIRIES
from experiments.pairs.cache import BoundedCache
from experiments.study.addresses import ADDRESSES
from experiments.study.design import Design
from experiments.study.file import read_study, shipped_studies
from experiments.study.written import study_text
from model import BadInput
from tests.viz.stored import COMPARED, GRID, store_both
from viz.figures.pictures import as_files
from viz.lab.pages.explore import question_of
from viz.lab.parts.asked_view import EXPLORE_NAMES, AskedView, after, asked_view, controls_of, explore_values
from viz.lab.parts.findings import as_findings, table_bytes, table_html
from viz.lab.parts.work import Work, do

SECRET = "hunter2"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return store_both(tmp_path_factory.mktemp("explore"))


@pytest.fixture
def served(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the results in a served folder, beside which lies a file that is nobody's business."""
    shutil.copytree(made, tmp_path / "served")
    (tmp_path / "secret.txt").write_text(SECRET)
    monkeypatch.chdir(tmp_path / "served")
    return tmp_path / "served"


def asked(query: str) -> AskedView:
    found = asked_view(explore_values(query))
    assert found is not None
    return found


def answer(query: str) -> Any:
    found = asked(query)
    assert found.view is not None
    check_size(found.folder)
    return found.view.answer(found.request)


def refusal(make: Callable[[], Any]) -> str:
    with pytest.raises(BadInput) as refused:
        make()
    text = str(refused.value)
    assert "\n" not in text and SECRET not in text
    return text


def test_results_folders_are_found_and_opened(served: Path) -> None:
    assert [(one.name, one.study, one.runs) for one in folders_below()] == [
        ("compared", "compared", 12), ("deep/grid", "grid", 36),
    ]  # fmt: skip
    opened = open_folder("deep/grid")
    assert opened.factors == ("policy.foresight", "own_problems") and opened.arms == (
        "rebate",
        "application",
        "rd_credit",
    )
    told = facts(opened)
    assert told["runs"] == "36 ok" and told["seeds"] == "2 (0 to 1)" and told["made by"] == "nqpf sweep"
    assert open_folder("deep/../compared").name == "compared"


def test_tables_are_those_of_the_commands_and_nothing_changes(served: Path) -> None:
    before = {path: path.read_bytes() for path in served.rglob("*") if path.is_file()}
    compared, swept = answer("folder=compared"), answer("folder=deep/grid")
    assert {path: path.read_bytes() for path in served.rglob("*") if path.is_file()} == before
    expected = compare_study(COMPARED).table
    pd.testing.assert_frame_equal(compared.tables["every-indicator"], expected)
    assert list(compared.tables["table"]["policy"]) == ["rebate", "application", "rd_credit"]
    pd.testing.assert_frame_equal(swept.tables["every-indicator"], summarise_sweep(run_sweep(GRID)))


def test_the_boundary_is_that_of_the_sweep(served: Path) -> None:
    found = answer("folder=deep/grid&tab=boundary&between=application,rd_credit")
    pd.testing.assert_frame_equal(found.tables["boundary"], boundary(run_sweep(GRID), "application", "rd_credit"))
    recipe = VIEWS["boundary"].recipe(asked("folder=deep/grid&tab=boundary&between=application,rd_credit").request)
    assert recipe.command == (
        "nqpf sweep grid.yaml --out deep/grid --between application,rd_credit --over policy.foresight,own_problems"
    )


def test_a_choice_of_policies_and_points_is_a_choice_of_rows(served: Path) -> None:
    every = answer("folder=deep/grid&tab=scatter").tables["runs"]
    some = answer("folder=deep/grid&tab=scatter&policies=rd_credit&at=own_problems=0.5").tables["runs"]
    expected = every[(every["policy"] == "rd_credit") & every["point"].isin([1, 4])]
    assert len(every) == 36 and len(some) == 4
    assert sorted(some["welfare"]) == sorted(expected["welfare"])


def test_a_distribution_has_the_quantiles_of_its_runs(served: Path) -> None:
    found = answer("folder=compared&tab=distribution&indicator=adoption")
    row = found.tables["distribution"].set_index("policy").loc["rd_credit"]
    own = compare_study(COMPARED).runs.query("policy == 'rd_credit'")["adoption"]
    assert row["n"] == 4 and row["q50"] == np.median(own) and row["mean"] == pytest.approx(own.mean())


def test_a_curve_takes_one_factor(served: Path) -> None:
    told = refusal(lambda: answer("folder=deep/grid&tab=curve"))
    assert "own_problems" in told and "give a value" in told
    table = answer("folder=deep/grid&tab=curve&at=own_problems=0.5").tables["curve"]
    assert list(table.columns[:2]) == ["policy", "policy.foresight"] and len(table) == 4


def test_inquiries_on_stored_results_are_views_by_their_entries(served: Path) -> None:
    stored = {name for name, inquiry in INQUIRIES.items() if inquiry.needs in (Needs.RESULTS, Needs.RESULTS_OR_STUDY)}
    assert stored <= set(VIEWS) and not (set(INQUIRIES) - stored - {"frontier"}) & set(VIEWS)
    assert set(views_of(open_folder("deep/grid"))) >= stored
    assert not stored & set(views_of(open_folder("compared")))
    assert {option.name for name in stored for option in INQUIRIES[name].options} <= set(EXPLORE_NAMES)
    told = refusal(lambda: answer("folder=deep/grid&tab=discover"))
    assert told.startswith("where is asked for")
    request = asked("folder=deep/grid&tab=sensitivity&of=adoption[application]").request
    assert VIEWS["sensitivity"].recipe(request).command == "nqpf sensitivity deep/grid --of 'adoption[application]'"


@pytest.mark.parametrize("name", ["table", "boundary", "scatter", "distribution"])
def test_every_view_is_drawn_with_its_text(served: Path, name: str) -> None:
    found = as_findings(answer(f"folder=deep/grid&tab={name}"))
    assert controls_of(asked(f"folder=deep/grid&tab={name}"))
    for one in found.drawn:
        assert one.light != one.dark and one.light.startswith("data:image/svg+xml;base64,")
        assert one.picture.words and set(as_files(one.picture)) == {"svg", "png", "csv"}


@pytest.mark.parametrize(
    "name", ["..", "../secret.txt", "/etc", "link", "a\0b", "loop", "~", "compared/../..", "x" * 300]
)
def test_what_lies_outside_is_refused_in_one_and_the_same_line(served: Path, name: str) -> None:
    (served / "link").symlink_to(served.parent)
    (served / "loop").symlink_to(served / "loop")
    told = refusal(lambda: open_folder(name))
    assert "below the one that is served" in told


def test_links_inside_a_folder_do_not_lead_out(served: Path) -> None:
    outside = served.parent / "outside"
    shutil.move(served / "compared" / "runs", outside)
    (served / "compared" / "runs").symlink_to(outside)
    assert "leads out" in refusal(lambda: open_folder("compared"))
    (served / "compared" / "runs").unlink()
    (served / "compared" / "runs").mkdir()
    for shard in outside.iterdir():
        (served / "compared" / "runs" / shard.name).symlink_to(shard)
    assert "leads out" in refusal(lambda: check_size(open_folder("compared")))
    manifest = served / "compared" / "manifest.json"
    manifest.unlink()
    manifest.symlink_to(served.parent / "secret.txt")
    assert "leads out" in refusal(lambda: open_folder("compared"))


def test_a_study_that_names_a_file_outside_is_not_made(served: Path) -> None:
    path = served / "compared" / "manifest.json"
    content = json.loads(path.read_text())
    content["study"]["parameters"]["industries_file"] = "../secret.txt"
    path.write_text(json.dumps(content))
    opened = open_folder("compared")
    assert opened.study is None and "leads out" in opened.why_not and SECRET not in opened.why_not
    assert not views_of(opened) and facts(opened)["manifest"] == "is damaged or was edited"


def test_a_damaged_folder_is_named_in_a_line(served: Path) -> None:
    shard = next((served / "compared" / "runs").glob("*.parquet"))
    shard.write_bytes(shard.read_bytes()[:-9] + b"123456789")
    assert "is damaged" in refusal(lambda: answer("folder=compared"))
    (served / "compared" / "manifest.json").write_text(f"{{ {SECRET}")
    assert "is not a manifest" in refusal(lambda: open_folder("compared"))
    (served / "compared" / "manifest.json").unlink()
    assert "manifest.json: is missing" in refusal(lambda: open_folder("compared"))
    os.mkfifo(served / "compared" / "manifest.json")  # which nobody writes into
    assert "is not a manifest" in refusal(lambda: open_folder("compared"))
    assert "no results" in refusal(lambda: open_folder("deep"))
    assert "no such folder" in refusal(lambda: open_folder("none"))


@pytest.mark.parametrize("study", [{}, {"name": 3, "policies": 7}, {"design": {"kind": "grid"}, "uncertain": {"x": 1}}])
def test_a_manifest_of_anything_opens_without_views(served: Path, study: dict[str, Any]) -> None:
    path = served / "compared" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"study": study}))
    opened = open_folder("compared")
    assert opened.study is None and opened.why_not and not views_of(opened)
    assert facts(opened) and len(folders_below()) == 2


def test_what_is_too_large_is_refused(served: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    check_size(open_folder("deep/grid"))
    monkeypatch.setattr(folders, "MOST_RUNS", 35)
    assert "at most 35 runs" in refusal(lambda: answer("folder=deep/grid"))
    huge = replace(GRID, design={"kind": "sobol", "samples": 1_000_000}, uncertain={"own_problems": {"range": [0, 1]}})
    assert folders._asked(huge) == 8_000_000  # without making its points
    monkeypatch.setattr(folders, "MOST_MANIFEST", 10)
    assert "is larger than a page shows" in refusal(lambda: open_folder("compared"))


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("users=5", "unknown name"),
        ("folder=compared&tab=bounday", "unknown tab"),
        ("folder=compared&tab=boundary", "unknown tab"),
        ("folder=compared&indicator=welfar", "did you mean 'welfare'"),
        ("folder=compared&policies=grants", "unknown name"),
        ("folder=deep/grid&between=rebate", "must be two different names"),
        ("folder=deep/grid&between=rebate,rebate", "must be two different names"),
        ("folder=deep/grid&over=policy.foresight,users", "unknown name"),
        ("folder=deep/grid&at=users=3", "unknown factor"),
        ("folder=deep/grid&tab=discover&density=much", "must be of the form"),
        ("folder=compared&folder=deep/grid", "is given twice"),
    ],
)
def test_an_address_that_asks_for_nothing_is_refused(served: Path, query: str, words: str) -> None:
    assert words in refusal(lambda: asked_view(explore_values(query)))


def test_a_page_has_no_name_of_a_setting() -> None:
    assert not set(EXPLORE_NAMES) & set(ADDRESSES)


def test_choices_go_into_the_address(served: Path) -> None:
    values = explore_values("folder=deep/grid&tab=boundary")
    now = asked("folder=deep/grid&tab=boundary")
    assert now.request.pair == ("rd_credit", "application")
    assert after(values, now, "between 0", "rebate")["between"] == "rebate,application"
    assert after(values, now, "between 0", "application")["between"] == "application,rd_credit"
    assert after(values, now, "over 1", "policy.foresight")["over"] == "own_problems,policy.foresight"
    held = after(values, now, "at own_problems", "0.5")
    assert held["at"] == "own_problems=0.5"
    assert "at" not in after(held, asked("folder=deep/grid&at=own_problems=0.5"), "at own_problems", "")
    assert "policies" not in after(values, now, "policies", "rebate,application,rd_credit")
    assert after(values, now, "indicator", "adoption")["indicator"] == "adoption"


def test_rows_are_escaped_and_files_read_back() -> None:
    table = pd.DataFrame({"policy": ["<b>&", None], "n": [1, 20_000], "value": [0.25, np.nan], "equal": [True, None]})
    text = table_html(table)
    assert "<b>" not in text and "&lt;b&gt;&amp;" in text and "20,000" in text and "yes" in text
    back = pd.read_parquet(io.BytesIO(table_bytes(table, "parquet")))
    assert list(back["n"]) == [1, 20_000] and back["policy"][0] == "<b>&" and np.isnan(back["value"][1])
    assert pd.read_csv(io.BytesIO(table_bytes(table, "csv")))["value"][0] == 0.25


@pytest.mark.parametrize("study", [COMPARED, GRID, *map(read_study, shipped_studies().values())])
def test_the_study_file_asks_for_the_same_runs(study: Any, tmp_path: Path) -> None:
    """Also in the same order of factors, which decides on the points of a drawn design."""
    (tmp_path / "again.yaml").write_text(study_text(study))
    again = read_study(tmp_path / "again.yaml")
    assert again == study and again.identity("m") == study.identity("m")
    if study.design.get("kind") != "adaptive":
        assert Design(again).factors == Design(study).factors


def test_the_recipe_of_a_folder_names_its_command_and_file(served: Path) -> None:
    assert made_by(open_folder("compared")).command == "nqpf compare compared.yaml --out compared"
    assert study_file(open_folder("compared")) == study_text(COMPARED)
    assert not set(OF_A_STUDY) & {"folder", "tab"}


class Number(NamedTuple):
    """An answer of made-up work."""

    value: int
    size: int = 8


def test_work_that_is_done_is_kept_and_what_was_given_up_or_failed_is_not() -> None:
    kept: BoundedCache[Number] = BoundedCache(16)
    given_up = Event()
    do("whole", lambda: iter([Number(1), Number(2)]), Event(), print, kept)
    do("left", lambda: iter([Number(1), Number(2)]), given_up, lambda work: given_up.set(), kept)
    assert kept.get("whole") == Number(2) and kept.get("left") is None

    def broken() -> Any:
        yield Number(7)
        raise FloatingPointError("made up")

    do("broken", broken, Event(), print, kept)
    assert kept.get("broken") is None
    for question in ("second", "third"):
        do(question, lambda: iter([Number(3)]), Event(), print, kept)
    assert kept.get("whole") is None and kept.get("third") == Number(3) and kept.bytes_kept == 16


def test_a_question_is_all_that_determines_its_answer(served: Path) -> None:
    """Each choice, and the stored runs: a shard less or touched is another question, a second visit the same."""
    queries = ("", "&tab=scatter", "&indicator=adoption", "&policies=rebate", "&at=own_problems=0.5", "&tab=discover",
               "&tab=discover&where=welfare[rebate]<1", "&tab=boundary", "&tab=boundary&between=rebate,application",
               "&tab=scatter&x=own_problems")  # fmt: skip
    questions = [question_of(asked(f"folder=deep/grid{query}")) for query in queries]
    assert len(set(questions)) == len(queries)
    assert [question_of(asked(f"folder=deep/grid{query}")) for query in queries] == questions
    assert question_of(asked("folder=compared")) not in questions
    first, *_ = (served / "deep" / "grid" / "runs").glob("*.parquet")
    os.utime(first, ns=(0, 0))
    touched = question_of(asked("folder=deep/grid"))
    first.unlink()
    assert len({questions[0], touched, question_of(asked("folder=deep/grid"))}) == 3


def test_findings_count_the_bytes_of_pictures_and_tables(served: Path) -> None:
    found = as_findings(answer("folder=deep/grid&tab=scatter"))
    drawings = sum(len(one.light) + len(one.dark) for one in found.drawn)
    assert found.drawn and found.size > drawings + sum(table.size for table in found.answer.tables.values())


def test_work_ends_between_two_steps_and_an_error_is_a_line() -> None:
    given_up, told, begun = Event(), [], []

    def steps() -> Any:
        for number in range(5):
            begun.append(number)
            yield number

    def tell(work: Work) -> None:
        told.append(work)
        if work.found == 1:
            given_up.set()

    do("q", steps, given_up, tell)
    assert [work.found for work in told] == [0, 1] and begun == [0, 1, 2]
    do("q", steps, given_up, told.append)  # given up before its turn
    assert len(told) == 2

    def broken() -> Any:
        yield 7
        raise FloatingPointError("made up\nin two lines")

    do("q", broken, Event(), told.append)
    assert told[-1] == Work("q", 7, True, "FloatingPointError: made up")
