"""The world at t = 0: every agent's initial state, from parameters and seed alone."""

from collections.abc import Mapping

import numpy as np
from scipy.special import gammaincinv, ndtri

from agents.government import GovernmentState
from agents.industry import LEAST, Industries
from agents.innovator import GAIN_CLASSES
from agents.supplier import Suppliers
from agents.user import Users
from model.declaration.errors import BadInput
from model.inputs.industries_file import industry_table
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS, PRICE_SUBSIDIES
from model.randomness import Stream, uniforms
from model.start.firms import found_founders, spread_evenly
from model.start.network import peer_ties, watchers_of
from model.state.allocation import allocate
from model.state.ledger import OUTSIDE, SECTORS, Entry, Ledger
from model.state.state import BLOCK, LAST_GENERATION, State, number_of_shares
from model.state.stocks import Stocks
from model.state.support import Support
from model.state.tallies import Shares
from model.state.workspace import PhaseWorkspace, ThreadWorkspace


def lay_out(p: Parameters, seed: int) -> State:
    """Return every agent's state before anybody has met and anything is on show."""
    sizes = sizes_of(p)
    industries = _industries(p, seed, sizes)
    users = _users(p, seed, sizes, industries)
    state = allocate(
        State, sizes, p,
        users=users,
        innovators=found_founders(p, seed, sizes),
        suppliers=_suppliers(p, seed, sizes),
        industries=industries,
        government=_government(p, sizes),
        support=allocate(Support, sizes),
        stocks=allocate(Stocks, sizes),
        ceiling=p.ceiling + p.ceiling_growth * np.arange(LAST_GENERATION + 1),
        ledger=allocate(Ledger, sizes),
        shares=allocate(Shares, sizes),
        thread_workspace=new_thread_workspace(p),
        phase_workspace=_phase_workspace(p, sizes),
    )  # fmt: skip
    state.ledger.cash[: p.founders] = p.seed_cash
    state.ledger.cash[OUTSIDE] = -p.seed_cash * p.founders
    market = state.market[0]
    market.initial_output = _initial_output(users)
    market.initial_supply = p.engineers * p.market_size
    market.initial_wage = market.wage = _initial_wage(p, users, market.initial_supply)
    market.segmentation, market.integration = p.segmentation, p.integration
    market.smallest_capacity = _smallest_capacity(p)
    return state


def sizes_of(p: Parameters) -> dict[str, int]:
    """Return the sizes that declared shapes name."""
    block = min(BLOCK, p.users)
    return {
        "U": p.users,
        "M": p.contacts,
        "N": p.slots,
        "D": p.domains,
        "J": p.industries,
        "S": p.suppliers,
        "T": p.horizon,
        "L": p.talent_lag,
        "G": LAST_GENERATION + 1,
        "I": len(INSTRUMENTS),
        "price subsidies": len(PRICE_SUBSIDIES),
        "A": p.slots + SECTORS,
        "P": len(Entry),
        "K": number_of_shares(p.users),
        "classes": GAIN_CLASSES,
        "block": block,
        "offers": block * (p.contacts + 1),
        "pairs": p.slots * p.domains,
        "needs": -(-p.industries * p.domains // 16) * 16,  # a whole number of vector instructions
    }


def layers_and_shares(p: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Return layer (J,) and output share (J,) of industries: alike within a layer, layers exactly at their shares.

    Every layer with output has an industry at least; with fewer industries than layers the largest layers remain
    (one industry is traditional), in proportion. A file of industries gives both instead.
    """
    if p.industries_file:
        table = industry_table(p.industries_file)
        return table.layer.copy(), table.share.copy()
    output = np.array([p.traditional_share, p.emerging_share, 1.0 - p.traditional_share - p.emerging_share])
    output[output < 1e-9] = 0.0
    largest = np.argsort(-output, kind="stable")[: p.industries]
    present = np.sort(largest[output[largest] > 0.0])
    share = output[present] / output[present].sum()
    count = _allot(p.industries, share)
    return np.repeat(present, count), np.repeat(share / count, count)


def _industries(p: Parameters, seed: int, sizes: Mapping[str, int]) -> Industries:
    """Return industries with needs eta * common + (1 - eta) * own, both sparse Dirichlet, or with those of a file."""
    layer, share = layers_and_shares(p)
    draws = uniforms(seed, Stream.NEEDS, p.industries + 1, p.domains)[..., 0]
    gammas = np.maximum(gammaincinv(p.needs_concentration, draws), 1e-12)
    dirichlet = gammas / gammas.sum(axis=1, keepdims=True)
    latent = p.generality * dirichlet[-1] + (1.0 - p.generality) * dirichlet[:-1]
    if p.industries_file:
        latent = industry_table(p.industries_file).needs.copy()
    needs = LEAST / p.domains + (1.0 - LEAST) * latent
    first = np.concatenate([[0], np.cumsum(_allot(p.users, share))])
    return allocate(Industries, sizes, layer=layer, share=share, first=first, latent=latent, needs=needs.T)


def _users(p: Parameters, seed: int, sizes: Mapping[str, int], industries: Industries) -> Users:
    """Return users in the order of their industries. Sizes sum to share * 1,000 * market_size per industry, exactly."""
    industry = np.repeat(np.arange(p.industries), np.diff(industries.first))
    traits = uniforms(seed, Stream.USERS, p.users, 2)
    raw = np.exp(p.size_dispersion * ndtri(traits[:, 0, 0]))
    per_industry = np.bincount(industry, weights=raw, minlength=p.industries)
    size = raw * (industries.share * 1000.0 * p.market_size / per_industry)[industry]
    valuation = np.exp(p.valuation_dispersion * ndtri(traits[:, 0, 1]) - 0.5 * p.valuation_dispersion**2)
    old = np.array([p.old_quality_traditional, p.old_quality_emerging, p.old_quality_future])
    old_quality = old[industries.layer[industry]]
    if p.industries_file and (given := industry_table(p.industries_file).old_quality) is not None:
        old_quality = given[industry]
    region = np.minimum((traits[:, 1, 0] * p.regions).astype(np.int64), p.regions - 1)
    start, peers = peer_ties(p, seed, industry, region)
    watcher_start, watchers = watchers_of(start, peers)
    per_size = 1.0 + p.value_of_quality * valuation * (old_quality - 1.0)
    return allocate(
        Users, sizes, p,
        industry=industry,
        region=region,
        size=size,
        valuation=valuation,
        lead=traits[:, 1, 1] < p.lead_users,
        old_quality=old_quality,
        peer_start=start,
        peers=peers,
        watcher_start=watcher_start,
        watchers=watchers,
        output=size * per_size,
        productivity=per_size - p.old_price,
    )  # fmt: skip


def _allot(total: int, share: np.ndarray) -> np.ndarray:
    """Return whole numbers in proportion to shares that sum to total, each at least one (largest remainders)."""
    exact = share * (total - share.shape[0])
    count = 1 + np.floor(exact).astype(np.int64)
    remainder = np.argsort(-(exact - np.floor(exact)), kind="stable")
    count[remainder[: total - count.sum()]] += 1
    return count


def _smallest_capacity(p: Parameters) -> float:
    """Return the initial capacity of a supplier, below which it never falls."""
    return p.supplier_capacity * 1000.0 * p.market_size * p.domains / p.suppliers


def _suppliers(p: Parameters, seed: int, sizes: Mapping[str, int]) -> Suppliers:
    """Return suppliers that take turns over the domains, so that every domain has one."""
    draws = uniforms(seed, Stream.SUPPLIERS, p.suppliers, 1)[:, 0]
    foreign = np.zeros(p.suppliers, bool)
    others = p.suppliers - p.domains  # the first of every domain is domestic
    share = min(1.0, p.foreign_suppliers * p.suppliers / others) if others else 0.0
    foreign[p.domains + spread_evenly(others, share)] = True
    capability = p.supplier_low + (p.supplier_high - p.supplier_low) * draws[:, 0]
    return allocate(
        Suppliers, sizes,
        domain=np.arange(p.suppliers) % p.domains,
        region=np.minimum((draws[:, 1] * p.regions).astype(np.int64), p.regions - 1),
        foreign=foreign,
        capability=np.where(foreign, 1.0 + p.foreign_lead, 1.0) * capability,
        capacity=np.full(p.suppliers, _smallest_capacity(p)),
    )  # fmt: skip


def _initial_output(users: Users) -> float:
    """Return Y_0, all output at t = 0, of which budgets are shares. Raises BadInput where it is not above 0."""
    output = float(users.output.sum())
    if not output > 0.0:
        allowed = "must be above 0: raise the old qualities, or lower value_of_quality or valuation_dispersion"
        raise BadInput(allowed, problem=f"output at t = 0 is {output:.3g}")
    return output


def _initial_wage(p: Parameters, users: Users, supply: float) -> float:
    """Return w_0, which clears the engineers' market at t = 0 without policy: money bidding for engineers over H_0."""
    domestic = p.founders - spread_evenly(p.founders, p.foreign_founders).shape[0]
    firms = min(p.burn * p.seed_cash, p.seed_cash) * domestic
    money = firms + p.users_engineering * float(users.output[users.output > 0.0].sum())
    return money / supply if money > 0.0 else 1.0


def _government(p: Parameters, sizes: Mapping[str, int]) -> GovernmentState:
    """Return a government whose weights of domains are even."""
    plan, roadmap, fashion = (np.full(p.domains, 1.0 / p.domains) for _ in range(3))
    return allocate(GovernmentState, sizes, plan=plan, roadmap=roadmap, fashion=fashion)


def new_thread_workspace(p: Parameters) -> ThreadWorkspace:
    """Return working space for a thread that takes users block by block."""
    return allocate(ThreadWorkspace, sizes_of(p))


def _phase_workspace(p: Parameters, sizes: Mapping[str, int]) -> PhaseWorkspace:
    """Return working space of the phases; all needs stand in a row, and some of nobody's at its end."""
    needs = np.arange(sizes["needs"])
    return allocate(PhaseWorkspace, sizes, need_industry=needs // p.domains, need_domain=needs % p.domains)
