"""The instruments of policy, declared: which cell of the 2x2, what it does, in whose words, and how well it works.

`model/policy/instruments.py` holds for each a function of the same name that turns money into support.
"""

from typing import NamedTuple

from model.declaration.sources import CHINA_BRIEFING, FENG, GAN_LIU, KROEBER, ZHANG


class InstrumentDeclaration(NamedTuple):
    """The declared facts of an instrument.

    `efficacy` names the parameter that says what its money achieves where the no-policy economy cannot tell;
    studies draw it over two orders of magnitude. `chooser` is who picks firms for it: "" nobody, the government,
    or the regions' local governments. `pays` is "price" of a price subsidy, which pays a share of the price.
    """

    name: str
    side: str
    reach: str
    meaning: str
    basis: str
    efficacy: str = ""
    chooser: str = ""
    pays: str = ""


INSTRUMENTS: dict[str, InstrumentDeclaration] = {
    entry.name: entry
    for entry in (
        InstrumentDeclaration(
            "rebate", "reference", "broad", "hands the tax straight back to users in proportion to size",
            "the reference arm for equal money",
        ),
        InstrumentDeclaration(
            "rd_credit", "R&D", "broad", "matching credit on every domestic firm's own R&D",
            f"{ZHANG}: 'preferential tax policies to spur R&D investment throughout society'",
        ),
        InstrumentDeclaration(
            "grants", "R&D", "selective", "R&D money for the chosen firms, a share of it tied to the government's plan",
            f"{FENG}: 'pre-planned technological routes'", chooser="government",
        ),
        InstrumentDeclaration(
            "guidance_fund", "R&D", "selective",
            "equity for R&D from each region's government in firms of its region; those that succeed repay",
            f"{KROEBER}: 'government guidance funds'; {ZHANG}: 'low-quality, redundant "
            "development'", chooser="regions",
        ),
        InstrumentDeclaration(
            "mission", "R&D", "selective",
            "consortium of the chosen firms and suppliers: planned R&D, results free among members",
            f"{KROEBER}: 'new national system'", efficacy="mission_efficacy", chooser="government",
        ),
        InstrumentDeclaration(
            "basic_research", "R&D", "broad", "public science, which eases the search for the next generation",
            f"{ZHANG}: 'major research on core technologies in key fields as well as basic research'",
            efficacy="science_efficacy",
        ),
        InstrumentDeclaration(
            "vouchers", "application", "broad", "pays a capped share of the price of any domestic product",
            f"{FENG}: 'application side'; {CHINA_BRIEFING}: 'technological innovation vouchers'",
            pays="price",
        ),
        InstrumentDeclaration(
            "demonstration", "application", "broad",
            "pays integration and compensates risk for the first adopters of domestic products in each industry",
            f"{FENG}: 'innovation demonstrations in specific areas'; {ZHANG}: 'demonstrations of "
            "their industrial applications'",
        ),
        InstrumentDeclaration(
            "procurement", "application", "selective",
            "as vouchers, for the chosen firms' products only; may waive the risk of buying them",
            f"the cell of the 2x2 that {FENG} leaves open", chooser="government", pays="price",
        ),
        InstrumentDeclaration(
            "entry_subsidy", "entry", "broad", "adds to domestic entrants' seed cash",
            "Barwick, Kalouptsidi & Zahur (2019)",
        ),
        InstrumentDeclaration(
            "platform", "community", "broad", "extra meetings of users and innovators across industries and regions",
            f"{FENG}: 'organizing dialogue platforms'", efficacy="platform_efficacy",
        ),
        InstrumentDeclaration(
            "roadmap", "community", "broad",
            "shows all firms pooled reports blended with the plan, fixed for a plan period",
            f"{FENG}: 'medium and long-term technological roadmaps', 'directional consensus'",
            efficacy="roadmap_efficacy",
        ),
        InstrumentDeclaration(
            "common_technology", "community", "broad", "public R&D on the problems reported most, open to all",
            f"{FENG}: 'solving key common technical issues'", efficacy="common_efficacy",
        ),
        InstrumentDeclaration(
            "infrastructure", "community", "broad", "a depreciating stock that lowers the cost of integration for all",
            f"{FENG}: 'investing in key infrastructure'; {GAN_LIU}: 'promote the construction of new "
            "infrastructure'", efficacy="infrastructure_efficacy",
        ),
        InstrumentDeclaration(
            "talent", "framework", "broad", "trains engineers, who come to the market years later",
            f"{ZHANG}: 'cultivating a large pool of high-caliber technical talent'",
            efficacy="talent_efficacy",
        ),
        InstrumentDeclaration(
            "market_unification", "framework", "broad", "lowers the segmentation of the market by regions",
            f"{GAN_LIU}: 'remove regional protectionism and market segmentation'",
            efficacy="unification_efficacy",
        ),
        InstrumentDeclaration(
            "observatory", "framework", "broad", "buys foresight for all that government chooses and plans",
            f"{ZHANG}: 'observatories for tomorrow's industries'", efficacy="observatory_efficacy",
        ),
    )
}  # fmt: skip

PRICE_SUBSIDIES = tuple(name for name, entry in INSTRUMENTS.items() if entry.pays == "price")
"""Instruments that pay a share of the price, in the order of the rows of `Support.purchase`."""
