"""The registry of inquiries. An entry makes a command, its JSON and its figures."""

from experiments.inquiries.discover import DISCOVER
from experiments.inquiries.frontier import FRONTIER
from experiments.inquiries.inquiry import Inquiry
from experiments.inquiries.optimise import OPTIMISE
from experiments.inquiries.sensitivity import SENSITIVITY
from experiments.inquiries.why import WHY

INQUIRIES: dict[str, Inquiry] = {inquiry.name: inquiry for inquiry in (SENSITIVITY, DISCOVER, FRONTIER, WHY, OPTIMISE)}
