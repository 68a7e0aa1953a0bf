"""Paired differences: a policy's outcome less the reference's with the same point, parameter set and seed."""

from typing import TYPE_CHECKING

from experiments.analysis.nested import SET_QUANTILES
from experiments.statistics import half_width
from model.declaration.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd


def gaps(runs: "pd.DataFrame", reference: str, outcome: str) -> "pd.DataFrame":
    """Return an outcome less the reference's with the same point, set and seed, a column per policy.

    Indexed by point, set and seed.
    NaN where either run failed or has no value. Raises BadInput for a reference that is none of the policies.
    """
    values = runs[runs["status"] == "ok"].pivot(index=["point", "set", "seed"], columns="policy", values=outcome)
    if reference not in values:
        raise BadInput(f"no run of it succeeded; policies are: {', '.join(values)}", "reference", reference)
    order = [name for name in dict.fromkeys(runs["policy"]) if name in values and name != reference]
    return values[order].astype(float).sub(values[reference].astype(float), axis=0)


def differences(runs: "pd.DataFrame", reference: str, outcome: str) -> "pd.DataFrame":
    """Return paired differences to the reference per point and policy: `point, policy, n, difference, low, high`.

    `difference` is the mean over the n pairs in which both have a value, with its 95 % interval.
    """
    return intervals(gaps(runs, reference, outcome), ["point"])


def intervals(paired: "pd.DataFrame", by: list[str]) -> "pd.DataFrame":
    """Return mean and interval of each column of paired differences within groups of equal index levels `by`.

    The interval is Student's t over seeds, where a group has several sets that over sets (as in `nested`).
    """
    import pandas as pd

    groups = paired.groupby(level=by)
    n, mean = groups.count(), groups.mean()
    half = half_width(groups.std(), n)
    low, high = mean - half, mean + half
    if "set" in paired.index.names and paired.index.unique("set").size > 1:
        sets = paired.groupby(level=[*by, "set"]).mean().groupby(level=by)
        several = sets.count() > 1
        mean = mean.mask(several, sets.mean())
        low, high = (
            end.mask(several, sets.quantile(share)) for end, share in zip((low, high), SET_QUANTILES, strict=True)
        )
    columns = {"n": n, "difference": mean, "low": low, "high": high}
    blocks = [
        pd.DataFrame({"policy": policy, **{name: table[policy] for name, table in columns.items()}}) for policy in n
    ]
    empty = pd.DataFrame(columns=["policy", *columns], index=n.index[:0])
    return (pd.concat(blocks) if blocks else empty).reset_index()
