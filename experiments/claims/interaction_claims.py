"""Claims 3, 4, 7, 12, 13 and 14: interaction, breadth, size and head starts. None needs a policy."""

from experiments.claims.claim import Arm, Change, Claim, Outcome, Passage, Plus, Side, Times
from model.declaration.sources import FENG
from model.policy.presets import policies

_BREADTH = Passage(
    "Serving a wide range of industries such as agriculture, manufacturing, services, and sectors related to people’s "
    "livelihoods is inevitably the key path for innovative technologies to iterate and develop.",
    FENG,
)
_LATER = Passage(
    "In the latter stages of innovation, the rate of technological progress largely depends on the scope of "
    "interaction "
    "between innovators, users, suppliers, and competitors.",
    FENG,
)
_PROBLEMS = Passage(
    "More importantly, innovators can only accelerate technological progress by continuously creating “new problems” "
    "and solving them through interaction with users and suppliers.",
    FENG,
)
_SIZE = Passage(
    "From this perspective, China’s strong production capacity and vast market size are inherent advantages for "
    "nurturing NQPF.",
    FENG,
)
_LEAD = Passage(
    "While breakthroughs “from 0 to 1” in frontier technology are crucial, industrial innovation competition has never "
    "been determined solely by laboratory invention competitions.",
    FENG,
)
_RESOURCES = Passage(
    "No matter how strong a country or enterprise is in terms of talents, original technology, and capital reserves, "
    "without engaging in industrial activities that face a complex interactive environment and involve high investment "
    "risks, they will struggle to seize the pulse of industrial innovation and transform their resource advantages "
    "into "
    "innovation advantages quickly.",
    FENG,
)

_USEFUL_END = Outcome("useful technology", "useful technology after 160 quarters")
_PER_HEAD = Outcome("welfare per head", "welfare per head at 1 % a quarter")
_RICH, _IDLE = 2.0, 0.5


def _economy(**changes: Change) -> Side:
    """Return the economy without policy with changed parameters."""
    return ((Arm(policies["laissez_faire"], tuple(sorted(changes.items()))),),)


INTERACTION_CLAIMS = (
    Claim(
        3, "", "Breadth of industries", (_BREADTH,),
        "At the same total demand, useful technology is higher where innovators can serve 20 industries than where "
        "they can serve 3.",
        _economy(), _economy(industries=3), "20 industries", "3 industries of the same total demand",
        _USEFUL_END, 1,
        "Useful technology is higher with 3 industries.",
        "More industries have more different needs. A product that fits all fits each less.",
        limits="With 3 industries there is one in each layer, so that layers keep their shares of output.",
    ),
    Claim(
        4, "", "Interaction in later stages", (_LATER,),
        "Users' reports of problems add more to the growth of lab technology in quarters 120 to 160 than in the "
        "first 40.",
        _economy(), _economy(report=0.0), "users report problems", "users report no problems",
        Outcome("late less early progress", "growth of lab technology, late less early (log)", "points", "share"), 1,
        "Reports add more in the first 40 quarters.",
        "Early, labs have most to learn about needs. Without reports, a lab is late and has more room left.",
        limits="Interaction with suppliers and competitors is not switched off, since they are no channel of reports.",
    ),
    Claim(
        7, "", "New problems", (_PROBLEMS,),
        "Useful technology falls more where users report no problems than where each user loses one contact at random.",
        _economy(report=0.0), _economy(contacts=Plus(-1)),
        "users report no problems", "users know one innovator less",
        _USEFUL_END, -1,
        "Losing as many random ties costs more useful technology.",
        "With kappa near 1 labs set themselves problems that are as good. Contacts carry competition and diffusion.",
        limits="A user reports over one tie, to its provider. So one tie of each user is cut for comparison.",
    ),
    Claim(
        12, "a", "Market size", (_SIZE,),
        "Welfare per head is higher in a market of twice the size than in one of half the size.",
        _economy(market_size=2.0), _economy(market_size=0.5), "twice the market size", "half the market size",
        _PER_HEAD, 1,
        "Welfare per head is higher in the smaller market.",
        "A larger market attracts more firms, which duplicate R&D. Engineers grow with the market, so that wages do "
        "not.",
    ),
    Claim(
        12, "b", "Production capacity", (_SIZE,),
        "Welfare per head is higher where suppliers begin with twice the capacity than where they begin with half.",
        _economy(supplier_capacity=Times(2.0)), _economy(supplier_capacity=Times(0.5)),
        "twice the suppliers' capacity", "half the suppliers' capacity",
        _PER_HEAD, 1,
        "Welfare per head is higher with less capacity.",
        "Capacity follows orders within a few years, so that the first endowment may not matter.",
    ),
    Claim(
        13, "", "A head start in the laboratory", (_LEAD,),
        "Half of the firms at the start are foreign and twice as capable. Of what this head start takes from the "
        "share of "
        "domestic firms in quarter 40, less than half is left in quarter 160.",
        _economy(foreign_founders=0.5, foreign_entrants=0.0, foreign_lead=1.0),
        _economy(foreign_founders=0.5, foreign_entrants=0.0, foreign_lead=0.0),
        "foreign founders twice as capable", "foreign founders as capable as domestic ones",
        Outcome("what is left of a head start", "domestic share in quarter 160 less half of that in quarter 40",
                "points", "share"),
        1,
        "More than half of the loss is left.",
        "Sales pay for R&D and teach. So an early lead may feed itself.",
        limits="Foreign suppliers lead too, and serve everybody. That one half is little is a convention.",
    ),
    Claim(
        14, "", "Resources without activity", (_RESOURCES,),
        "With twice the engineers, seed cash and first capability, but half the meetings and reports of users, useful "
        "technology is lower.",
        _economy(engineers=Times(_RICH), seed_cash=Times(_RICH), initial_capability=Times(_RICH), meet=Times(_IDLE),
                 report=Times(_IDLE)),
        _economy(), "twice the resources, half the interaction", "the resources and interaction of the parameter set",
        _USEFUL_END, -1,
        "Useful technology is higher with the resources.",
        "Twice the first capability is worth years of R&D. Half the meetings are still many.",
        limits="That twice and half weigh alike is a convention.",
    ),
)  # fmt: skip
