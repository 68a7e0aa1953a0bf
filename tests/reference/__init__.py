"""The slow reference twin: the economy of model/ODD.md written again the plain way, as its shortest full explanation.

Agents are Mesa agents with attributes, and a step is a loop over them. Shared with the fast model are the parameters,
the policies, the names of indicators and the keyed random words.
"""

from tests.reference.economy import ReferenceEconomy

__all__ = ["ReferenceEconomy"]
