"""The registry of claims: all that is put to the test, by id."""

from collections.abc import Iterable

from experiments.claims.claim import Claim
from experiments.claims.interaction_claims import INTERACTION_CLAIMS
from experiments.claims.side_claims import SIDE_CLAIMS
from experiments.claims.support_claims import SUPPORT_CLAIMS
from model.declaration.errors import unknown

CLAIMS: dict[str, Claim] = {
    claim.id: claim
    for claim in sorted((*SIDE_CLAIMS, *SUPPORT_CLAIMS, *INTERACTION_CLAIMS), key=lambda one: (one.number, one.part))
}
"""Claims by id, in the order of their numbers."""


def find_claims(names: Iterable[str] = ()) -> list[Claim]:
    """Return claims by id, each once, or all if none is named. A bare number names all parts of a claim.

    Raises BadInput with the nearest id.
    """
    chosen: dict[str, Claim] = {}
    for name in names:
        parts = {key: claim for key, claim in CLAIMS.items() if name in (key, str(claim.number))}
        if not parts:
            raise unknown("claim", name, CLAIMS)
        chosen |= parts
    return list((chosen or CLAIMS).values())
