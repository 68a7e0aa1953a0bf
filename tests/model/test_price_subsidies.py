"""A further price subsidy is one entry: a declaration and its function, in a copy of the sources."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

from model.policy.catalogue import PRICE_SUBSIDIES

ROOT = Path(__file__).resolve().parents[2]
DECLARATION = """
        InstrumentDeclaration(
            "discount", "application", "broad", "as vouchers, once more", "a test", pays="price",
        ),
"""
FUNCTION = '''
@phase
def discount(
    number: int, net: float, policy: PolicyRecord, p: ParameterRecord, signal: Signal, support: Support
) -> float:
    """A part of the price of any domestic product."""
    return _pay_part_of_price(number, net, signal.eligible, 0.5 * policy.subsidy_cap, signal, support)


'''
PROGRAM = """
import json
from model import Parameters, Policy, simulate
from model.policy.catalogue import INSTRUMENTS, PRICE_SUBSIDIES

p = Parameters(users=60, horizon=14, slots=24, founders=9, suppliers=7, domains=3, industries=5, regions=2, contacts=4,
               peers=5, value_of_quality=0.4, initial_cost=0.125, initial_capability=0.5)
mix = {name: 1.0 / len(PRICE_SUBSIDIES) for name in PRICE_SUBSIDIES}
run = simulate(p, Policy(name="three", mix=mix, budget=0.03, end=14, champions=3), 1, check=True)
placed = run.state.government.placed.sum(axis=0)
print(json.dumps({
    "subsidies": PRICE_SUBSIDIES,
    "placed": {name: placed[number] for number, name in enumerate(INSTRUMENTS) if placed[number]},
    "moved": run.series["budget_placed"].sum(),
}))
"""


def inserted(text: str, before: str, addition: str) -> str:
    """The text with an addition before the only line that starts so."""
    assert text.count(f"\n{before}") == 1
    return text.replace(f"\n{before}", f"{addition.rstrip(' ')}{before}" if "def " in addition else addition + before)


def test_a_further_price_subsidy_is_one_entry(tmp_path: Path) -> None:
    """It places money beside the others, and every identity of money holds in every quarter."""
    for package in ("agents", "model"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    catalogue, instruments = (tmp_path / "model" / "policy" / f"{name}.py" for name in ("catalogue", "instruments"))
    catalogue.write_text(inserted(catalogue.read_text(), "    )\n}  # fmt: skip", DECLARATION))
    instruments.write_text(inserted(instruments.read_text(), "def _dispatcher", FUNCTION))
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        cwd=tmp_path, env={**os.environ, "NUMBA_DISABLE_JIT": "1", "PYTHONPATH": str(tmp_path)},
        capture_output=True, text=True,
    )  # fmt: skip
    assert told.returncode == 0, told.stderr
    found = json.loads(told.stdout)
    assert found["subsidies"] == [*PRICE_SUBSIDIES, "discount"]
    assert set(found["placed"]) == {*PRICE_SUBSIDIES, "discount"}
    assert abs(sum(found["placed"].values()) - found["moved"]) < 1e-9 * found["moved"]
