"""Types of the two records that compiled phases read: the numbers of Parameters and Policy, and a few derived ones.

At run time both are NumPy's flat records, made by `Parameters.record` and `Policy.record`. The type checker takes
each for the class of the settings that it is made from, so that it knows every name and whether it stands for a whole
number. A record lacks the settings that are words. Numba, which knows the columns, refuses these.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from model.parameters import Parameters
    from model.policy.policy import Policy

    class ParameterRecord(Parameters):
        """The parameters that are numbers, and omega."""

        dtype: np.dtype[Any]

    class PolicyRecord(Policy):
        """The traits that are numbers, and what follows from the mix and from traits that are words."""

        dtype: np.dtype[Any]
        equal_award: int  # whether grants are equal
        criterion: int  # type: ignore[assignment]  # a word in Policy, here its position among the allowed words
        chooses: int  # whether government ever chooses champions
        plans: int  # whether it ever makes a plan
        backs: int  # whether regions ever back firms
        moves_on: int  # first quarter of the later mix

else:
    ParameterRecord = PolicyRecord = np.record
