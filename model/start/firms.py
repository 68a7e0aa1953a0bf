"""First values of founders, and those of a firm that enters later.

Plain values stand with the fields (agents/innovator.py, agents/government.py). Here are the others, which are drawn
or follow from the economy: a field declared DRAWN for entrants is set in `found_entrant`.
"""

from collections.abc import Mapping

import numpy as np
from scipy.special import ndtri

from agents.government import GovernmentState
from agents.innovator import ABROAD, Innovators, entrant_capability, idiosyncratic_factor
from agents.kernel.decorators import phase
from agents.kernel.types import Floats, Key
from model.parameters import Parameters
from model.randomness import Stream, exponential, fine_uniform, normal, uniform, uniforms, words
from model.records import ParameterRecord
from model.start.network import supply_ties
from model.state.allocation import allocate, lines_for_entrant, writer
from model.state.state import State

_ENTRANT = int(Stream.ENTRANT)


def found_founders(p: Parameters, seed: int, sizes: Mapping[str, int]) -> Innovators:
    """Return founders in the first slots. The rest are empty."""
    n, d = p.slots, p.domains
    draws = uniforms(seed, Stream.FOUNDERS, n, d)
    position, quarters = uniforms(seed, Stream.LAYOUT, n, 1)[:, 0].T
    foreign = np.zeros(n, bool)
    foreign[spread_evenly(p.founders, p.foreign_founders)] = True
    initial = p.initial_capability * np.where(foreign, 1.0 + p.foreign_lead, 1.0)
    capability = initial[:, None] * (1.0 + p.initial_spread * (2.0 * draws[..., 0] - 1.0))
    region = np.minimum((position * p.regions).astype(np.int64), p.regions - 1)
    counts = -np.log(draws[..., 1])
    idiosyncratic = p.idiosyncratic_sd * ndtri(quarters)
    return allocate(
        Innovators, sizes, p,
        alive=np.arange(n) < p.founders,
        foreign=foreign,
        region=np.where(foreign, ABROAD, region),
        income_abroad=np.where(foreign, p.foreign_income, 0.0),
        capability=np.minimum(capability, p.ceiling),
        idiosyncratic=idiosyncratic,
        idiosyncratic_factor=np.exp(idiosyncratic - 0.5 * p.idiosyncratic_sd**2),
        belief=d * counts / counts.sum(axis=1, keepdims=True),
        supplier=supply_ties(p, seed),
    )  # fmt: skip


def spread_evenly(count: int, share: float) -> np.ndarray:
    """Return the positions of a share of `count` rows, spread evenly over them."""
    rows = np.arange(count)
    return rows[np.floor((rows + 1) * share + 1e-9) > np.floor(rows * share + 1e-9)]


_set_plain_values = writer(
    "set_plain_values",
    "p, innovators, government, i",
    [*lines_for_entrant(Innovators, "innovators"), *lines_for_entrant(GovernmentState, "government")],
)


@phase
def found_entrant(
    t: int,
    p: ParameterRecord,
    seed: Key,
    s: State,
    i: int,
    k: int,
    foreign: bool,
    average: Floats,
    generation: int,
) -> None:
    """Found a firm in slot i: the k-th entrant of the quarter, whose random draws do not depend on the slot.

    `average` (domains,) is the mean capability of living firms. The product is of `generation`, which has a ceiling.
    """
    innovators, ceiling = s.innovators, s.ceiling[generation]
    _set_plain_values(p, innovators, s.government, i)
    innovators.birth[i] = innovators.progress[i] = t
    innovators.generation[i] = generation
    w0, _, _, _ = words(seed, _ENTRANT, t, k, p.domains)
    innovators.region[i] = ABROAD if foreign else min(int(uniform(w0) * p.regions), p.regions - 1)
    innovators.foreign[i] = foreign
    w0, w1, _, _ = words(seed, _ENTRANT, t, k, p.domains + 1)
    innovators.idiosyncratic[i] = p.idiosyncratic_sd * normal(fine_uniform(w0, w1))
    innovators.idiosyncratic_factor[i] = idiosyncratic_factor(innovators.idiosyncratic[i], p.idiosyncratic_sd)
    innovators.income_abroad[i] = p.foreign_income if foreign else 0.0
    initial = p.initial_capability * (1.0 + p.foreign_lead if foreign else 1.0)
    total = 0.0
    for c in range(p.domains):
        w0, w1, w2, w3 = words(seed, _ENTRANT, t, k, c)
        innovators.capability[i, c] = entrant_capability(
            initial, p.inherit, average[c], p.initial_spread, fine_uniform(w0, w1), ceiling
        )
        innovators.belief[i, c] = exponential(fine_uniform(w2, w3))
        total += innovators.belief[i, c]
    for c in range(p.domains):
        innovators.belief[i, c] *= p.domains / total
