"""Whom a user meets: an exponential race between the firms that it does not know."""

import numpy as np
import pytest
from scipy.stats import chisquare

import model.phases.ties as ties
from agents.innovator import ABROAD
from model.randomness import words

HOMES = np.array([0, 0, 1, ties._EMPTY, 1, 0, ABROAD, 1])  # slot 3 is empty, slot 6 foreign
SEARCHES = 6000


class Known:
    """A user of region 0 that knows slot 1, as far as a search looks at it."""

    region = np.zeros(1, np.int64)
    contacts = np.array([[1, -1]])


@pytest.fixture(scope="module")
def met():
    """Partners of many searches, by segmentation and regions of slots."""
    luck = [words((np.uint64(5), np.uint64(0)), 21, t, 0, 0)[0] for t in range(SEARCHES)]

    def search(segmentation, homes=HOMES):
        working = np.zeros(homes.shape[0], np.int64)
        return np.array([ties.find_partner(segmentation, Known, homes, working, 0, word) for word in luck])

    return search


@pytest.mark.parametrize("segmentation", [0.0, 0.7, 1.0])
def test_firms_are_met_by_the_share_of_their_weights(met, segmentation):
    """Weight 1 in the user's region, 1 - segmentation in others and abroad; never a known firm or an empty slot."""
    counts = np.bincount(met(segmentation), minlength=HOMES.shape[0])
    weight = np.where(HOMES == 0, 1.0, 1.0 - segmentation)
    weight[[1, 3]] = 0.0
    possible = weight > 0.0
    assert counts[~possible].sum() == 0
    assert chisquare(counts[possible], SEARCHES * weight[possible] / weight.sum()).pvalue > 1e-4


def test_a_firm_that_leaves_changes_only_whom_its_partners_meet(met):
    """All others meet the same firm: so arms with nearly the same firms have nearly the same luck."""
    gone = HOMES.copy()
    gone[4] = ties._EMPTY
    before, after = met(0.5), met(0.5, gone)
    assert np.array_equal(before[before != 4], after[before != 4])
    assert (before == 4).any() and (after != 4).all()


def test_slots_above_the_last_firm_change_nothing(met):
    """Places without firms are no part of the race."""
    more = np.concatenate([HOMES, np.full(40, ties._EMPTY)])
    assert np.array_equal(met(0.3), met(0.3, more))


def test_nobody_is_met_where_nobody_can_be(met):
    """All firms of other regions, and full segmentation; or no firms at all."""
    assert (met(1.0, np.array([1, 0, 1, ABROAD])) == -1).all()
    assert (met(0.0, np.full(4, ties._EMPTY)) == -1).all()
