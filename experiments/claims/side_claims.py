"""Claims 1, 2, 10 and 16: which side policy should act on, for whom, and under how much competition."""

from experiments.claims.claim import POLICY, Arm, Axis, Changes, Choice, Claim, Outcome, Passage, Times
from experiments.claims.grid import BUDGET, EFFICACIES_AXIS, POLICY_CORNERS, POLICY_GRID, WELFARE_GRID
from model.declaration.sources import FENG
from model.policy.policy import Policy
from model.policy.presets import policies

WELFARE = Outcome("welfare at {rate} % to {horizon}", "welfare")
WELFARE_GAIN = Outcome("welfare at {rate} % to {horizon}", "the gain of welfare over the rebate", "points", "points")
REBATE = policies["rebate"]

_SHIFT = Passage(
    "Integrating new technologies, new industries, and existing technologies and industries requires a shift in focus "
    "towards policy tools on the “application side” rather than solely emphasizing the “research and development "
    "side.”",
    FENG,
)
_NARROW = Passage(
    "Furthermore, policies should not be narrowly tailored to specific technologies or enterprises. “Selective” "
    "policies themselves imply exclusivity, and goals shaped through continuous interactions among market participants "
    "cannot be achieved through pre-policy selection.",
    FENG,
)
_COMMUNITIES = Passage(
    "Relevant policy formulation should focus on supporting the construction of innovation communities through "
    "investing in key infrastructure, organizing dialogue platforms, setting medium and long-term technological "
    "roadmaps, solving key common technical issues, and other means",
    FENG,
)
_COMPETITION = Passage(
    "Accelerating China’s economic transformation through the development of NQPF requires us to shift our current "
    "mindset and embrace market competition as the fundamental starting point in our development and policy "
    "frameworks.",
    FENG,
)
_DEFAULT_TRAITS = (
    "Traits of a policy, such as the number of champions or the cap on subsidies, have their defaults. Another value "
    "could make another instrument the best."
)


def choice(*names: str, changes: Changes = (), base: bool = False) -> Choice:
    """Return the presets of these names as alternatives, with their gain over the rebate where there is a `base`."""
    against = Arm(REBATE, changes) if base else None
    return tuple(Arm(policies[name], changes, against) for name in names)


DEMONSTRATION_FIRST = Policy(name="demonstration_first", mix={"demonstration": 0.05, "vouchers": 0.95})
"""Demonstration alone finds few adopters to pay for. With vouchers for the rest of the money, all of it is spent."""

_BROAD_APPLICATION = (*choice("vouchers", "demonstration"), Arm(DEMONSTRATION_FIRST))
_CHOSEN_APPLICATION = choice("procurement")
_BROAD_RESEARCH, _CHOSEN_RESEARCH = choice("rd_credit", "basic_research"), choice("grants", "guidance_fund", "mission")
_INSTRUMENTS_GRID = (BUDGET, *POLICY_GRID, EFFICACIES_AXIS, *WELFARE_GRID)

_FORESIGHT = Axis("policy.foresight", (0.0, 0.25, 0.5, 0.75, 1.0), (0.0, 1.0), "foresight")
_FORESIGHT_COARSE = Axis("policy.foresight", (0.0, 0.5, 1.0), (0.0, 1.0), "foresight")
_FEW, _ALL = 3, 0  # champions


def _to(champions: int, instrument: str) -> Choice:
    return (Arm(policies[instrument].replace(champions=champions)),)


_COMPETED = ("rd_credit", "grants", "vouchers", "procurement", "demonstration")
_POLICIES = Axis(POLICY, _COMPETED, _COMPETED, "policy")


def _competition(factor: float) -> Choice:
    """Return any policy where entry and users' reviews are multiplied, with its gain over the rebate."""
    changes = tuple((name, Times(factor)) for name in ("entry", "entry_profit", "reconsider"))
    return (Arm(None, changes, Arm(REBATE, changes)),)


SIDE_CLAIMS = (
    Claim(
        1, "a", "Application against selective R&D", (_SHIFT, _NARROW),
        "At equal money, the best instrument of the application side brings more welfare than the best instrument of "
        "selective R&D support.",
        ((*_BROAD_APPLICATION, *_CHOSEN_APPLICATION),), (_CHOSEN_RESEARCH,),
        "the best of vouchers, demonstration, both together and procurement",
        "the best of grants, guidance fund and mission",
        WELFARE, 1,
        "The best instrument of selective R&D support brings more welfare in the cells of the grid.",
        "R&D money is spent at once, and price subsidies wait for sales. Where own R&D is not displaced, money for R&D "
        "adds most. Where sellers keep the subsidy or users do not believe in it, subsidies move few users.",
        _INSTRUMENTS_GRID, _DEFAULT_TRAITS,
    ),
    Claim(
        1, "b", "Side alone", (_SHIFT,),
        "At equal money, the application side brings more welfare than the R&D side. Broad and selective policies "
        "count alike on both.",
        (_BROAD_APPLICATION, _CHOSEN_APPLICATION), (_BROAD_RESEARCH, _CHOSEN_RESEARCH),
        "the best broad and the best selective instrument of the application side",
        "the best broad and the best selective instrument of the R&D side",
        WELFARE, 1,
        "The R&D side brings more welfare in the cells of the grid.",
        "As in 1a. R&D before take-off has no other source of money, so that a little of it may bring much.",
        _INSTRUMENTS_GRID, _DEFAULT_TRAITS,
    ),
    Claim(
        1, "c", "Selectivity alone", (_NARROW,),
        "At equal money, policies open to all bring more welfare than policies for chosen firms. The two sides count "
        "alike.",
        (_BROAD_APPLICATION, _BROAD_RESEARCH), (_CHOSEN_APPLICATION, _CHOSEN_RESEARCH),
        "the best broad instrument of each side", "the best selective instrument of each side",
        WELFARE, 1,
        "Policies for chosen firms bring more welfare in the cells of the grid.",
        "A government with foresight picks the firms that make most of the money. Concentrated R&D pays where lambda "
        "is near 1.",
        _INSTRUMENTS_GRID, _DEFAULT_TRAITS,
    ),
    Claim(
        2, "a", "Concentrated R&D support", (_NARROW,),
        f"Grants to {_FEW} chosen firms bring less welfare than the same money granted to all.",
        (_to(_FEW, "grants"),), (_to(_ALL, "grants"),),
        f"grants to {_FEW} firms", "grants to all firms",
        WELFARE, -1,
        "Grants to few firms bring more welfare, also without foresight.",
        "With foresight the few are the best. With lambda near 1 a large lab solves more than many small ones.",
        (_FORESIGHT, POLICY_GRID[0], *WELFARE_GRID),
    ),
    Claim(
        2, "b", "Concentrated procurement", (_NARROW,),
        f"Procurement from {_FEW} chosen firms brings less welfare than the same money for the products of all.",
        (_to(_FEW, "procurement"),), (_to(_ALL, "procurement"),),
        f"procurement from {_FEW} firms", "procurement from all firms",
        WELFARE, -1,
        "Procurement from few firms brings more welfare, also without foresight.",
        "Few firms come sooner down the learning curve, and learning by doing is not spread thinly over many.",
        (_FORESIGHT_COARSE, *POLICY_GRID[1:], *WELFARE_GRID),
    ),
    Claim(
        10, "", "Communities against selection", (_COMMUNITIES, _NARROW),
        "At equal money, the best instrument that builds communities brings more welfare than the best selective "
        "instrument of either side.",
        (choice("platform", "roadmap", "common_technology", "infrastructure", "community"),),
        ((*_CHOSEN_RESEARCH, *_CHOSEN_APPLICATION),),
        "the best of platform, roadmap, common technology, infrastructure and their mix",
        "the best of grants, guidance fund, mission and procurement",
        WELFARE, 1,
        "The best selective instrument brings more welfare, also at ten times the assumed efficacies.",
        "Nobody knows what a unit of money achieves in meetings or shared technology. At a tenth of the assumed "
        "efficacies it may achieve next to nothing. The mission has an assumed efficacy too.",
        _INSTRUMENTS_GRID,
        "One multiple holds for all efficacies. " + _DEFAULT_TRAITS,
    ),
    Claim(
        16, "", "Competition and effects of policy", (_COMPETITION,),
        "A policy gains more welfare over the rebate where entry and users' reviews of providers are twice as frequent "
        "than where they are half as frequent.",
        (_competition(2.0),), (_competition(0.5),),
        "the gain of a policy under strong competition", "the gain of the same policy under weak competition",
        WELFARE_GAIN, 1,
        "Policies gain more under weak competition.",
        "Under weak competition there is more to put right. Under strong competition private firms do by themselves "
        "what a "
        "policy pays for, and gains of a supported firm pass to rivals sooner.",
        (_POLICIES, *POLICY_CORNERS, *WELFARE_GRID),
        "How strong is strong is an assumption: twice and half the rates of each parameter set.",
    ),
)  # fmt: skip
