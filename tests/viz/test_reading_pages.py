"""The pages of claims and facts, and of the model: all that is declared is there, and numbers are the stored ones."""

import ast
import csv
import io
import json
import re
from base64 import b64decode
from html import escape
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import model.schedule
from experiments.claims.claim import Claim
from experiments.claims.claims import CLAIMS
from experiments.claims.pair import no_pair, preset_pair
from experiments.claims.stored import claims_command_of, store_claims, stored_claims
from experiments.claims.words import figure
from experiments.cli import app
from experiments.commands.claims import trial_content
from experiments.commands.json import to_json
from experiments.evidence.policy_facts import NOT_BUILT, POLICY_FACTS
from experiments.evidence.stored import stored_policy_facts
from experiments.shipped import made_in_words, read_shipped, write_shipped
from experiments.validation.facts import FACTS
from experiments.validation.stored import stored_facts
from model import Parameters, policies
from model.indicators.series import INDICATORS
from model.policy.catalogue import INSTRUMENTS
from model.policy.policy import Policy
from tests.trials import made_up_trial
from viz.lab.address import values_in
from viz.lab.pages.claims import page_content
from viz.lab.pages.compare import COMPARE_NAMES, asked_in
from viz.lab.parts.claims import claims_shown
from viz.lab.parts.declared import declared_tables, table_files
from viz.lab.parts.facts import facts_shown, policy_facts_shown
from viz.lab.parts.odd import ODD, odd_sections
from viz.lab.parts.quarter import stages_of_quarter
from viz.report.claims import render_claims
from viz.report.wording import DASH, MINUS

STORED, MEASURED, OF_POLICY = stored_claims(), stored_facts(), stored_policy_facts()
SHOWN = {one["id"]: one for one in claims_shown(STORED)}
PAIRS = [claim for claim in CLAIMS.values() if preset_pair(claim)]


def plain(text: str) -> str:
    return text.replace(MINUS, "-").replace("\N{NO-BREAK SPACE}", " ")


# -- claims
@pytest.mark.parametrize("found", STORED["claims"], ids=lambda found: found["id"])
def test_a_claim_has_its_words_and_its_stored_numbers(found: dict[str, Any]) -> None:
    """Words are those of the registry. Numbers are those of the file, as `nqpf claims` rounds them."""
    claim, shown = CLAIMS[found["id"]], SHOWN[found["id"]]
    assert [one["text"] for one in shown["words"]] == [passage.text for passage in claim.passages]
    assert all(re.search(r"\(20\d\d\)$", one["source"]) for one in shown["words"])
    assert (shown["statement"], shown["verdict"]) == (claim.statement, found["verdict"])
    valued = found["effect"] is not None
    assert plain(shown["effect"]) == (f"{figure(found['effect'])} {found['unit']}" if valued else DASH)
    assert shown["expects"] == ("above 0" if claim.expected > 0 else "below 0")
    said = plain(" ".join(value for _, value in shown["numbers"]))
    for name in ("seeds", "sets"):
        if found[f"low_{name}"] is not None:
            assert f"{figure(found[f'low_{name}'])} to {figure(found[f'high_{name}'])}" in said
    whole = plain(" ".join([shown["paragraph"], *shown["condition"]]))
    assert sorted(whole.split()) == sorted(found["paragraph"].split())  # all of the paragraph, and nothing else
    assert shown["svg"].startswith("<svg") and escape(claim.statement) in shown["svg"]
    saved = ElementTree.fromstring(b64decode(shown["file"].partition("base64,")[2]))
    assert saved.tag.endswith("}svg") and saved.get("aria-label") == ElementTree.fromstring(shown["svg"]).get(
        "aria-label"
    )


def test_every_claim_is_shown_also_where_the_file_lacks_it() -> None:
    assert list(SHOWN) == list(CLAIMS)
    without = claims_shown({**STORED, "claims": STORED["claims"][1:]})[0]
    assert without["verdict"] == "not tried" and "effect" not in without and without["statement"]


@pytest.mark.parametrize("claim", CLAIMS.values(), ids=lambda claim: claim.id)
def test_a_claim_opens_in_compare_or_says_why_not(claim: Claim) -> None:
    """The address asks for the claim's two arms as they are at the defaults: policies and parameters."""
    shown = SHOWN[claim.id]["compare"]
    assert bool(shown["link"]) != bool(no_pair(claim))
    if not shown["link"]:
        assert no_pair(claim) in shown["remark"]
        return
    path, _, query = shown["link"].partition("?")
    asked = asked_in(values_in(query, COMPARE_NAMES), 20)
    (reference,), (treatment,) = claim.reference[0], claim.treatment[0]
    assert path == "/compare"
    assert list(asked.study.policies) == [reference.policy, treatment.policy]
    assert asked.study.parameters == Parameters(**dict(reference.changes))


def test_some_claims_are_comparisons_of_presets() -> None:
    """A claim of two presets has a link, one of two numbers of champions has none."""
    assert PAIRS and not preset_pair(CLAIMS["2a"])
    assert "champions" in no_pair(CLAIMS["2a"])


def test_the_command_is_that_of_the_stored_size() -> None:
    at_defaults = {"ensemble": None, "seeds": [3, 4], "quick": True}
    assert claims_command_of(at_defaults, "7") == "nqpf claims 7 --quick --ensemble none --seeds 2 --seed 3"
    over_sets = {"ensemble": {"file": "default", "sets": [0, 4]}, "seeds": [0], "quick": False}
    assert claims_command_of(over_sets) == "nqpf claims --ensemble default --sets 2 --seeds 1 --seed 0"


def test_a_stored_result_says_what_made_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Version and day, and that the model has changed since where it has."""
    write_shipped(tmp_path / "x.json", {"a": 1}, "9.8.7")
    found = read_shipped(tmp_path / "x.json")
    assert found["a"] == 1 and re.fullmatch(
        r"Made on \d{4}-\d\d-\d\d with version 9\.8\.7\.", made_in_words(found["made"])
    )
    assert "has changed since" in made_in_words({**found["made"], "model": "another"})


@pytest.mark.parametrize("sets", [0, 12])
def test_the_picture_of_a_claim_is_that_of_the_report(sets: int, tmp_path: Path) -> None:
    """Over parameter sets and at the defaults, with the levels of the grid, and after a way through the file."""
    trial = made_up_trial({"vouchers": 5.0}, sets, claims={name: CLAIMS[name] for name in ("5b", "7")})
    store_claims(json.loads(to_json(trial_content(trial, tmp_path))), "9.8.7", tmp_path / "claims.json")
    shown = {one["id"]: one for one in claims_shown(read_shipped(tmp_path / "claims.json"))}
    report = render_claims(trial, ("5b", "7"))
    for tried in trial.tried:
        assert shown[tried.claim.id]["svg"] in report
        assert shown[tried.claim.id]["verdict"] == tried.verdict
    assert "incidence" in shown["5b"]["svg"] and "not judged" not in shown["5b"]["svg"]


# -- facts
def test_every_fact_is_shown_with_value_target_and_sentence() -> None:
    facts, effects = facts_shown(MEASURED), policy_facts_shown(OF_POLICY)
    assert {fact["name"] for fact in facts} == set(FACTS)
    assert [fact["name"] for fact in effects] == list(POLICY_FACTS)
    stored = {row["fact"]: row for row in (*MEASURED["facts"], *OF_POLICY["facts"])}
    for fact in (*facts, *effects):
        row = stored[fact["name"]]
        assert plain(fact["sentence"]) == row["sentence"]
        assert fact["verdict"] == row.get("verdict", "met" if row.get("met") else "not met")
        assert f"{row['n']} seeds" in fact["interval"] and fact["svg"].startswith("<svg")


def test_facts_that_are_not_met_come_first() -> None:
    verdicts = [fact["verdict"] for fact in facts_shown(MEASURED)]
    assert verdicts == sorted(verdicts, reverse=True) and set(verdicts) <= {"not met", "met"}


def test_a_share_is_shown_in_percent_and_what_has_no_value_as_a_dash() -> None:
    share = next(fact for fact in FACTS.values() if fact.unit == "share")
    row = next(row for row in MEASURED["facts"] if row["fact"] == share.name)
    (shown,) = facts_shown({"facts": [{**row, "value": 0.25, "lower": 0.2, "upper": None}]})
    assert plain(shown["value"]) == "25.0 %" and shown["interval"].startswith("20.0 to –")


def test_the_page_counts_what_it_shows() -> None:
    content = page_content()
    met = sum(row["met"] for row in MEASURED["facts"])
    assert content["facts"]["says"] == f"{met} of {len(FACTS)} facts are met."
    assert content["claims"]["says"].startswith(f"Of {len(CLAIMS)} claims: ")
    assert f"{STORED['runs']:,} runs" in content["claims"]["origin"] and "version" in content["claims"]["origin"]
    counts = [int(number) for number in re.findall(r"\d+", content["policy_facts"]["says"])]
    agree, effects, *others = counts
    assert effects == len(content["policy_facts"]["rows"]) == agree + sum(others)
    assert len(content["policy_facts"]["not_built"]) == len(NOT_BUILT) and content["untested"]


@pytest.mark.parametrize("part", ["claims", "facts", "policy_facts"])
def test_commands_of_the_page_exist(part: str) -> None:
    """With their options: what is printed there can be typed."""
    import typer

    words = page_content()[part]["command"].split()
    command: Any = typer.main.get_command(app)
    known = {name for option in command.commands[words[1]].params for name in (*option.opts, *option.secondary_opts)}
    assert words[0] == "nqpf" and {word for word in words if word.startswith("--")} <= known


# -- the model
def test_the_diagram_has_the_order_of_the_schedule() -> None:
    """Every call of the schedule's stages that the document numbers, in the order in which they stand in the source."""
    source = Path(str(model.schedule.__file__)).read_text(encoding="utf-8")
    stages = {node.name: ast.unparse(node) for node in ast.parse(source).body if isinstance(node, ast.FunctionDef)}
    shown = stages_of_quarter()
    assert [stage["name"] for stage in shown] == [part.__name__ for part in model.schedule.QUARTER]
    for stage in shown:
        names = [phase["path"].rpartition(".")[2] for phase in stage["phases"]]
        places = [stages[stage["name"]].index(f"{name}(") for name in names]
        assert names and places == sorted(places)
    numbered = re.findall(r"^\| [\d, a-e]+ \| `([\w.]+)` \|", ODD.read_text(encoding="utf-8"), flags=re.MULTILINE)
    paths = [phase["path"].removeprefix("model.") for stage in shown for phase in stage["phases"]]
    assert sorted(paths) == sorted(path.removeprefix("model.") for path in numbered)


def test_every_phase_leads_into_the_document() -> None:
    """To a heading that is there. Only what opens the books of a quarter has none."""
    ids = {name for section in odd_sections() for name in re.findall(r'<h\d id="([^"]+)"', section["html"])}
    phases = [phase for stage in stages_of_quarter() for phase in stage["phases"]]
    assert {phase["link"].removeprefix("#") for phase in phases} - ids == {""}
    assert [phase["name"] for phase in phases if not phase["link"]] == ["open quarter"]
    assert all(phase["step"] and phase["sentence"] for phase in phases)


def test_the_document_is_shown_whole() -> None:
    """Every section, table row and line of a formula of the file. Ids are unique, and no HTML of the file is let in."""
    text, html = ODD.read_text(encoding="utf-8"), "".join(section["html"] for section in odd_sections())
    assert [section["title"] for section in odd_sections()][1:] == re.findall(r"^## (.*)$", text, flags=re.MULTILINE)
    ids = [section["id"] for section in odd_sections()] + re.findall(r'id="([^"]+)"', html)
    assert len(ids) == len(set(ids))
    assert html.count("<h3") == len(re.findall(r"^### ", text, flags=re.MULTILINE))
    assert html.count("<pre") == len(re.findall(r"^ *```", text, flags=re.MULTILINE)) // 2
    rules = len(re.findall(r"^\|(?:---\|)+$", text, flags=re.MULTILINE))
    assert html.count("<table>") == rules and html.count("<tr>") == len(re.findall(r"^\|", text, flags=re.M)) - rules


def test_tables_have_all_that_is_declared() -> None:
    tables = {table["name"]: [row["name"] for row in table["rows"]] for table in declared_tables()}
    assert tables["parameters"] == list(Parameters.model_fields)
    assert tables["traits"] == [f"policy.{name}" for name in Policy.model_fields if name != "name"]
    assert (tables["instruments"], tables["policies"]) == (list(INSTRUMENTS), list(policies))
    assert tables["indicators"] == list(INDICATORS)
    rows = {row["name"]: row for row in declared_tables()[0]["rows"]}
    for entry in Parameters.declarations():
        default, *_, meaning = rows[entry["name"]]["cells"]
        assert not isinstance(entry["default"], int | float) or default.endswith(entry["unit"])
        assert entry["source"] in rows[entry["name"]]["note"] and entry["meaning"][1:] in meaning
    assert all(len(table["columns"]) == len(row["cells"]) + 1 for table in declared_tables() for row in table["rows"])


def test_a_setting_leads_to_the_steps_with_its_equations() -> None:
    """`own_problems` stands in the formulas of research and of public research, and in no other step."""
    ids = {name for section in odd_sections() for name in re.findall(r'<h\d id="([^"]+)"', section["html"])}
    rows = {row["name"]: row for table in declared_tables()[:2] for row in table["rows"]}
    assert [step["words"] for step in rows["own_problems"]["steps"]] == ["step 6a", "step 6b"]
    assert [step["words"] for step in rows["policy.foresight"]["steps"]] == ["step 2c", "step 2d"]
    assert {step["link"].removeprefix("#") for row in rows.values() for step in row["steps"]} <= ids


def test_files_hold_the_declarations() -> None:
    files = {name: list(csv.DictReader(io.StringIO(text))) for name, text in table_files().items()}
    assert [row["name"] for row in files["indicators.csv"]] == list(INDICATORS)
    found = {row["name"]: row for row in files["parameters.csv"]}
    for entry in Parameters.declarations():
        assert found[entry["name"]]["default"] == str(entry["default"])
