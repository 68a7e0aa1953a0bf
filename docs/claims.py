"""The claims that the documentation and the lab show, with their verdicts.

`python -m docs.claims` tries them all again at full size and writes `experiments/claims/shipped/claims.json`,
`--quick` at the smaller size. Runs are kept in `results/`, so that it goes on where it was stopped.
"""

import sys
from collections.abc import Iterator
from typing import Any

from docs.command import VERSION, json_of
from experiments.claims.stored import store_claims, stored_claims


def tried_claims(options: list[str]) -> dict[str, Any]:
    """Return the result of `nqpf claims` with options."""
    found: dict[str, Any] = json_of(["claims", *options])
    return found


def claims_rows() -> Iterator[tuple[str, ...]]:
    """Yield a row of the table per claim."""
    from experiments.claims.words import figure

    def number(value: float | None) -> str:
        return "none" if value is None else figure(value)

    for claim in stored_claims()["claims"]:
        ends = [f"{number(claim[f'low_{name}'])} to {number(claim[f'high_{name}'])}" for name in ("sets", "seeds")]
        share = "none" if claim["share_sets"] is None else f"{100.0 * claim['share_sets']:.0f} %"
        expected = "above 0" if claim["expected"] > 0 else "below 0"
        effect = f"{number(claim['effect'])} {claim['unit']}"
        yield (f"`{claim['id']}` {claim['title']}", claim["verdict"], effect, expected, *ends, share)


if __name__ == "__main__":
    store_claims(tried_claims(sys.argv[1:]), VERSION)
