"""The address of a page: read into validated settings, written back, and refused in a line where it is hostile."""

import os
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from experiments.study.addresses import ADDRESSES
from model import BadInput, Parameters, policies
from viz.lab.address import (
    FILES,
    MOST,
    OWN_MIX,
    changed,
    explained,
    link_to,
    own_values_in,
    parameters_in,
    query_of,
    run_in,
    values_in,
)
from viz.lab.pages.watch import WATCH_NAMES

SECRET = "hunter2"


def error_of(query: str) -> str:
    """Return what a page says about an address; empty where it takes it."""
    try:
        run_in(values_in(query, WATCH_NAMES), "application")
    except BadInput as error:
        return explained(error)
    return ""


@given(st.dictionaries(st.sampled_from([*WATCH_NAMES, *ADDRESSES]), st.text(st.characters(codec="utf-8"), max_size=30)))
@settings(max_examples=200, deadline=None)
def test_what_is_written_is_read_back(values: dict[str, str]) -> None:
    query = query_of(values)
    assert values_in(query, WATCH_NAMES) == values
    assert query_of(dict(reversed(values.items()))) == query


def test_a_page_has_no_name_of_a_setting() -> None:
    """Or looking at a firm would change the economy."""
    assert not set(WATCH_NAMES) & set(ADDRESSES)


def test_a_page_without_settings_refuses_them() -> None:
    assert own_values_in("search=a+firm", ("search",)) == {"search": "a firm"}
    for query in ("users=5", "policy.budget=nan", "serch=a"):
        with pytest.raises(BadInput, match="unknown"):
            own_values_in(query, ("search",))


def test_equal_settings_are_the_same_run() -> None:
    query = link_to("/", {"seed": "7", "policy": "feng", "users": "500", "policy.budget": "0.01"})
    run = run_in(values_in(query.partition("?")[2], WATCH_NAMES), "application")
    assert run == (Parameters(users=500), policies["feng"].replace(budget=0.01), 7)
    assert run_in({}, "application") == (Parameters(), policies["application"], 0)
    mixed = run_in({"policy.mix": "{vouchers: 0.25, grants: 0.75}"}, "application")
    assert dict(mixed.policy.mix) == {"vouchers": 0.25, "grants": 0.75} and mixed.policy.name == OWN_MIX


def test_a_change_to_nothing_takes_a_value_away() -> None:
    assert changed({"seed": "7", "users": "5"}, seed=None, policy="feng") == {"users": "5", "policy": "feng"}


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("policy=none", "unknown policy 'none'"),
        ("seed=-1", "seed = -1: must be a whole number"),
        ("seed=abc", "seed = 'abc': must be a whole number"),
        ("seed=1e3", "must be a whole number"),
        ("users=1&users=2", "users: is given twice"),
        ("user=5", "did you mean 'users'?"),
        ("<script>=1", "unknown setting"),
        ("__class__=1", "unknown setting"),
        ("policy.name=x", "unknown setting"),
        ("users=nan", "must be a whole number"),
        ("users=", "has no value"),
        ("users=[1,2]", "must be a whole number"),
        ("risk=2", "risk = 2: must be a number from 0 to 1"),
        ("founders=500", "must be at most slots"),
        ("policy.end=-5", "must be a whole number"),
        ("policy.mix={vouchers: 2}", "must be a number from 0 to 1"),
        ("policy.mix={{", "must be a number, a word"),
        ("domains=64&slots=512&suppliers=64", "slots times domains"),
        ("policy=" + "x" * 5000, "must have at most 4,000 characters"),
    ],
)
def test_a_hostile_address_is_refused_in_a_line(query: str, words: str) -> None:
    error = error_of(query)
    assert words in error and "\n" not in error and len(error) < 400


@pytest.mark.parametrize("name", MOST)
def test_sizes_are_bounded_before_anything_is_made(name: str) -> None:
    most = MOST[name]
    for value in (f"{2 * most:.0f}", "1e300", "1" + "0" * 400):
        assert error_of(f"{name}={value}").endswith(f"must be at most {most:,g} in the browser"), value
    assert "in the browser" not in error_of(f"{name}={most:.0f}")


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is served, with a secret in it, a secret beside it, and links."""
    folder = tmp_path / "served"
    folder.mkdir()
    monkeypatch.chdir(folder)
    (tmp_path / "outside.txt").write_text(f"{SECRET}\n")
    Path("inside.txt").write_text(f"{SECRET}\n")
    os.symlink(tmp_path / "outside.txt", "link.txt")
    os.symlink("circle.txt", "circle.txt")
    return folder


@pytest.mark.parametrize("name", FILES)
def test_a_file_outside_is_refused_before_it_is_opened(name: str, served: Path) -> None:
    outside = served.parent / "outside.txt"
    marked = f"{outside}#0123456789abcdef"
    for file in (str(outside), "../outside.txt", "link.txt", "/etc/passwd", "/no/such", "..", "a\0b", marked, "~/x"):
        error = error_of(f"{name}={quote(file)}")
        assert error == f"{name}: must be a file below the folder that is served", file


@pytest.mark.parametrize("name", FILES)
def test_a_file_inside_is_read_and_not_quoted(name: str, served: Path) -> None:
    error = error_of(f"{name}=inside.txt")
    assert error.startswith(f"inside.txt:1: {name}: ") and SECRET not in error
    assert SECRET not in error_of(f"{name}=circle.txt")


def test_a_graph_of_the_served_folder_is_taken(served: Path) -> None:
    Path("ring.txt").write_text("".join(f"{k} {(k + 1) % 20}\n" for k in range(20)))
    assert parameters_in({"peers_graph": "ring.txt", "users": "20"}).peers_graph.startswith("ring.txt#")


@pytest.mark.parametrize("name", ["china-2007", "china-2020"])
def test_a_shipped_table_is_taken_by_its_name(name: str, served: Path) -> None:
    assert parameters_in({"industries_file": name}).industries_file.startswith(f"{name}#")
    assert error_of("industries_file=china-2021").endswith("Shipped tables are china-2007, china-2020")
