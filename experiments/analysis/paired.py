"""Paired differences: a policy's outcome less the reference's with the same point and seed."""

from typing import TYPE_CHECKING

from experiments.analysis.statistics import half_width
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


def gaps(runs: "pd.DataFrame", reference: str, outcome: str) -> "pd.DataFrame":
    """Return an outcome less the reference's with the same point and seed, a column per policy.

    Indexed by point and seed.
    NaN where either run failed or has no value. Raises BadInput for a reference that is none of the policies.
    """
    values = runs[runs["status"] == "ok"].pivot(index=["point", "seed"], columns="policy", values=outcome)
    if reference not in values:
        raise BadInput(f"no run of it succeeded; policies are: {', '.join(values)}", "reference", reference)
    order = [name for name in dict.fromkeys(runs["policy"]) if name in values and name != reference]
    return values[order].astype(float).sub(values[reference].astype(float), axis=0)


def differences(runs: "pd.DataFrame", reference: str, outcome: str) -> "pd.DataFrame":
    """Return paired differences to the reference per point and policy: `point, policy, n, difference, low, high`.

    `difference` is the mean over the n seeds in which both have a value, with its 95 % t interval.
    """
    return intervals(gaps(runs, reference, outcome), ["point"])


def intervals(paired: "pd.DataFrame", by: list[str]) -> "pd.DataFrame":
    """Return mean and interval of each column of paired differences within groups of equal index levels `by`."""
    import pandas as pd

    groups = paired.groupby(level=by)
    n, mean = groups.count(), groups.mean()
    half = half_width(groups.std(), n)
    columns = {"n": n, "difference": mean, "low": mean - half, "high": mean + half}
    blocks = [
        pd.DataFrame({"policy": policy, **{name: table[policy] for name, table in columns.items()}}) for policy in n
    ]
    empty = pd.DataFrame(columns=["policy", *columns], index=n.index[:0])
    return (pd.concat(blocks) if blocks else empty).reset_index()
