"""The panel of firms: a row per living firm and quarter, under a number that no other firm ever has."""

import numpy as np

from model import simulate
from model.parameters import Parameters


def test_a_firm_has_one_number_and_a_number_one_firm() -> None:
    """Slots are used again by firms that enter later; numbers are not."""
    run = simulate(Parameters(users=60, horizon=80, slots=24, founders=9, suppliers=12, entry=0.8), panel=True)
    assert run.firms is not None
    firm, slot, birth, period = (run.firms[name] for name in ("firm", "slot", "birth", "period"))
    firms_of_slots = [len(set(birth[slot == one].tolist())) for one in set(slot.tolist())]
    assert max(firms_of_slots) > 1
    assert len(set(firm.tolist())) == sum(firms_of_slots)
    assert len(set(zip(firm.tolist(), period.tolist(), strict=True))) == len(firm)
    for one in set(firm.tolist()):
        assert len(set(birth[firm == one].tolist())) == 1
        assert np.all(np.diff(np.sort(period[firm == one])) == 1)
