"""The house in numbers: files, rooms, floors, arrows and circles, read from the imports.

`python -m tests.house.structure` prints them.

A room is a folder of a package. A file that stands in the package itself is a room of its own.
"""

import ast
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FLOORS = ("agents", "model", "experiments", "viz")
"""Packages from the ground up: each may import what lies below it."""

ROOF = ("experiments.cli", "experiments.commands", "experiments.__main__")
"""The command line: it alone may import `viz`."""

Arrows = Mapping[str, set[str]]


def modules() -> dict[str, Path]:
    """Every file of the packages by its dotted name, `__init__` files aside."""
    found = (path for package in FLOORS for path in (ROOT / package).rglob("*.py") if path.name != "__init__.py")
    return {".".join(path.relative_to(ROOT).with_suffix("").parts): path for path in found}


@cache
def file_arrows() -> Arrows:
    """What each file imports of the project, also inside functions; imports for the type checker alone do not count."""
    known = modules()
    return {name: imported(path) & set(known) - {name} for name, path in known.items()}


def imported(path: Path) -> set[str]:
    """Dotted names that a file may import: modules, and modules named in `from package import module`."""
    found: set[str] = set()
    for node in _nodes_that_run(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def _nodes_that_run(node: ast.AST) -> Iterable[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _nodes_that_run(child)


def room_of(module: str) -> str:
    """`experiments.study` for `experiments.study.plan`; `experiments.files` for itself."""
    return ".".join(module.split(".")[:2])


def room_arrows() -> Arrows:
    """Which room imports which."""
    arrows: dict[str, set[str]] = defaultdict(set)
    for module, targets in file_arrows().items():
        arrows[room_of(module)] |= {room_of(target) for target in targets} - {room_of(module)}
    return arrows


def circle(arrows: Arrows) -> list[str]:
    """One circle of imports, empty if there is none."""
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def height(arrows: Arrows) -> int:
    """The number of floors on which rooms (or files) without circles stand: the longest chain of imports."""
    level: dict[str, int] = {}
    for name in TopologicalSorter(arrows).static_order():
        level[name] = 1 + max((level[target] for target in arrows.get(name, ())), default=0)
    return max(level.values(), default=0)


def within(arrows: Arrows, package: str) -> Arrows:
    """The arrows inside one package."""

    def inside(name: str) -> bool:
        return name.split(".")[0] == package

    return {name: {one for one in targets if inside(one)} for name, targets in arrows.items() if inside(name)}


def public_names() -> dict[str, set[str]]:
    """Where each public name of module level is defined."""
    found: dict[str, set[str]] = defaultdict(set)
    for module, path in modules().items():
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            for name in _defined(node):
                if not name.startswith("_"):
                    found[name].add(module)
    return found


def _defined(node: ast.stmt) -> list[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return [node.name]
    targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
    return [target.id for target in targets if isinstance(target, ast.Name)]


def main() -> None:
    """Print a row per package."""
    files, rooms = file_arrows(), room_arrows()
    print(f"{'package':<12} {'files':>6} {'rooms':>6} {'floors':>7} {'arrows':>7} {'files deep':>11}")
    for package in FLOORS:
        own_files, own_rooms = within(files, package), within(rooms, package)
        arrows = sum(map(len, own_rooms.values()))
        print(
            f"{package:<12} {len(own_files):>6} {len(own_rooms):>6} {height(own_rooms):>7} {arrows:>7} "
            f"{height(own_files):>11}"
        )
    print(f"circles between files: {len(circle(files)) and 1}, between rooms: {len(circle(rooms)) and 1}")
    twice = {name: places for name, places in public_names().items() if len(places) > 1}
    print(f"public names that stand in two files: {len(twice)} {' '.join(sorted(twice))}".rstrip())


if __name__ == "__main__":
    main()
