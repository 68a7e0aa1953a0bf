"""The world at t = 0: every agent's initial state, from parameters and seed alone."""

import numpy as np
from scipy.special import gammaincinv, ndtri

from agents.government import NEVER, GovernmentState
from agents.industry import LEAST, Industries
from agents.innovator import ABROAD, GAIN_CLASSES, Innovators
from agents.supplier import Suppliers
from agents.user import OLD_TECHNOLOGY, Users
from model.inputs.industries_file import industry_table
from model.parameters import Parameters
from model.policy.catalogue import INSTRUMENTS, PRICE_SUBSIDIES
from model.randomness import Stream, uniforms
from model.start.network import peer_ties, supply_ties, watchers_of
from model.state.ledger import OUTSIDE, open_ledger
from model.state.state import (
    BLOCK,
    FLOWS,
    LAST_GENERATION,
    MARKET,
    SUMS,
    TALLIES,
    PhaseWorkspace,
    Shares,
    State,
    Support,
    ThreadWorkspace,
    number_of_shares,
    recorded,
)
from model.state.stocks import LEVELS, Stocks

_BEFORE = np.int64(0xFFFFFFFF)  # the period of draws before t = 0


def lay_out(p: Parameters, seed: int) -> State:
    """Every agent's state before anybody has met and anything is on show."""
    industries = _industries(p, seed)
    users = _users(p, seed, industries)
    innovators = _innovators(p, seed)
    ledger = open_ledger(p.slots, p.horizon)
    ledger.cash[: p.founders] = p.seed_cash
    ledger.cash[OUTSIDE] = -p.seed_cash * p.founders
    market = recorded(MARKET, 1)
    market[0].initial_output = users.output.sum()
    market[0].initial_supply = p.engineers * p.market_size
    market[0].initial_wage = market[0].wage = _initial_wage(p, users, market[0].initial_supply)
    market[0].demand = market[0].cost = 1.0
    market[0].segmentation, market[0].integration = p.segmentation, p.integration
    market[0].smallest_capacity = p.supplier_capacity * 1000.0 * p.market_size * p.domains / p.suppliers
    return State(
        users=users,
        innovators=innovators,
        suppliers=_suppliers(p, seed, market[0].smallest_capacity),
        industries=industries,
        government=_government(p),
        support=_support(p),
        stocks=_stocks(p),
        ceiling=p.ceiling + p.ceiling_growth * np.arange(LAST_GENERATION + 1),
        ledger=ledger,
        market=market,
        tallies=recorded(TALLIES, p.horizon),
        gains=np.zeros((2, GAIN_CLASSES)),
        shares=_shares(p),
        desk=new_desk(p),
        scratch=_scratch(p),
    )


def layers_and_shares(p: Parameters) -> tuple[np.ndarray, np.ndarray]:
    """Layer (J,) and output share (J,) of industries: alike within a layer, layers exactly at their shares.

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


def _industries(p: Parameters, seed: int) -> Industries:
    """Needs are eta * common + (1 - eta) * own, both sparse Dirichlet; or those of a file of industries."""
    layer, share = layers_and_shares(p)
    draws = uniforms(seed, Stream.NEEDS, p.industries + 1, p.domains)[..., 0]
    gammas = np.maximum(gammaincinv(p.needs_concentration, draws), 1e-12)
    dirichlet = gammas / gammas.sum(axis=1, keepdims=True)
    latent = p.generality * dirichlet[-1] + (1.0 - p.generality) * dirichlet[:-1]
    if p.industries_file:
        latent = industry_table(p.industries_file).needs.copy()
    needs = LEAST / p.domains + (1.0 - LEAST) * latent
    first = np.concatenate([[0], np.cumsum(_allot(p.users, share))])
    return Industries(layer=layer, share=share, first=first, latent=latent, needs=np.ascontiguousarray(needs.T))


def _users(p: Parameters, seed: int, industries: Industries) -> Users:
    """Users in the order of their industries; sizes sum exactly to share * 1,000 * market_size per industry."""
    industry = np.repeat(np.arange(p.industries), np.diff(industries.first))
    traits = uniforms(seed, Stream.USERS, p.users, 2)
    raw = np.exp(p.size_dispersion * ndtri(traits[:, 0, 0]))
    per_industry = np.bincount(industry, weights=raw, minlength=p.industries)
    size = raw * (industries.share * 1000.0 * p.market_size / per_industry)[industry]
    valuation = np.exp(p.valuation_dispersion * ndtri(traits[:, 0, 1]) - 0.5 * p.valuation_dispersion**2)
    old = np.array([p.old_quality_traditional, p.old_quality_emerging, p.old_quality_future])
    old_quality = old[industries.layer[industry]]
    if p.industries_file:
        old_quality = industry_table(p.industries_file).old_quality[industry]
    region = np.minimum((traits[:, 1, 0] * p.regions).astype(np.int64), p.regions - 1)
    start, peers = peer_ties(p, seed, industry, region)
    watcher_start, watchers = watchers_of(start, peers)
    return Users(
        industry=industry.astype(np.int16),
        region=region.astype(np.int16),
        size=size,
        valuation=valuation,
        lead=traits[:, 1, 1] < p.lead_users,
        old_quality=old_quality,
        mastery=np.full(p.users, p.mastery_start),
        provider=np.full(p.users, OLD_TECHNOLOGY, np.int16),
        contacts=np.full((p.users, p.contacts), -1, np.int16),
        peer_start=start,
        peers=peers,
        watcher_start=watcher_start,
        watchers=watchers,
        adopted=np.zeros(p.users, bool),
        adopting_peers=np.zeros(p.users, np.int32),
        output=size * (1.0 + p.value_of_quality * valuation * (old_quality - 1.0)),
        spending=np.zeros(p.users),
        productivity=1.0 + p.value_of_quality * valuation * (old_quality - 1.0) - p.old_price,
        technology=np.full(p.users, OLD_TECHNOLOGY, np.int16),
        quality_used=np.zeros(p.users),
        reconsiders=np.zeros(p.users, bool),
        has_problem=np.zeros(p.users, bool),
        meets_firm=np.zeros(p.users, bool),
    )


def _allot(total: int, share: np.ndarray) -> np.ndarray:
    """Whole numbers in proportion to shares that sum to total, each at least one (largest remainders)."""
    exact = share * (total - share.shape[0])
    count = 1 + np.floor(exact).astype(np.int64)
    remainder = np.argsort(-(exact - np.floor(exact)), kind="stable")
    count[remainder[: total - count.sum()]] += 1
    return count


def _innovators(p: Parameters, seed: int) -> Innovators:
    """Founders in the first slots; the rest are empty."""
    n, d = p.slots, p.domains
    draws = uniforms(seed, Stream.FOUNDERS, n, d)
    place = uniforms(seed, Stream.LAYOUT, n, 1)[:, 0, 0]
    alive = np.arange(n) < p.founders
    foreign = np.zeros(n, bool)
    foreign[_evenly(p.founders, p.foreign_founders)] = True
    initial = p.initial_capability * np.where(foreign, 1.0 + p.foreign_lead, 1.0)
    capability = initial[:, None] * (1.0 + p.initial_spread * (2.0 * draws[..., 0] - 1.0))
    region = np.minimum((place * p.regions).astype(np.int64), p.regions - 1)
    counts = -np.log(draws[..., 1])
    zeros = {name: np.zeros(n) for name in _FIRM_NUMBERS}
    return Innovators(
        alive=alive,
        foreign=foreign,
        region=np.where(foreign, ABROAD, region),
        endowment=np.full(n, p.seed_cash),
        income_abroad=np.where(foreign, p.foreign_income, 0.0),
        birth=np.full(n, -1),
        death=np.full(n, NEVER),
        capability=np.asfortranarray(np.minimum(capability, p.ceiling)),
        generation=np.zeros(n, np.int64),
        prototype=np.zeros(n, bool),
        belief=np.asfortranarray(d * counts / counts.sum(axis=1, keepdims=True)),
        backlog=_table(n, d),
        heard=_table(n, p.industries),
        supplier=np.asfortranarray(supply_ties(p, seed)),
        direction=_table(n, d),
        effective=_table(n, d),
        marginal=_table(n, d, 1.0),
        quality=_table(n, p.industries),
        markup=np.full(n, p.markup_start),
        progress=np.zeros(n, np.int64),
        watched=np.zeros(n, np.int64),
        **zeros,
    )


_FIRM_NUMBERS = (
    "plan_research", "own_research", "public_research", "hours", "effort", "absorption", "solved", "unit_cost", "price",
    "subsidy", "units", "revenue", "subsidised", "delivered", "share", "experience", "public_recent",
    "payments_recent", "public_total", "useful_mark", "productivity", "weight", "fixed_real", "equity", "usual_units",
)  # fmt: skip


def _suppliers(p: Parameters, seed: int, capacity: float) -> Suppliers:
    """Suppliers take turns over the domains, so that every domain has one."""
    draws = uniforms(seed, Stream.SUPPLIERS, p.suppliers, 1)[:, 0]
    foreign = np.zeros(p.suppliers, bool)
    others = p.suppliers - p.domains  # the first of every domain is domestic
    share = min(1.0, p.foreign_suppliers * p.suppliers / others) if others else 0.0
    foreign[p.domains + _evenly(others, share)] = True
    capability = p.supplier_low + (p.supplier_high - p.supplier_low) * draws[:, 0]
    return Suppliers(
        domain=np.arange(p.suppliers) % p.domains,
        region=np.minimum((draws[:, 1] * p.regions).astype(np.int64), p.regions - 1),
        foreign=foreign,
        capability=np.where(foreign, 1.0 + p.foreign_lead, 1.0) * capability,
        capacity=np.full(p.suppliers, capacity),
        experience=np.zeros(p.suppliers),
        orders=np.zeros(p.suppliers),
        solved=np.zeros(p.suppliers),
        cost_factor=np.ones(p.suppliers),
    )


def _evenly(count: int, share: float) -> np.ndarray:
    """Places of a share of `count` rows, spread evenly over them."""
    rows = np.arange(count)
    return rows[np.floor((rows + 1) * share + 1e-9) > np.floor(rows * share + 1e-9)]


def _initial_wage(p: Parameters, users: Users, supply: float) -> float:
    """w_0 clears the engineers' market at t = 0 without policy: money bidding for engineers over H_0."""
    domestic = p.founders - _evenly(p.founders, p.foreign_founders).shape[0]
    firms = min(p.burn * p.seed_cash, p.seed_cash) * domestic
    money = firms + p.users_engineering * float(users.output.sum())
    return money / supply if money > 0.0 else 1.0


def _government(p: Parameters) -> GovernmentState:
    return GovernmentState(
        purse=np.zeros(len(INSTRUMENTS)),
        placed=np.zeros((p.horizon, len(INSTRUMENTS))),
        chosen=np.zeros(p.slots, bool),
        since=np.full(p.slots, NEVER),
        backed=np.zeros(p.slots, bool),
        backed_since=np.full(p.slots, NEVER),
        plan=np.full(p.domains, 1.0 / p.domains),
        reported=np.zeros(p.domains),
        roadmap=np.full(p.domains, 1.0 / p.domains),
        fashion=np.full(p.domains, 1.0 / p.domains),
        score=np.zeros(p.slots),
    )


def _support(p: Parameters) -> Support:
    flow = recorded(FLOWS, 1)
    flow[0].segmentation = 1.0
    return Support(
        research=np.zeros(p.slots),
        tied=np.zeros(p.slots),
        explore=np.zeros(p.slots),
        lost=np.zeros(p.slots),
        equity=np.zeros(p.slots),
        shared=np.zeros(p.slots),
        purchase=np.zeros((len(PRICE_SUBSIDIES), p.slots)),
        waiver=np.zeros(p.slots),
        upstream=np.zeros(p.suppliers),
        adoption=np.zeros(p.industries),
        spread=np.zeros(p.slots),
        spent=np.zeros(len(INSTRUMENTS)),
        flow=flow,
    )


def _stocks(p: Parameters) -> Stocks:
    level = recorded(LEVELS, 1)
    level[0].science = 1.0
    return Stocks(level=level, common=np.zeros(p.domains), training=np.zeros(p.talent_lag))


def _shares(p: Parameters) -> Shares:
    shares = number_of_shares(p.users)
    return Shares(units=np.zeros((shares, p.slots)), delivered=np.zeros((shares, p.slots)), sums=recorded(SUMS, shares))


def new_desk(p: Parameters) -> ThreadWorkspace:
    """Working space for a thread that takes users block by block."""
    block = min(BLOCK, p.users)
    offers = block * (p.contacts + 1)
    return ThreadWorkspace(
        marked=np.zeros(block, bool),
        listed=np.zeros(block, np.int64),
        worth=np.zeros((p.domains, block)),
        sums=np.zeros((4, block)),
        luck=np.zeros((4, offers)),
        who=np.zeros(offers, np.int64),
        option=np.zeros(offers, np.int64),
        utility=np.zeros(offers),
        taste=np.zeros(offers),
        stale=np.zeros(offers, bool),
        chosen=np.zeros(block, np.int64),
        best=np.zeros(block),
        numbers=np.zeros((3, block)),
        names=np.zeros((3, block), np.int64),
    )


def _scratch(p: Parameters) -> PhaseWorkspace:
    needs = np.arange(-(-p.industries * p.domains // 16) * 16)
    need_of = np.array([needs // p.domains, needs % p.domains])
    return PhaseWorkspace(
        net_price=np.zeros(p.slots),
        eligible=np.zeros(p.slots, bool),
        firms=np.zeros((8, p.slots)),
        one=_table(p.slots, p.domains),
        two=_table(p.slots, p.domains),
        three=_table(p.slots, p.domains),
        four=_table(p.slots, p.domains),
        firm_industry=_table(p.slots, p.industries),
        served=np.zeros((p.industries, p.slots + 2), bool),
        solver=np.zeros(p.slots * p.domains, np.int64),
        solved=np.zeros(p.slots * p.domains, np.int64),
        solutions=np.zeros(p.slots * p.domains, np.int64),
        repeated=np.zeros(p.slots * p.domains, np.int64),
        pairs=np.zeros((6, p.slots * p.domains)),
        supplied=np.zeros(p.suppliers),
        domain=np.zeros(p.domains),
        need_of=need_of,
        shocks=np.zeros(need_of.shape),
        order=np.zeros(p.domains, np.int64),
        domain_industry=np.zeros((p.domains, p.industries)),
        industry_domain=np.zeros((p.industries, p.domains)),
        generations=np.zeros(LAST_GENERATION + 1),
    )


def _table(firms: int, columns: int, value: float = 0.0) -> np.ndarray:
    """A table with a row per firm and each column in one piece of memory: compiled loops run down the columns."""
    return np.full((firms, columns), value, order="F")
