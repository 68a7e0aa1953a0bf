"""Claims 5, 6, 8, 9, 11 and 15: what support leaves behind, what it squeezes out, when it is needed."""

from experiments.claims.claim import Arm, Changes, Choice, Claim, Outcome, Passage, Untested
from experiments.claims.grid import BUDGET, EFFICACIES_AXIS, POLICY_CORNERS, POLICY_GRID, WELFARE_GRID
from experiments.claims.measures import DECOUPLED_AT
from experiments.claims.side_claims import REBATE, WELFARE, WELFARE_GAIN, choice
from model.declaration.sources import FENG
from model.policy.presets import policies

_FINANCED = Passage(
    "This requires finding industries to support technological innovation, sharing the related expenses through "
    "large-scale applications within existing industries, and continually obtaining R&D investment to support "
    "subsequent development.",
    FENG,
)
_BONSAI = Passage(
    "The formation and development of NQPF should closely follow widespread competitive industrial activities, and "
    "avoid “bonsai-style” new industries created through long-term support of policy funds and financial capital.",
    FENG,
)
_USEFUL = Passage(
    "Therefore, when scholars discuss economic policy issues related to innovation, they focus not on generalized "
    "“technology” but on “useful technology” or reasonable expectations of “useful technology” as the core.",
    FENG,
)
_OLD = Passage("Nor should we blindly squeeze out “old” industries as a consequence of developing new ones.", FENG)
_EARLY = Passage(
    "However, it’s worth noting that early development and diffusion of cutting-edge technological innovations involve "
    "high uncertainty, leading to collective action problems among different companies (or institutions).",
    FENG,
)
_STRONG = Passage("Strong support from the national level is essential.", FENG)
_DECOUPLING = Passage(
    "Amidst intense strategic competition among major powers, China is facing both the “decoupling” and “de-risking” "
    "strategies of Western countries",
    FENG,
)
_SECTORAL = Passage(
    "This cannot be achieved solely by emphasizing sectoral policies that focus on technological breakthroughs and new "
    "technologies or industries.",
    FENG,
)

_BOTH_APPLICATION = (choice("vouchers"), choice("procurement"))
_BOTH_RESEARCH = (choice("rd_credit"), choice("grants"))
_TIMED = ("rd_credit", "grants", "vouchers", "demonstration", "procurement")
_FIXED_ENGINEERS: Changes = (("supply_elasticity", 0.0),)


def _from_to(start: int, end: int) -> Choice:
    """Return the policies of `_TIMED` in a calendar, each with its gain over the rebate of the same calendar."""
    base = Arm(REBATE.replace(start=start, end=end))
    return tuple(Arm(policies[name].replace(start=start, end=end), (), base) for name in _TIMED)


def _decoupled(*names: str) -> tuple[Choice, ...]:
    """Return policies under decoupling, each with its change against the same policy without decoupling."""
    return tuple((Arm(policies[name], (("decoupling", DECOUPLED_AT),), Arm(policies[name])),) for name in names)


SUPPORT_CLAIMS = (
    Claim(
        5, "a", "R&D after withdrawal, by side", (_FINANCED,),
        "From 8 to 12 quarters after the end of policy, firms spend more of their own on R&D where it acted on the "
        "application side than where it acted on the R&D side.",
        _BOTH_APPLICATION, _BOTH_RESEARCH, "vouchers and procurement", "the R&D credit and grants",
        Outcome("private R&D after withdrawal", "own R&D of firms 8 to 12 quarters after withdrawal"), 1,
        "Own R&D after withdrawal is higher where policy acted on the R&D side.",
        "R&D money makes better products, which sell without support. Displaced money stays in firms' cash and may be "
        "spent on R&D later.",
        POLICY_GRID,
    ),
    Claim(
        5, "b", "R&D after withdrawal of vouchers", (_FINANCED,),
        "From 8 to 12 quarters after the end of policy, firms spend more of their own on R&D after vouchers than after "
        "a rebate.",
        (choice("vouchers"),), (choice("rebate"),), "vouchers", "the rebate",
        Outcome("private R&D after withdrawal", "own R&D of firms 8 to 12 quarters after withdrawal"), 1,
        "Own R&D after withdrawal is lower after vouchers.",
        "Users who bought for the subsidy go back when it ends. Some purchases were only made earlier.",
        POLICY_GRID[1:],
    ),
    Claim(
        6, "", "Bonsai", (_BONSAI,),
        "Within 8 quarters of the end of policy, more of the supported firms leave after selective R&D support than "
        "after support of the application side. Exits are in excess of those of firms alike without policy.",
        (choice("grants"), choice("guidance_fund")), _BOTH_APPLICATION,
        "grants and guidance fund", "vouchers and procurement",
        Outcome("bonsai exits", "exits of supported firms in excess", "points", "share", "lower"), 1,
        "More of the supported firms leave after support of the application side.",
        "A price subsidy keeps firms alive by sales that end with it. Money for R&D leaves a better product behind.",
        POLICY_GRID,
    ),
    Claim(
        8, "", "Lab and useful technology", (_USEFUL,),
        "At the end of policy, useful technology is a smaller part of lab technology under grants than under a rebate.",
        (choice("grants"),), (choice("rebate"),), "grants", "the rebate",
        Outcome("usefulness at withdrawal", "useful over lab technology at withdrawal"), -1,
        "The ratio is higher under grants.",
        "Better products are adopted by more users, so that grants may raise useful technology by more.",
        POLICY_GRID[:1],
    ),
    Claim(
        9, "", "Squeezing out old industries", (_OLD,),
        "Where engineers are in fixed supply, grants draw them from old industries, and bring less welfare than a "
        "rebate.",
        ((Arm(policies["grants"], _FIXED_ENGINEERS),),), ((Arm(REBATE, _FIXED_ENGINEERS),),),
        "grants, engineers in fixed supply", "the rebate, engineers in fixed supply",
        WELFARE, -1,
        "Grants bring more welfare although every engineer is taken from somewhere else.",
        "An engineer may bring more in the new industry than in the old one. Its own R&D is paid for by the wage.",
        (BUDGET._replace(levels=(0.005, 0.02), quick=(0.005, 0.02)), POLICY_GRID[0], *WELFARE_GRID),
        "No instrument closes or taxes old industries. Only the channel of engineers and their wage is put to the "
        "test.",
    ),
    Claim(
        11, "a", "Take-off with and without support", (_EARLY, _STRONG),
        "With the best instrument, a tenth of users has adopted sooner than with a rebate.",
        (choice("rd_credit", "basic_research", "grants", "guidance_fund", "mission", "vouchers", "demonstration",
                "procurement", "entry_subsidy", "platform", "infrastructure"),),
        (choice("rebate"),), "the best of eleven instruments", "the rebate",
        Outcome("time to take-off", "quarters to adoption of a tenth", "quarters", "points", "lower"), -1,
        "No instrument brings take-off forward.",
        "That take-off comes without support is built in: parameters are fitted to it. Only its time can move.",
        (*POLICY_GRID, EFFICACIES_AXIS),
        "A technology that never takes off by itself contradicts the facts that parameters are fitted to. So it cannot "
        "be tested here if support is essential, only if it helps. Money need not be equal.",
        equal_money=False,
    ),
    Claim(
        11, "b", "Early against late support", (_EARLY,),
        "The best support in the first 40 quarters gains more welfare than the best from quarter 80 to 120.",
        (_from_to(0, 40),), (_from_to(80, 120),),
        "the best of five instruments from quarter 0 to 40", "the best of them from quarter 80 to 120",
        WELFARE_GAIN, 1,
        "Late support gains more.",
        "Early, few users buy, so that price subsidies may find nothing to pay for. Late, there are more firms and "
        "more sales that money acts on, but less time is left.",
        (*POLICY_CORNERS, *WELFARE_GRID),
    ),
    Claim(
        15, "", "Recovery from decoupling", (_DECOUPLING, _SECTORAL),
        "When all foreigners vanish, output over the next 40 quarters falls less under policies of the application "
        "side than under those of the R&D side.",
        _decoupled("vouchers", "procurement"), _decoupled("rd_credit", "grants"),
        "vouchers and procurement under decoupling", "the R&D credit and grants under decoupling",
        Outcome("output after decoupling", "the change of output by decoupling", "points", "points"), 1,
        "Output falls less under policies of the R&D side.",
        "Domestic R&D replaces foreign technology. Subsidies of domestic products have driven out foreign ones before.",
        POLICY_CORNERS,
        "Foreigners are those of each parameter set: a fifth of suppliers, a tenth of firms.",
    ),
)  # fmt: skip

UNTESTED = (
    Untested(
        9,
        _OLD,
        "No instrument closes, taxes or forbids old industries. Claim 9 tests the one channel that there is: "
        "engineers.",
    ),
    Untested(
        11,
        _STRONG,
        "Parameters are fitted to a take-off without policy. A technology that needs support to take off at all is not "
        "among them.",
    ),
)
"""Words of the essay that these runs cannot test."""
