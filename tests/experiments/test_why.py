"""The decomposition of a difference: known parts are found, a swap turns all signs, equal policies give exact zeros."""

import json
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from experiments import Study
from experiments.cli import main
from experiments.decomposition.decomposition import Decomposition, Parts, why, why_study
from experiments.decomposition.laboratory import MadeVariant, equal_in
from experiments.decomposition.mechanisms import MECHANISMS, find_mechanisms, one_quarter
from experiments.decomposition.quarters import WINDOW, split_at, take_off
from experiments.decomposition.tables import by_mechanism, by_pair, by_quarter
from experiments.decomposition.variant import OWN, RUNNING, Variant, from_start, pairs_of, started, without
from experiments.decomposition.words import why_sentences
from experiments.running.engines import Execution
from experiments.study.addresses import ADDRESSES, set_parameters, set_traits
from model.declaration.errors import BadInput
from model.declaration.settings import bounds
from model.parameters import Parameters
from model.policy.policy import Policy
from model.policy.presets import find_policies, policies
from tests.economies import SET_TINY, TINY_SIZES
from tests.house.documents import ROOT

PAIR = find_policies(["selective", "rd_credit"])
TINY_PARTS = Parts(find_mechanisms(["imitation", "displacement", "persistence", "cost_of_funds"]), in_pairs=2)


def study_of(one: Policy, other: Policy, **changes: object) -> Study:
    parameters = Parameters(**{**TINY_SIZES, **changes})
    return Study(
        name="why", parameters=parameters, policies=(one, other), seeds=(0, 1), reference=other.name,
        outcomes=("welfare",),
    )  # fmt: skip


@cache
def tiny(swapped: bool = False) -> Decomposition:
    return why_study(study_of(*(reversed(PAIR) if swapped else PAIR)), TINY_PARTS)


SIGNED = {
    "mechanisms": ("mechanism", ["contribution", "difference_without"], [("contribution_low", "contribution_high")]),
    "pairs": (["first", "second"], ["interaction", "difference_without"], [("interaction_low", "interaction_high")]),
    "quarters": ("part", ["difference"], [("low", "high")]),
    "starts": ("setting", ["difference", "per_unit", "before_takeoff", "after_takeoff"], [("low", "high")]),
    "budgets": ("setting", ["difference", "per_unit"], [("low", "high")]),
}


@pytest.mark.parametrize("name", SIGNED)
def test_a_swap_turns_all_signs(name: str) -> None:
    keys, columns, ends = SIGNED[name]
    one, other = (getattr(tiny(swapped), name).set_index(keys).sort_index() for swapped in (False, True))
    assert len(one) and (one[columns].abs().max() > 0.0).all()
    pd.testing.assert_frame_equal(one[columns], -other[columns], check_exact=True)
    for low, high in ends:
        pd.testing.assert_series_equal(one[low], -other[high], check_names=False, check_exact=True)


@pytest.mark.parametrize("name", SIGNED)
def test_equal_policies_give_exact_zeros(name: str) -> None:
    one = PAIR[0]
    found = why_study(study_of(one, one.replace(name="twin")), TINY_PARTS) if name == "mechanisms" else zeros()
    _, columns, ends = SIGNED[name]
    table = getattr(found, name)
    assert not table[[*columns, *(end for pair in ends for end in pair)]].fillna(0.0).to_numpy().any()


@cache
def zeros() -> Decomposition:
    return why_study(study_of(PAIR[0], PAIR[0].replace(name="twin")), replace(TINY_PARTS, mechanisms=()))


def test_what_neither_policy_touches_changes_nothing() -> None:
    """Champions serve neither a rebate nor a credit, and imitation is off already."""
    study = study_of(policies["rd_credit"], policies["rebate"], imitation=0.0)
    parts = Parts(find_mechanisms(["persistence", "few_champions", "imitation"]), 0, starts=False, budgets=False)
    found = why_study(study, parts)
    assert not found.mechanisms[["contribution", "contribution_low", "contribution_high"]].to_numpy().any()
    assert found.whole["difference"].iloc[0] != 0.0


def test_parts_of_the_run_add_up() -> None:
    """Windows cover the run, and take-off splits it."""
    whole, quarters = tiny().whole["difference"].iloc[0], tiny().quarters
    windows = quarters["from"].notna()
    assert quarters.loc[windows, "difference"].sum() == pytest.approx(whole)
    assert quarters.loc[~windows, "difference"].sum() == pytest.approx(whole)
    starts = tiny().starts
    assert (starts["before_takeoff"] + starts["after_takeoff"]).to_numpy() == pytest.approx(starts["difference"])


def made(gaps: list[float], off: tuple[str, ...] = (), quarters: pd.DataFrame | None = None) -> MadeVariant:
    """A variant in which the first policy is ahead by `gaps`, a number for each seed."""
    rows = [
        {"point": 0, "set": 0, "policy": policy, "seed": seed, "status": "ok", "welfare": 100.0 + gap * (policy == "a")}
        | {"time_to_10": 3.0 if policy == "a" else np.nan, "budget_raised": 10.0, "budget_placed": 10.0}
        | {"equity_recovered": 0.0, "budget_leaked": 0.0, "budget_administration": 0.0}
        for seed, gap in enumerate(gaps)
        for policy in ("a", "b")
    ]
    return MadeVariant(Variant("without", "", off=off), "a", "b", "welfare", pd.DataFrame(rows), True, quarters)


def test_planted_contributions_and_interactions_are_found() -> None:
    """10 = 6 by imitation + 1 by entry + 3 that arise only where both are at work."""
    noise = np.array([-1.0, 0.0, 1.0])
    own = made(list(10.0 + noise))
    singles = [made(list(1.0 + noise), ("imitation",)), made(list(6.0 + noise), ("entry",))]
    both = made(list(noise), ("imitation", "entry"))
    table = by_mechanism(own, singles, find_mechanisms(["imitation", "entry"]))
    assert list(table["mechanism"]) == ["imitation", "entry"]
    assert list(table["contribution"]) == [9.0, 4.0] and list(table["share"]) == pytest.approx([0.9, 0.4])
    assert list(table["favours"]) == ["a", "a"] and table["equal_money"].all()
    assert list(table["contribution_low"]) == [9.0, 4.0]  # the noise of a seed is the same with and without
    pairs = by_pair(own, singles, [both])
    assert list(pairs["interaction"]) == [10.0 - 1.0 - 6.0 + 0.0]


def test_unequal_money_is_seen_in_each_variant() -> None:
    """In the second of three variants one policy leaves a fifth, in the third one never succeeds."""
    runs = [made([1.0, 2.0]).runs.assign(point=number) for number in range(3)]
    runs[1].loc[runs[1]["policy"] == "b", "budget_placed"] = 8.0
    runs[2].loc[runs[2]["policy"] == "a", "status"] = "failed"
    assert equal_in(runs, "a", "b") == equal_in(runs, "b", "a") == [True, False, False]


def test_take_off_is_that_of_the_first_of_both() -> None:
    index = pd.MultiIndex.from_tuples([(0, 0), (0, 1)], names=["set", "seed"])
    quarters = pd.DataFrame([[1.0] * 6, [2.0] * 6], index=index, columns=range(6))
    one = made([6.0, 12.0], quarters=quarters)
    assert list(one.takeoff) == [3.0, 3.0]
    early, late = split_at(quarters, one.takeoff)
    assert list(early) == [3.0, 6.0] and list(late) == [3.0, 6.0]
    table = by_quarter(one).set_index("part")["difference"]
    assert table[f"quarters 0 to {min(WINDOW, 6) - 1}"] == 9.0 and table["before adoption of 10 %"] == 4.5
    never = one.runs.assign(time_to_10=np.nan)
    assert list(take_off(never, 6)) == [6.0, 6.0]


@pytest.mark.parametrize("mechanism", MECHANISMS.values(), ids=lambda entry: entry.name)
def test_each_limit_case_is_an_end_of_its_range(mechanism) -> None:
    """All settings exist, are allowed together, lie at an end of the declared range, and the ODD names the setting."""
    odd = (ROOT / "model" / "ODD.md").read_text(encoding="utf-8")
    settings = mechanism.settings(Parameters())
    assert settings
    for address, value in settings.items():
        kind, name = ADDRESSES[address]
        scaled = mechanism.name == "payback" and name != "payback"
        assert scaled or value in bounds(kind.model_fields[name]), address
        assert f"`{address}`" in odd or f"`{name}`" in odd or name in odd, address
    assert set_parameters(Parameters(), settings) and set_traits(Policy(), settings)


def test_one_quarters_gain_keeps_the_weight_of_costs() -> None:
    """Utility is T times a gain less costs: at T = 1 all costs and the noise are divided by T (ODD, step 10)."""
    default = Parameters()
    found = set_parameters(default, one_quarter(default))
    for name in ("integration", "risk", "choice_noise"):
        assert getattr(found, name) / found.payback == pytest.approx(getattr(default, name) / default.payback)


def test_every_start_has_equal_money() -> None:
    """A policy runs equally long from every start, and its later mix comes equally late after it."""
    sequenced = policies["sequenced"]
    for start in (0, 20, 60):
        policy = started(sequenced, start)
        assert policy.end - policy.start == RUNNING and policy.later_from - policy.start == 40
        (point,) = from_start(start).points(study_of(*PAIR), 0)
        outlays = [arm.outlays(point.parameters.horizon).sum() for arm in point.policies]
        assert outlays == pytest.approx([RUNNING * PAIR[0].budget] * 2) and point.parameters.horizon == start + 120


def test_contradicting_limit_cases_make_no_pair() -> None:
    named = find_mechanisms(["supply_of_engineers", "wages", "imitation"])
    assert [one.off for one in pairs_of(named, Parameters())] == [
        ("supply_of_engineers", "imitation"), ("wages", "imitation"),
    ]  # fmt: skip


def test_a_decomposition_goes_on_where_it_stopped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A second call makes no run, and its tables are those of a call without a folder."""
    parts = Parts(find_mechanisms(["imitation", "displacement"]), 2, starts=False, budgets=False)
    first = why_study(study_of(*PAIR), parts, tmp_path / "out")
    capsys.readouterr()
    second = why_study(study_of(*PAIR), parts, tmp_path / "out", Execution(1, quiet=False))
    assert "of 4 runs\n" not in capsys.readouterr().err
    for name in ("mechanisms", "pairs", "quarters"):
        pd.testing.assert_frame_equal(getattr(first, name), getattr(second, name))
    ours = tiny().mechanisms.set_index("mechanism").loc["imitation", "contribution"]
    assert first.mechanisms.set_index("mechanism").loc["imitation", "contribution"] == ours


def test_matching_gives_both_equal_money() -> None:
    """Vouchers leave money over in an economy that hardly buys. At a smaller amount both spend theirs."""
    study = study_of(policies["application"], policies["rd_credit"])
    parts = Parts((), 0, starts=False, budgets=False)
    as_is, again = (why_study(study, replace(parts, match=match)).whole.iloc[0] for match in (False, True))
    assert not as_is["equal_money"] and again["difference"] != as_is["difference"]


def test_the_answer_names_what_makes_the_difference() -> None:
    noise = np.array([-1.0, 0.0, 1.0])
    own, single = made(list(10.0 + noise)), made(list(1.0 + noise), ("imitation",))
    found = replace(
        tiny(),
        one="a", other="b", whole=tiny().whole.assign(difference=10.0, low=9.0, high=11.0, mean_other=100.0),
        mechanisms=by_mechanism(own, [single], find_mechanisms(["imitation"])),
    )  # fmt: skip
    said = " ".join(why_sentences(found))
    assert said.startswith("Welfare under a less that under b: +10 % [+9, +11]")
    assert "Behind it, the largest first: imitation" in said and "adds +9.0 % [+9.0, +9.0]" in said


def test_from_python_and_bad_input() -> None:
    with pytest.raises(BadInput, match="unknown mechanism 'imitatoin'"):
        why("selective", "rd_credit", TINY_SIZES, mechanisms=["imitatoin"])
    with pytest.raises(BadInput, match="in_pairs"):
        why("selective", "rd_credit", TINY_SIZES, in_pairs=-1)
    with pytest.raises(BadInput, match="indicator"):
        why("selective", "rd_credit", TINY_SIZES, of="wellfare")
    table = why("rd_credit", "rebate", TINY_SIZES, seeds=1, mechanisms=["displacement"], of="useful_technology")
    assert list(table["mechanism"]) == ["displacement"]


def test_variants_name_what_does_not_fit() -> None:
    """A limit case that another setting forbids is refused with its name."""
    study = study_of(*PAIR, floor_cost=0.2, initial_cost=0.2)
    wrong = replace(MECHANISMS["imitation"], off={"floor_cost": 0.5})
    with pytest.raises(BadInput, match="without imitation"):
        without(wrong).points(study, 0)
    assert Variant(OWN, "").points(study, 0)[0].policies == PAIR


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["selective", "selective"], "must be two different policies"),
        (["selective", "nobody"], "nobody"),
        (["selective", "rebate", "--mechanisms", "imitatoin"], "--mechanisms imitatoin: unknown mechanism"),
        (["selective", "rebate", "--pairs", "-1"], "--pairs -1: "),
        (["selective", "rebate", "--of", "wellfare"], "--of wellfare: "),
    ],
    ids=lambda given: given if isinstance(given, str) else " ".join(given),
)
def test_the_command_refuses_in_one_line(
    words: list[str], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["why", *words]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and said in lines[0]
    assert not list(tmp_path.iterdir())


def test_the_command_prints_text_json_and_a_waterfall(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The bars begin with the difference and end with what single contributions leave."""
    words = ["why", "selective", "rd_credit", "--seeds", "2", "--mechanisms", "imitation,displacement", "--quiet"]
    words += ["--only-mechanisms", *SET_TINY, "--out", str(tmp_path / "out"), "--figures", str(tmp_path / "figures")]
    assert main(words) == 0
    text = capsys.readouterr().out
    assert text.startswith("Welfare under selective less that under rd_credit")
    assert max(map(len, text.splitlines())) <= 80 + len(str(tmp_path))
    assert main([*words, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    bars = pd.read_csv(tmp_path / "figures" / "why-waterfall.csv")
    whole = found["difference"]["difference"]
    explained = sum(row["contribution"] for row in found["mechanisms"])
    assert bars["end"].iloc[0] == pytest.approx(whole) and bars["end"].iloc[-1] == pytest.approx(whole - explained)
    assert (tmp_path / "figures" / "why-waterfall.svg").stat().st_size > 1000
