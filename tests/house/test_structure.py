"""The walls of the house: imports go down, never round, and a public name stands in one file."""

import pytest

from tests.house.structure import FLOORS, ROOF, circle, file_arrows, modules, public_names, room_arrows, room_of


def test_no_circle_between_files():
    assert not circle(file_arrows())


def test_no_circle_between_rooms():
    assert not circle(room_arrows())


def test_a_circle_would_be_found():
    assert circle({"a": {"b"}, "b": {"c"}, "c": {"a"}})


@pytest.mark.parametrize("package", FLOORS)
def test_floors_are_imported_from_above_only(package: str):
    """The roof alone looks up: to `viz`, which draws what it is handed."""
    above = set(FLOORS[FLOORS.index(package) + 1 :])
    upward = {
        (module, target)
        for module, targets in file_arrows().items()
        if module.split(".")[0] == package and room_of(module) not in ROOF
        for target in targets
        if target.split(".")[0] in above
    }
    assert not upward


def test_nothing_stands_on_the_roof():
    leaning = {
        (module, target)
        for module, targets in file_arrows().items()
        for target in targets
        if room_of(target) in ROOF and room_of(module) not in ROOF
    }
    assert not leaning


def test_the_roof_imports_pictures_inside_commands_only():
    """`nqpf --help` answers at once: no picture is loaded before a command needs it."""
    import ast

    for module, path in modules().items():
        if room_of(module) in ROOF:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                assert not (isinstance(node, ast.ImportFrom) and str(node.module).startswith("viz")), module


def test_a_public_name_stands_in_one_file():
    assert not {name: places for name, places in public_names().items() if len(places) > 1}


def test_no_file_hides_a_package():
    assert not [module for module in modules() if module.split(".")[-1] in FLOORS and "." in module]
