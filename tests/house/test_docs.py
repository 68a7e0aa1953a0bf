"""The documentation is true: tutorials run, studies are read, diffs fit the code, no declaration is missing."""

import contextlib
import io
import re
import shlex
from collections.abc import Iterable
from dataclasses import fields
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from docs.claims import tried_claims
from docs.command import VERSION
from docs.ensemble import search_counts
from docs.facts import facts_of_table, measured, policy_facts_of_table
from docs.generate import PARTS, write_all
from docs.markdown import signed
from docs.patches import FILE as PATCHES
from docs.results import TABLES, Result, Size, stored, write
from experiments.claims.claims import CLAIMS
from experiments.claims.stored import (
    KEPT_OF_CLAIM,
    KEPT_OF_TRIAL,
    claims_command_of,
    store_claims,
    stored_claims,
    verdicts_in_words,
)
from experiments.claims.verdict import CLAIM_VERDICTS
from experiments.claims.words import figure
from experiments.cli import app, main
from experiments.evidence.policy_facts import POLICY_FACTS
from experiments.study.addresses import ADDRESSES, parse_settings, set_parameters, set_traits
from experiments.study.design import DESIGNS
from experiments.study.factors import FACTOR_KEYS
from experiments.study.file import read_study
from experiments.study.study import Study
from experiments.validation.facts import FACTS
from model.declaration import sources
from model.declaration.settings import is_file
from model.indicators.series import INDICATORS
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from model.policy.presets import policies
from tests.house.documents import DOCUMENTS, PAGES, ROOT, blocks, commands, quick_form
from tests.house.words import read_prose

TUTORIALS = [page for page in PAGES if "{code-cell}" in page.read_text(encoding="utf-8")]
FIRST = "ten-minutes"
"""The tutorial that runs in every test. The build of the documentation runs them all."""

STUDIES = [text for page in PAGES for text in blocks(page.read_text(encoding="utf-8"), "yaml")]
DIFFS = blocks((ROOT / "docs" / "change-the-model.md").read_text(encoding="utf-8"), "diff")
GUIDED = ("README.md", "results.md")
"""Documents whose prose shows results."""

SMALLEST = Size({"users": 40, "horizon": 12, "slots": 48, "founders": 8, "suppliers": 12, "domains": 3}, 2, (40, 60))


def shell(line: str) -> None:
    """Run one `!nqpf …` line of a tutorial in this process, with its output into a file where it is redirected."""
    words, _, target = line.partition(" > ")
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        code = main(shlex.split(words)[1:])
    if target:
        Path(target.strip()).write_text(out.getvalue(), encoding="utf-8")
    assert code == (2 if "wrong.yaml" in words else 0), words


@pytest.mark.parametrize(
    "page", [pytest.param(page, id=page.stem, marks=[pytest.mark.slow] * (page.stem != FIRST)) for page in TUTORIALS]
)
def test_tutorials_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every cell runs, in order, in an empty folder. `!` lines run in this process."""
    import matplotlib

    matplotlib.use("Agg")
    for module in ("duckdb", "IPython"):
        if module in page.read_text(encoding="utf-8"):
            pytest.importorskip(module, reason=f"{module} comes with the docs extra")
    monkeypatch.chdir(tmp_path)
    names: dict[str, Any] = {"shell": shell}
    for cell in blocks(quick_form(page), "{code-cell}"):
        code = re.sub(r"^:tags:.*\n", "", cell).replace("\\\n", "")
        code = re.sub(r"^!(.*)$", lambda found: f"shell({found[1]!r})", code, flags=re.MULTILINE)
        exec(compile(code, page.name, "exec"), names)


@pytest.mark.parametrize("text", STUDIES, ids=range(len(STUDIES)))
def test_studies_are_read(text: str, tmp_path: Path) -> None:
    """Every study in the pages is valid."""
    path = tmp_path / "study.yaml"
    path.write_text(text, encoding="utf-8")
    assert read_study(path).policies


COMMANDS = [words for page in DOCUMENTS for words in commands(page.read_text(encoding="utf-8"))]


@pytest.mark.parametrize("words", COMMANDS, ids=" ".join)
def test_commands_name_what_exists(words: list[str]) -> None:
    """Every command line names an existing command, its options, presets and settings."""
    import typer

    command: Any = typer.main.get_command(app)
    known = {name for option in command.commands[words[0]].params for name in (*option.opts, *option.secondary_opts)}
    assert {word for word in words if word.startswith("--")} <= known
    for option, value in pairwise(words):
        if option in ("--policies", "--policy"):
            named = {name for name in value.split(",") if not name.endswith(".yaml")}
            assert named - {"equal_credit"} <= set(policies)  # the example of "change the model"
        if option == "--set":
            name = value.split("=")[0]
            assert name in Parameters.model_fields or name.removeprefix("policy.") in Policy.model_fields


@pytest.mark.parametrize("words", [words for words in COMMANDS if "--set" in words], ids=" ".join)
def test_settings_of_commands_are_allowed(words: list[str]) -> None:
    """Every number or word after `--set` lies in the declared range. Files are those of the reader."""
    given = [value for option, value in pairwise(words) if option == "--set"]
    settings = parse_settings(value for value in given if not is_file(*ADDRESSES[value.split("=")[0]]))
    set_parameters(Parameters(), settings)
    set_traits(Policy(), settings)


def test_each_doubtful_assumption_has_reasons_and_a_command() -> None:
    """The page has ten. Each says what is assumed, why it may be wrong, which way it pushes, and how to see it."""
    text = (ROOT / "docs" / "assumptions.md").read_text(encoding="utf-8")
    sections = re.findall(r"^## (\d+)\. [^\n]*\n(.*?)(?=^## )", text, flags=re.DOTALL | re.MULTILINE)
    assert [number for number, _ in sections] == [str(number) for number in range(1, 11)]
    for number, section in sections:
        said = re.findall(r"^\*\*(.*?)\*\*", section, flags=re.MULTILINE)
        assert said == ["The model", "Why it may be wrong", "Which way it pushes"], number
        assert commands(section), number


@pytest.mark.parametrize("diff", DIFFS)
def test_diffs_fit_the_code(diff: str) -> None:
    """What a diff takes out of a file, or leaves in it, stands there today."""
    named = re.search(r"^\+\+\+ b/(.*)$", diff, flags=re.MULTILINE)
    assert named
    there = (ROOT / named[1]).read_text(encoding="utf-8").splitlines()
    lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "@@"))]
    assert any(line.startswith("+") for line in lines)
    assert {line[1:] for line in lines if line[0] in "- "} <= set(there)


def test_tests_that_guide_exist() -> None:
    """Every file of code or tests that a page names is there."""
    for page in DOCUMENTS:
        for named in re.findall(r"`((?:agents|model|experiments|viz|tests|docs)/[\w./-]+)`", page.read_text("utf-8")):
            assert (ROOT / named).exists(), f"{page.name}: {named}"


def test_study_reference_is_complete() -> None:
    """The page of study files has every key, design and form of factor."""
    page = (ROOT / "docs" / "studies.md").read_text(encoding="utf-8")
    keys = {
        *(field.name for field in fields(Study)),
        *FACTOR_KEYS,
        *DESIGNS,
        *(key for keys in DESIGNS.values() for key in keys),
    }
    assert not [key for key in sorted(keys) if not re.search(rf"`{{?{key}\b", page)]


def test_generated_parts_name_all_that_is_declared(tmp_path: Path) -> None:
    """Every part is made, every page includes parts that exist, and no declaration is missing."""
    write_all(tmp_path / "generated")
    texts = {name: (tmp_path / "generated" / f"{name}.md").read_text(encoding="utf-8") for name in PARTS}
    included = {
        name for page in PAGES for name in re.findall(r"\{include\} generated/(\w+)\.md", page.read_text("utf-8"))
    }
    assert included == set(PARTS)
    declared: dict[str, Iterable[str]] = {
        "parameters": Parameters.model_fields,
        "indicators": INDICATORS,
        "presets": policies,
        "policy_facts": POLICY_FACTS,
        "claims": CLAIMS,
        "claims_table": CLAIMS,
    }
    for part, names in declared.items():
        assert not [name for name in names if f"`{name}`" not in texts[part]]


# -- results
LARGE = ("foresight", "exploration", "sets", "china_sets", "varied", "starts")
"""Tables which take seconds even so. Those of planes are made by the code of `dose`, others by that of `compared`."""


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow] * (name in LARGE)) for name in TABLES])
def test_results_can_be_computed_again(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code behind `python -m docs.results` gives the rows and columns of the committed table, at any size."""
    monkeypatch.chdir(tmp_path)
    made = list(TABLES[name](SMALLEST))
    committed = [result for result in stored() if result.table == name]
    assert committed and {result.table for result in made} == {name}
    cells = {(result.row, result.column) for result in committed}
    if name not in ("resolution", "china_sets"):  # whose rows are numbers of users, and depend on which sets meet facts
        assert {(result.row, result.column) for result in made} == cells
    write(made, tmp_path / "results.csv")
    assert stored(tmp_path / "results.csv") == made


SMALL_SETS = [word for name, value in SMALLEST.parameters.items() for word in ("--set", f"{name}={value}")]


def test_claims_can_be_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code behind `python -m docs.claims` gives the entries of the shipped result, at any size."""
    monkeypatch.chdir(tmp_path)
    shipped = stored_claims()
    assert [claim["id"] for claim in shipped["claims"]] == list(CLAIMS) and not shipped["failed"]
    assert all(claim["verdict"] in CLAIM_VERDICTS and tuple(claim) == KEPT_OF_CLAIM for claim in shipped["claims"])
    made = tried_claims(["7", "--ensemble", "none", "--seeds", "2", "--quiet", *SMALL_SETS])
    store_claims(made, VERSION, tmp_path / "claims.json")
    again = stored_claims(tmp_path / "claims.json")
    assert tuple(again) == tuple(shipped) == ("made", *KEPT_OF_TRIAL, "claims")
    assert [claim["id"] for claim in again["claims"]] == ["7"] and tuple(again["claims"][0]) == KEPT_OF_CLAIM
    assert all(again["claims"][0][name] == made["claims"][0][name] for name in KEPT_OF_CLAIM)
    assert claims_command_of(again) == "nqpf claims --ensemble none --seeds 2 --seed 0"


@pytest.mark.slow
def test_facts_can_be_measured_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The code behind `python -m docs.facts` gives the entries of the shipped results, at any size."""
    monkeypatch.chdir(tmp_path)
    small = " ".join(["--seeds 2 --quiet", *SMALL_SETS])
    for option, found, declared in (
        ("", facts_of_table(), FACTS),
        (" --policy-facts", policy_facts_of_table(), POLICY_FACTS),
    ):
        assert list(found) == list(declared)
        made = measured(f"nqpf validate{option} {small}")
        assert [(fact["fact"], tuple(fact)) for fact in made] == [(name, tuple(fact)) for name, fact in found.items()]


@pytest.mark.parametrize("document", [page for page in DOCUMENTS if page.name in GUIDED], ids=lambda page: page.name)
def test_results_in_prose_are_the_committed_ones(document: Path) -> None:
    """Every signed number in the prose is a number of the tables."""
    shown = [*stored(), *stored(PATCHES)]
    known = {signed(text) for result in shown for text in (result.value, result.low, result.high) if text}
    numbers = ("effect", "low_sets", "high_sets", "low_seeds", "high_seeds")
    known |= {figure(claim[name]) for claim in stored_claims()["claims"] for name in numbers if claim[name] is not None}
    prose = " ".join(read_prose(document.read_text(encoding="utf-8")).sentences)
    named = re.findall(r"(?<![\w.])[+-]\d+(?:,\d{3})*(?:\.\d+)?", prose)
    assert named and not set(named) - known


def test_counts_of_claims_in_the_readme_are_the_shipped_ones() -> None:
    """It counts verdicts, sets with the essay's sign, and the best part of the grid, as the shipped result does."""
    text = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())
    shipped = stored_claims()
    first = next(claim for claim in shipped["claims"] if claim["id"] == "1a")
    assert verdicts_in_words(shipped["claims"]) in text
    assert f"over {first['sets']} parameter sets, which stand for the {search_counts().sets} that meet" in text
    assert f"{round(first['share_sets'] * first['sets'])} of {first['sets']} sets have the sign" in text
    at = {one["level"]: one for one in first["levels"] if one["axis"] == "displacement"}
    none, one = ([f"{at[level][side]:.0%}".replace("%", " %") for side in ("for", "against")] for level in ("0", "1"))
    assert f"{none[0]} of the cells are for the essay and {none[1]} against it" in text
    assert f"displaces one, {one[0]} are for it and {one[1]} against it" in text


@pytest.mark.parametrize("document", ["README.md", "docs/validation.md"])
def test_the_number_of_facts_met_is_that_of_the_table(document: str) -> None:
    """Both say how many of the declared facts the defaults meet."""
    met = sum(fact["met"] for fact in facts_of_table().values())
    text = " ".join((ROOT / document).read_text(encoding="utf-8").split())
    assert f"{met} of {len(FACTS)} facts" in text


def test_sets_that_meet_the_facts_with_chinas_industries_are_those_of_the_table() -> None:
    page = " ".join((ROOT / "docs" / "results.md").read_text(encoding="utf-8").split())
    sets = {(r.row, r.column): r.value for r in stored() if r.table == "china_sets"}
    for year in ("2007", "2020"):
        met = f"{sets[year, 'sets that meet the facts there']} of {sets[year, 'sets']} sets"
        assert re.search(rf"{year}, {met}", page)


def test_leads_of_selection_follow_from_the_table() -> None:
    """The lead of selection over procurement, on own calendars and on one, is the difference of two numbers."""

    def lead(table: str) -> str:
        value = {r.row: float(r.value) for r in stored() if r.table == table and r.column == "welfare"}
        ahead = value["selective"] - value["procurement"]
        return f"{'selection' if ahead > 0.0 else 'procurement'} leads by {abs(ahead):,.0f}"

    page = " ".join((ROOT / "docs" / "results.md").read_text(encoding="utf-8").split())
    assert f"On own calendars {lead('compare')}, on one calendar {lead('yoked')}" in page


def test_a_wrong_number_would_be_found() -> None:
    """Numbers are compared as shown: sign, thousands and decimals."""
    assert [signed(text) for text in ("3087", "-5.5", "0.144")] == ["+3,087", "-5.5", "+0.144"]
    assert Result("compare", "feng", "welfare", "1") not in stored()


def test_sources_are_cited_by_author_title_and_year() -> None:
    """No declaration, page or report names an essay by the name of a file. Every citation ends in its year."""
    citations = [value for name, value in vars(sources).items() if name.isupper()]
    assert len(citations) == 5 and all(re.fullmatch(r".+, “.+” \(20\d\d\)", citation) for citation in citations)
    texts = [*DOCUMENTS, *(path for room in ("model", "experiments", "viz") for path in (ROOT / room).rglob("*.*"))]
    named = re.compile(r"(essay|article|commentary|explainer)-[a-z-]+\.txt")
    texts = [path for path in texts if path.suffix in (".py", ".md", ".html")]
    assert not [path for path in texts if named.search(path.read_text(encoding="utf-8"))]
    without = [entry.name for entry in INSTRUMENTS.values() if not re.search(r"\(\d{4}\)|^assumption$", entry.basis)]
    assert without == ["rebate"]  # all others cite a source with its year, or say that they are an assumption
