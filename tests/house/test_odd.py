"""model/ODD.md stays true to the code: what it names exists, and what the code has it names. Nothing is compiled."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "model" / "ODD.md").read_text(encoding="utf-8")
CODE = "\n".join(re.findall(r"^```\n(.*?)^```", TEXT, re.M | re.S) + re.findall(r"`([^`\n]+)`", TEXT))
STRUCTS = {
    "Users": "agents/user.py",
    "Innovators": "agents/innovator.py",
    "Suppliers": "agents/supplier.py",
    "Industries": "agents/industry.py",
    "GovernmentState": "agents/government.py",
    "Support": "model/state/support.py",
    "Stocks": "model/state/stocks.py",
    "Ledger": "model/state/ledger.py",
}
RECORDS = {"Flows": ("model/state/support.py", "FLOWS"), "Levels": ("model/state/stocks.py", "LEVELS")}


def parsed(path: str) -> ast.Module:
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


def class_body(path: str, name: str) -> list[ast.stmt]:
    return next(node.body for node in parsed(path).body if isinstance(node, ast.ClassDef) and node.name == name)


def fields(path: str, name: str) -> list[str]:
    """Annotated names of a class, in order."""
    body = class_body(path, name)
    return [node.target.id for node in body if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)]


def members(path: str, name: str) -> dict[str, int]:
    """Names and numbers of an enumeration."""
    found = {}
    for node in class_body(path, name):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            found[node.targets[0].id] = ast.literal_eval(node.value)
    return found


def section(heading: str) -> str:
    """The text under a heading that starts so, up to the next of the same or a higher rank."""
    start = re.search(rf"^(#+) {re.escape(heading)}.*\n", TEXT, re.M)
    assert start, f"model/ODD.md has no heading '{heading}'"
    rest = TEXT[start.end() :]
    stop = re.search(rf"^#{{1,{len(start[1])}}} ", rest, re.M)
    return rest[: stop.start()] if stop else rest


def rows(text: str) -> list[list[str]]:
    """Cells of the tables in a text, without heads and rules."""
    lines = text.splitlines()
    rules = {k for k, line in enumerate(lines) if re.fullmatch(r"\|(---\|)+", line)}
    body = [k for k, line in enumerate(lines) if line.startswith("|") and not {k, k + 1} & rules]
    return [[cell.strip() for cell in lines[k].strip("|").split("|")] for k in body]


def defined(path: Path) -> set[str]:
    """Names that a module defines at its top level."""
    names = set()
    for node in ast.parse(path.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names.add(node.name)
        targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
        names |= {target.id for target in targets if isinstance(target, ast.Name)}
    return names


def test_every_function_it_names_exists():
    paths = set(re.findall(r"\b((?:agents|model|phases)(?:\.[a-z_]+)+\.\w+)", TEXT))
    assert len(paths) > 80
    for path in paths:
        *places, name = path.replace("phases.", "model.phases.").replace("model.model.", "model.").split(".")
        file = ROOT.joinpath(*places).with_suffix(".py")
        assert file.exists() and name in defined(file), f"model/ODD.md names {path}, which does not exist"


def called(body: list[ast.stmt]) -> list[ast.Call]:
    """The calls that stand in a body as statements."""
    return [node.value for node in body if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)]


def scheduled() -> list[str]:
    """Paths of the functions that a quarter calls, in order; a quarter does nothing else."""
    tree = parsed("model/schedule.py")
    home = {
        alias.name: f"{node.module}.{alias.name}".replace("model.phases.", "phases.")
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    quarter = functions["run_quarters"].body[-1]
    assert isinstance(quarter, ast.For)
    calls = []
    for name in called(quarter.body):
        part = functions[name.func.id].body[1:]  # all but the docstring
        if isinstance(part[0], ast.For):  # over shares of users, whose first and last is found first
            part = part[0].body[1:]
        calls += called(part)
        assert len(called(part)) == len(part)
    assert len(called(quarter.body)) == len(quarter.body)
    return [home[call.func.id] for call in calls if isinstance(call.func, ast.Name)]


def test_schedule_is_the_code_s_in_order():
    assert [row[1].strip("`") for row in rows(section("3."))] == scheduled()


def test_every_step_has_its_submodel():
    submodels = section("7.")
    steps = [path for path in scheduled() if not path.startswith("model.state.ledger.")]
    assert [path for path in steps if f"`{path}`" not in submodels] == []


def test_shocks_strike_in_the_code_s_order():
    strikes = [name for name in shocks() if name != "withdrawal"]
    assert re.findall(r"^\d+\. `model\.shocks\.(\w+)`", section("Step 1a"), re.M) == strikes


def shocks() -> list[str]:
    """Parameters that say when a shock strikes, in order."""
    body = class_body("model/parameters.py", "Parameters")
    return [
        node.target.id
        for node in body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if isinstance(node.value, ast.Call) and getattr(node.value.func, "id", "") == "declare_shock"
    ]


def rules_of_agents() -> list[str]:
    found = []
    for file in sorted((ROOT / "agents").rglob("*.py")):
        for node in ast.parse(file.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                marks = {mark.id for mark in node.decorator_list if isinstance(mark, ast.Name)}
                found += [f"{'.'.join(file.relative_to(ROOT).with_suffix('').parts)}.{node.name}"] * bool(
                    marks & {"rule", "inlined_rule"}
                )
    return found


def test_every_rule_is_named():
    assert [path for path in rules_of_agents() if not re.search(rf"\b{re.escape(path)}\b", TEXT)] == []


@pytest.mark.parametrize("name", STRUCTS)
def test_state_tables_have_the_fields_in_order(name):
    listed = [field for row in rows(section(f"{name}:")) for field in re.findall(r"`(\w+)`", row[0])]
    assert listed == fields(STRUCTS[name], name), f"model/ODD.md, table '{name}', lists the fields of {STRUCTS[name]}"


def columns(path: str, name: str) -> list[str]:
    """Columns of a record that a module declares as a tuple of `Column(name, …)`."""
    declared = next(
        node.value
        for node in parsed(path).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name
    )
    assert isinstance(declared, ast.Tuple)
    return [ast.literal_eval(entry.args[0]) for entry in declared.elts if isinstance(entry, ast.Call)]


@pytest.mark.parametrize("name", RECORDS)
def test_record_tables_have_the_columns_in_order(name):
    listed = [column for row in rows(section(f"{name}:")) for column in re.findall(r"`(\w+)`", row[0])]
    assert listed == columns(*RECORDS[name]), f"model/ODD.md, table '{name}', lists the columns of {RECORDS[name][0]}"


def test_market_has_its_columns_in_order():
    expected = columns("model/state/tallies.py", "MARKET")
    text = re.sub(r"`model\.[^`]*`", "", section("Market:"))
    assert [name for name in re.findall(r"`(\w+)`", text) if name in expected] == expected


def test_every_draw_has_its_key():
    listed = {row[0]: int(row[1]) for row in rows(section("11."))}
    assert listed == members("model/randomness.py", "Stream")


def test_every_purpose_of_money_has_payer_and_payee():
    assert [row[0] for row in rows(section("8."))] == list(members("model/state/ledger.py", "Entry"))


def test_every_parameter_is_explained_and_no_default_repeated():
    for name in fields("model/parameters.py", "Parameters"):
        assert re.search(rf"(?<![\w.]){name}\b", CODE), f"model/ODD.md does not use {name}"
        assert not re.search(rf"`{name}` (=|is|of) -?\d", TEXT), f"model/ODD.md repeats a value of {name}"


def test_every_trait_of_policy_appears():
    for name in fields("model/policy/policy.py", "Policy"):
        assert re.search(rf"\bpolicy\.{name}\b", CODE), f"model/ODD.md does not use policy.{name}"


def test_every_instrument_has_a_row_with_its_chooser():
    tree = parsed("model/policy/catalogue.py")
    made = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    declared = []
    for node in made:
        if node.func.id == "InstrumentDeclaration":
            choosers = [ast.literal_eval(word.value) for word in node.keywords if word.arg == "chooser"]
            declared.append((ast.literal_eval(node.args[0]), "".join(choosers)))
    listed = [(row[0].strip("`"), row[1]) for row in rows(section("10."))]
    assert listed == declared, (
        "model/ODD.md, section 10: a row per instrument in the catalogue's order, with its chooser"
    )


def test_files_of_fixed_constants_exist():
    files = re.findall(r"(?:agents|model|phases)(?:/\w+)+\.py", section("12."))
    assert files
    for file in files:
        assert (ROOT / re.sub(r"^phases/", "model/phases/", file)).exists(), file
