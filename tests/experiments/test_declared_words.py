"""Words for declarations: ranges and sentences that documents and the lab share."""

from experiments.declared_words import CHOOSERS, OF_STATE, definition_in_words, sentence_of, span_in_words
from model.indicators.series import INDICATORS
from model.parameters import Parameters
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


def test_a_formula_is_printed_with_words_for_its_symbols() -> None:
    """Each symbol of the equation has its parameter, or the indicator that measures it, and no raw sign is left."""
    text = definition_in_words(INDICATORS["welfare"].definition)
    formula, *legend = text.split(". ")
    assert formula == (
        "Output − resource costs − imports − ε / (1 + ε) × w × H − χ × taxes − half of leakage, undiscounted"
    )
    declared = {entry["symbol"]: entry for entry in Parameters.declarations()}
    assert legend == [
        f"ε: {declared['eps']['meaning']} (supply_elasticity)",
        f"w: {INDICATORS['wage'].definition}",
        f"H: {INDICATORS['engineer_hours'].definition}",
        f"χ: {declared['chi']['meaning']} (funds_cost).",
    ]


def test_no_definition_shows_a_sign_of_a_programming_language() -> None:
    texts = {name: definition_in_words(entry.definition) for name, entry in INDICATORS.items()}
    assert not [name for name, text in texts.items() if "*" in text or " - " in text]
    assert texts["hhi"] == f"{INDICATORS['hhi'].definition}."
    assert set(OF_STATE.values()) <= set(INDICATORS)
