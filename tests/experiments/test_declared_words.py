"""Words for declarations: ranges and sentences that documents and the lab share."""

from experiments.declared_words import CHOOSERS, sentence_of, span_in_words
from model.policy.catalogue import INSTRUMENTS


def test_ranges_are_told_by_their_ends_or_all_their_words() -> None:
    assert span_in_words([0.0, 1.0]) == "0 to 1" and span_in_words([1, 10000]) == "1 to 10,000"
    assert span_in_words([0.05, 3.0]) == "0.05 to 3" and span_in_words(["a", "b"]) == "a, b"
    assert span_in_words(None) == span_in_words([]) == ""


def test_meanings_become_sentences_and_names_keep_their_letter() -> None:
    assert sentence_of("share of users") == "Share of users."
    assert sentence_of("kappa: share of users") == "kappa: share of users."


def test_every_instrument_has_a_chooser_in_words() -> None:
    assert {entry.chooser for entry in INSTRUMENTS.values()} <= set(CHOOSERS)
