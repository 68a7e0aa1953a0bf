"""Engineers: R&D budgets, the market for engineers, and what users' own engineers do for the old technology."""

from agents.innovator import Innovators, displaced, half_saturated, research_budget
from agents.kernel.arithmetic import total, total_positive_where
from agents.kernel.decorators import phase
from agents.kernel.types import Floats
from agents.user import Users, old_quality_gain
from model.markets import supply, wage
from model.records import ParameterRecord
from model.state.ledger import ENGINEERS, OUTSIDE, USERS, Entry, firms_pay, transfer
from model.state.state import State
from model.state.support import Support

_RESEARCH, _ENGINEERING, _ABROAD = int(Entry.RESEARCH), int(Entry.ENGINEERING), int(Entry.ABROAD)


@phase
def plan_research(p: ParameterRecord, s: State) -> None:
    """Plan the own R&D that each firm would do without public money."""
    innovators, cash = s.innovators, s.ledger.cash
    alive, revenue = innovators.alive, innovators.revenue
    abroad, endowment = innovators.income_abroad, innovators.endowment
    plan, multiple, intensity, burn = innovators.plan_research, p.research_multiple, p.research_intensity, p.burn
    for i in range(plan.shape[0]):
        wanted = research_budget(multiple, intensity, revenue[i] + abroad[i], burn, cash[i], endowment[i])
        plan[i] = wanted if alive[i] else 0.0


@phase
def hire_engineers(t: int, p: ParameterRecord, s: State) -> None:
    """Let R&D budgets, public laboratories and users' own engineering bid for engineers. One wage clears the market.

    Foreign firms hire abroad, at w_0.
    """
    innovators, support, market, ledger = s.innovators, s.support, s.market[0], s.ledger
    at_home, abroad = s.phase_workspace.research_at_home, s.phase_workspace.research_abroad
    _set_budgets(p.displacement, innovators, support, at_home, abroad)
    engineering = users_engineering(p, s.users)
    public = support.flow[0].common + support.flow[0].science + total(support.upstream)
    money = total(at_home) + engineering + public
    supplied = market.initial_supply + s.stocks.level[0].engineers
    market.wage = wage(money, market.initial_wage, supplied, p.supply_elasticity)
    market.hours = supply(market.wage, market.initial_wage, supplied, p.supply_elasticity)
    if money <= 0.0:
        market.wage, market.hours = market.initial_wage, 0.0
    _count_hours(p.absorption_half, innovators, support.lost, market.wage, market.initial_wage)
    firms_pay(t, ledger, OUTSIDE, _ABROAD, abroad)
    firms_pay(t, ledger, ENGINEERS, _RESEARCH, at_home)
    transfer(t, ledger, USERS, ENGINEERS, _ENGINEERING, engineering)


@phase
def _set_budgets(
    displacement: float, innovators: Innovators, support: Support, at_home: Floats, abroad: Floats
) -> None:
    """Set own and public R&D money of every slot, and where it is spent.

    Of public money only what becomes R&D can be earmarked: where that is less than was given, earmarks shrink with it.
    """
    plan, own, grant = innovators.plan_research, innovators.own_research, support.research
    public, foreign = innovators.public_research, innovators.foreign
    for i in range(plan.shape[0]):
        own[i] = displaced(plan[i], displacement, grant[i])
        public[i] = grant[i]
    for i in range(plan.shape[0]):
        done = max(0.0, own[i] + public[i])  # rounding alone could bring it below
        at_home[i] = 0.0 if foreign[i] else done
        abroad[i] = done if foreign[i] else 0.0
        if done < public[i]:
            _shrink_earmarks(support, i, done / public[i])


@phase
def _shrink_earmarks(support: Support, i: int, part: float) -> None:
    """Multiply what firm i must do with public R&D money by a share."""
    support.tied[i] *= part
    support.explore[i] *= part
    support.lost[i] *= part
    support.shared[i] *= part


@phase
def _count_hours(half: float, innovators: Innovators, lost: Floats, wage_at_home: float, wage_abroad: float) -> None:
    """Set engineer hours at the wage paid, and the absorptive capacity that follows."""
    own, public, foreign = innovators.own_research, innovators.public_research, innovators.foreign
    hours, absorption = innovators.hours, innovators.absorption
    for i in range(hours.shape[0]):
        done = max(0.0, own[i] + public[i] - lost[i])  # rounding could bring it below
        hours[i] = done / (wage_abroad if foreign[i] else wage_at_home)
    for i in range(hours.shape[0]):
        absorption[i] = half_saturated(hours[i], half)


@phase
def users_engineering(p: ParameterRecord, users: Users) -> float:
    """Return money that users of the old technology spend on own engineers, out of the last quarter's output.

    Whose output is negative, as of a user that values quality highly and has little of it, spends none.
    """
    return p.users_engineering * total_positive_where(users.output, users.provider)


@phase
def improve_old_technology(p: ParameterRecord, s: State) -> None:
    """Add the sailing-ship effect, where the old technology is in use."""
    users, current_wage = s.users, s.market[0].wage
    provider, output, size, quality = users.provider, users.output, users.size, users.old_quality
    share, effect = p.users_engineering, p.sailing_ship
    for u in range(provider.shape[0]):
        hours_per_size = share * max(output[u], 0.0) / (current_wage * size[u])
        gain = old_quality_gain(effect, hours_per_size, quality[u])
        quality[u] += gain if provider[u] < 0 else 0.0
