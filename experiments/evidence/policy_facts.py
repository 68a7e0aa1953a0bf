"""Published effects of policy that the model should show, and those that it cannot measure.

They are never targets of a calibration: nothing is fitted to them, and what fails is reported. Numbers and directions
are those of ECONOMY.md and MODEL.md, the design documents.
"""

from experiments.evidence.measures import YEARS
from experiments.evidence.policy_fact import HIGHER, LOWER, NotBuilt, PolicyFact, Published
from model.policy.policy import Policy
from model.policy.presets import policies

POLICY_FACTS: dict[str, PolicyFact] = {}

_BLIND = {"mix": {"grants": 1.0}, "award": "equal", "foresight": 0.0, "compliance": 0.0}
_DISPERSED = Policy(name="equal_grants_30", champions=30, **_BLIND)
_CONCENTRATED = Policy(name="equal_grants_3", champions=3, **_BLIND)
_WITHOUT_LEAKS = policies["grants"].replace(name="grants_without_leaks", leakage=0.0, administration=0.0)
_BOTH = Policy(name="procurement_and_grants", mix={"procurement": 0.5, "grants": 0.5})
_APART = policies["guidance_fund"].replace(name="guidance_fund_without_herding", herding=0.0)
_NONE, _REBATE = policies["laissez_faire"], policies["rebate"]


def _add(fact: PolicyFact) -> None:
    POLICY_FACTS[fact.name] = fact


for _competition in ("weak", "strong"):
    _add(
        PolicyFact(
            f"aghion_{_competition}_competition", "points a year", HIGHER,
            f"blind equal grants to 30 firms against 3, {_competition} competition",
            f"Under {_competition} competition, grants to 30 firms instead of 3 change productivity growth by {{}}",
            "Aghion et al. (2015)",
            "Money in few hands works better here than in China. Leads of selective policies rest on that.",
            (_DISPERSED, _CONCENTRATED), ("tfp_growth",), setting=f"{_competition} competition",
        )
    )  # fmt: skip

_FIRST_YEAR = Published(-0.55, -0.45)
"""About -0.5, as it is quoted: to one digit."""

for _name, _words, _arm in (
    ("credit", "the R&D credit", policies["rd_credit"]), ("grants", "grants", policies["grants"]),
):  # fmt: skip
    for _phase in YEARS:
        _add(
            PolicyFact(
                f"boeing_{_name}_{_phase.replace(' ', '_')}", "ratio", _FIRST_YEAR if _phase == "year 1" else None,
                f"{_words} against no policy, own R&D per unit of public R&D money, {_phase}",
                f"In {_phase}, a unit of public R&D money under {_words} changes own R&D by {{}}",
                "Boeing (2016)",
                "Public R&D money adds another amount of R&D than it did. All policies of the R&D side are misjudged.",
                (_arm, _NONE), (f"private_rd in {_phase}", f"public_rd in {_phase}"), "ratio",
            )
        )  # fmt: skip

_add(
    PolicyFact(
        "moretti", "ratio", None, "grants without leaks or administration against no policy, over all of policy",
        "Over all of policy, a unit of public R&D money that leaks nowhere changes own R&D by {}", "Moretti et al.",
        "Own R&D follows public R&D otherwise than it did. Policies of the R&D side are misjudged.",
        (_WITHOUT_LEAKS, _NONE), ("private_rd", "public_rd"), "ratio",
    )
)  # fmt: skip
_add(
    PolicyFact(
        "barwick_production_over_entry", "ratio", HIGHER,
        "vouchers, paid per unit sold, against entry subsidies, benefit per unit of net cost",
        "Vouchers instead of entry subsidies change the benefit of a unit of net cost by {}", "Barwick et al.",
        "Subsidies to entry look too good beside subsidies to sales.",
        (policies["vouchers"], policies["entry_subsidy"], _NONE), ("benefit", "net_cost"), "ratios",
    )
)  # fmt: skip

for _name, _alone in (("procurement", policies["procurement"]), ("grants", policies["grants"])):
    _add(
        PolicyFact(
            f"guerzoni_mix_over_{_name}", "money", HIGHER,
            f"half procurement and half grants against {_name} alone, own R&D over all of policy",
            f"Procurement with grants instead of {_name} alone changes own R&D by {{}}", "Guerzoni & Raiteri (2015)",
            "The model misses that the two sides of policy help each other. Mixed policies are misjudged.",
            (_BOTH, _alone), ("private_rd",),
        )
    )  # fmt: skip
_add(
    PolicyFact(
        "guerzoni_procurement_over_grants", "money", None,
        "procurement against grants, own R&D over all of policy",
        "Procurement instead of grants changes own R&D by {}", "Guerzoni & Raiteri (2015)",
        "The order of procurement and R&D subsidies differs from the published one.",
        (policies["procurement"], policies["grants"]), ("private_rd",),
    )
)  # fmt: skip

_DEPLOYED = "Deployment moves exploration otherwise than it did. Claims that application pays for R&D are in doubt."
_add(
    PolicyFact(
        "hoppmann_level", "hours", HIGHER, "vouchers against a rebate, hours of exploration over all of policy",
        "Deployment by vouchers changes exploration by {}", "Hoppmann et al. (2013)", _DEPLOYED,
        (policies["vouchers"], _REBATE), ("exploration_hours",),
    )
)  # fmt: skip
_add(
    PolicyFact(
        "hoppmann_share", "share of R&D money", LOWER, "vouchers against a rebate, share of exploration under policy",
        "Deployment by vouchers changes exploration by {} of R&D money", "Hoppmann et al. (2013)", _DEPLOYED,
        (policies["vouchers"], _REBATE), ("exploration_share",),
    )
)  # fmt: skip
_add(
    PolicyFact(
        "li_infrastructure_over_purchase", "share of users", None,
        "infrastructure against vouchers, adoption when policy ends; infrastructure_efficacy is an assumption",
        "Infrastructure instead of vouchers changes adoption by {} of users", "Li et al. (2022)",
        "It says what infrastructure_efficacy is assumed to be, and no more.",
        (policies["infrastructure"], policies["vouchers"]), ("adoption",),
    )
)  # fmt: skip
_add(
    PolicyFact(
        "koski_exit_slope", "ratio", HIGHER,
        "the R&D credit against a rebate, slope of exit within a year on log productivity",
        "Aid to all firms changes the slope of exit on productivity by {}", "Koski & Pajarinen (2015)",
        "Aid keeps unproductive firms alive less than it did. Claims about bonsai industries are too mild.",
        (policies["rd_credit"], _REBATE), ("exit_slope",), panel=True,
    )
)  # fmt: skip
_add(
    PolicyFact(
        "fang_herding", "cosine", HIGHER, "guidance funds with herding against the same without, under policy",
        "Herding of local governments changes the similarity of firms' R&D by {}", "Fang, Li & Lu (2025)",
        "Local governments that copy each other cost too little here. Guidance funds look too good.",
        (policies["guidance_fund"], _APART), ("duplication",),
    )
)  # fmt: skip
_add(
    PolicyFact(
        "hahn_benefit_cost", "ratio", Published(1.0, 6.0),
        "vouchers against no policy, benefit per unit of net cost at 1 % a quarter",
        "A unit of net cost of vouchers brings a benefit of {}", "Hahn et al. (2024)",
        "Public money on the application side brings another amount than it did. Sizes of effects are in doubt.",
        (policies["vouchers"], _NONE), ("benefit", "net_cost"), "ratio",
    )
)  # fmt: skip

NOT_BUILT = (
    NotBuilt(
        "early small grants against late large ones", "Howell (2017)",
        "Grants have a largest age of firms but no least age, so that late grants cannot be declared. The design "
        "documents give no direction.",
    ),
    NotBuilt(
        "investment subsidies, between entry and production subsidies", "Barwick et al.",
        "Firms have no plant. Their one investment is R&D, which is another treatment.",
    ),
)  # fmt: skip
"""Published effects that cannot be measured here."""

ARMS: dict[str, Policy] = {arm.name: arm for fact in POLICY_FACTS.values() for arm in fact.arms}
"""The policies of all facts, by name."""
