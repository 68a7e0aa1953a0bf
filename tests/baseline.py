"""`python -m tests.baseline` refreshes the exact baseline; CHANGELOG.md then says why results have changed.

Kept are digests of every series and every array of the state after runs that together use every preset and every
shock, and means over seeds of headline indicators. Digests hold on the kind of processor and the versions that they
were made on; elsewhere rounding differs, and means are compared instead.
"""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import llvmlite.binding
import networkx
import numba
import numpy as np
import scipy

from model.parameters import SHOCKS, Parameters
from model.policy.presets import policies
from model.simulation import Run, simulate
from tests.digests import arrays, digest
from tests.economies import END, SMALL

PATH = Path(__file__).parent / "data" / "baseline.json"
SEEDS = 200
HEADLINES = (
    "welfare", "output", "adoption", "useful_technology", "lab_technology", "tfp_users", "price", "wage", "hhi",
    "firms", "exits", "private_rd", "problems_solved", "budget_placed",
)  # fmt: skip
ARMS = ("laissez_faire", "rd_credit", "selective", "application", "procurement", "community", "new_national_system")
NETWORKS = ("community", "watts_strogatz", "stochastic_block", "barabasi_albert", "random_regular")


def made_on() -> dict[str, str]:
    """The processor that compiled code is made for, and all that takes part in rounding."""
    features = llvmlite.binding.get_host_cpu_features().flatten()
    return {
        "processor": llvmlite.binding.get_host_cpu_name(),
        "features": hashlib.sha256(features.encode()).hexdigest()[:16],
        **{module.__name__: module.__version__ for module in (numba, llvmlite, np, scipy, networkx)},
    }


def exact_runs() -> Iterator[tuple[str, Run]]:
    """A run of every preset on the small economy; shocks, networks of peers and seeds take turns."""
    for k, (name, preset) in enumerate(policies.items()):
        shock, peers = SHOCKS[k % len(SHOCKS)], NETWORKS[k % len(NETWORKS)]
        parameters = Parameters(**SMALL, **{shock: 20}, peer_network=peers)
        policy = preset.replace(end=END, later_from=END // 2)
        yield f"{name}, {shock}, {peers}, seed {k}", simulate(parameters, policy, k)


def exact() -> dict[str, dict[str, str]]:
    """A digest of each run, and one of each series and array over all runs: together they say what differs where."""
    by_run: dict[str, str] = {}
    by_array: dict[str, list[tuple[str, np.ndarray]]] = {}
    for label, run in exact_runs():
        by_run[label] = digest(arrays(run))
        for name, values in arrays(run):
            by_array.setdefault(name, []).append((label, values))
    return {
        "runs": by_run,
        "arrays": {name: digest(over_runs) for name, over_runs in by_array.items()},
    }


def headlines() -> dict[str, dict[str, list[float]]]:
    """[mean, standard deviation over seeds] of headline indicators per arm on the small economy."""
    found = {}
    for arm in ARMS:
        policy = policies[arm].replace(end=END)
        summaries = [simulate(Parameters(**SMALL), policy, seed).own_summary for seed in range(SEEDS)]
        columns = {name: [summary[name] for summary in summaries] for name in HEADLINES}
        found[arm] = {
            name: [float(f"{np.nanmean(column):.8g}"), float(f"{np.nanstd(column, ddof=1):.8g}")]
            for name, column in columns.items()
        }
    return found


if __name__ == "__main__":
    PATH.write_text(json.dumps({"made_on": made_on(), **exact(), "headlines": headlines()}, indent=1) + "\n")
    print(f"{PATH}: refreshed")
