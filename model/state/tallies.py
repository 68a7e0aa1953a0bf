"""Records of the market, of a quarter's raw counts, and of what shares of users add up."""

from typing import Annotated, Any, NamedTuple

import numpy as np

from agents.kernel.fields import Column, Field

MARKET: tuple[Column, ...] = (
    Column("initial_output", "Y_0: output at t = 0, money per quarter"),
    Column("initial_wage", "w_0: no-policy wage at t = 0, money per hour"),
    Column("initial_supply", "H_0: engineer hours per quarter at w_0"),
    Column("smallest_capacity", "initial and smallest capacity of a supplier, units per quarter"),
    Column("wage", "w, money per hour"),
    Column("hours", "H: engineer hours supplied and used"),
    Column("profits", "profits of domestic innovators that made any in the quarter just past, money"),
    Column("sold", "units that all firms ever sold"),
    Column("frontier", "most advanced generation on offer"),
    Column("gone", "firms that left in the current quarter"),
    Column("entrants", "domestic firms that entered in the quarter just past"),
    Column("demand", "users' activity as a share of normal", 1.0),
    Column("cost", "multiplies unit costs", 1.0),
    Column("segmentation", "share of cross-region meetings that do not happen"),
    Column("integration", "cost of integration per unit of size, money"),
    Column("adoption_cost", "integration and risk of those who adopted a domestic product when last supported, money"),
    Column("surge", "additional entrants of the quarter"),
)

TALLIES: tuple[Column, ...] = (
    Column("output", "users' output, money"),
    Column("wage", "wage, money per hour"),
    Column("hours", "engineer hours used"),
    Column("research_hours", "hours of domestic innovators' engineers, those lost to coordination included"),
    Column("exploration_hours", "of these for exploration"),
    Column("exploration_money", "R&D money for exploration"),
    Column("problems_met", "problems met by users, each user standing for omega"),
    Column("problems_heard", "of these heard by innovators"),
    Column("lab_solutions", "problems solved by innovators' engineers"),
    Column("user_solutions", "solutions made by lead users"),
    Column("gains", "improvement of capability by solutions, summed over firms and domains"),
    Column("entries", "firms entered"),
    Column("exits", "firms left"),
    Column("firms", "living firms"),
    Column("present", "firms alive when policy ended"),
    Column("present_exits", "of these left within eight quarters"),
    Column("supported", "firms with more than 1 % of recent income from public money when policy ended"),
    Column("supported_exits", "of these left within eight quarters"),
    Column("present_selling", "firms alive and selling when policy ended"),
    Column("present_selling_exits", "of these left within eight quarters"),
    Column("supported_selling", "supported firms that were selling"),
    Column("supported_selling_exits", "of these left within eight quarters"),
    Column("size_traditional", "economic size of the layer"),
    Column("size_emerging", "economic size of the layer"),
    Column("size_future", "economic size of the layer"),
    Column("adopted_traditional", "economic size of adopting users of the layer"),
    Column("adopted_emerging", "economic size of adopting users of the layer"),
    Column("adopted_future", "economic size of adopting users of the layer"),
    Column("output_traditional", "output of the layer, money"),
    Column("useful", "sum of size * quality * mastery of adopters"),
    Column("old_quality", "sum of size * quality of the old technology"),
    Column("lab", "mean capability of the frontier lab"),
    Column("generation", "generation in use, weighted by units"),
    Column("frontier_generation", "most advanced generation on offer"),
    Column("units", "units sold by living firms"),
    Column("domestic_units", "of these by domestic firms"),
    Column("entrant_units", "of these by firms born after t = 0"),
    Column("leader", "number of the firm with most units, -1 without sales"),
    Column("price", "sum of units * price before subsidy"),
    Column("unit_cost", "sum of units * unit cost"),
    Column("share_squares", "sum of squared shares of units"),
    Column("components", "units of components ordered"),
    Column("domestic_components", "of these from domestic suppliers"),
    Column("industries_served", "industries served, summed over selling firms"),
    Column("users_served", "economic size served, summed over selling firms"),
    Column("selling_firms", "firms with sales"),
    Column("similarity", "mean pairwise cosine of firms' R&D directions"),
    Column("direction_entropy", "entropy of the hours-weighted mean R&D direction"),
    Column("public_recent", "recent public money of living firms"),
    Column("payments_recent", "users' recent own payments to living firms"),
    Column("dependent_firms", "living firms with more than a third of recent income from public money"),
    Column("productivity", "innovators' productivity, weighted by quality units delivered"),
    Column("productivity_frontier", "highest productivity of an innovator with sales"),
    Column("productivity_within", "Foster-Haltiwanger-Krizan: within firms"),
    Column("productivity_between", "between firms, cross term included"),
    Column("productivity_entry", "firms that begin to sell"),
    Column("productivity_exit", "firms that cease to sell"),
    Column("refused", "entrants for whom there was no slot"),
    Column("profits", "profits less losses of domestic innovators, money"),
    Column("sales", "sum of units * list price, money"),
    Column("risked", "size * risk felt by users that left the old technology, money"),
    Column("across", "economic size of users whose provider is in another region"),
    Column("imports", "revenue of foreign innovators, money"),
    Column("integrated", "economic size of users that changed technology or provider"),
    Column("user_productivity_within", "change of users' mean productivity: users that kept technology or provider"),
    Column("user_productivity_between", "users that changed provider"),
    Column("user_productivity_entry", "users that took up the new technology"),
    Column("user_productivity_exit", "users that went back to the old technology"),
    Column("science", "public science, the normal being 1"),
    Column("common", "mean level of common technology, capability"),
    Column("infrastructure", "stock of infrastructure, money"),
    Column("engineers", "trained engineers in the market"),
)

SUMS: tuple[Column, ...] = (
    Column("switched", "economic size of users that changed technology or provider"),
    Column("adoption_cost", "integration and risk of those that were offered help to adopt, money"),
    Column("aid", "of this paid by government, money"),
    Column("risked", "size * risk felt by users that left the old technology, money"),
    Column("across", "economic size of users whose provider is in another region"),
    Column("within", "change of output per size, times size, of users that kept their technology or provider"),
    Column("between", "of users that changed provider"),
    Column("entry", "of users that took up the new technology"),
    Column("exit", "of users that went back to the old technology"),
)


class Shares(NamedTuple):
    """Users' purchases and changes, added up by each of the K shares of users on its own. N slots."""

    units: Annotated[np.ndarray, Field("K, N", "units", "units sold")]
    delivered: Annotated[np.ndarray, Field("K, N", "", "size * quality * mastery")]
    aid: Annotated[np.ndarray, Field("K, N", "money", "aid to adopters of the firm's product")]
    sums: Annotated[Any, Field("K", "", "records of SUMS", columns=SUMS)]
