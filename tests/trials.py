"""Trials of claims with made-up numbers, whose verdicts are known without a run."""

from collections.abc import Mapping

import numpy as np
import pandas as pd

from experiments.claims.claims import CLAIMS
from experiments.claims.measures import CLAIM_MEASURES
from experiments.claims.runs import BENEFIT_STEMS, RunValues, variants_of
from experiments.claims.trial import Trial, judge
from experiments.study.ensemble import Ensemble
from experiments.study.study import Study
from model.policy.presets import policies

PARAMETERS = ("own_problems", "concentration")


def made_up_study(sets: int = 12, seeds: int = 4) -> Study:
    """A study over sets that differ in two parameters, or at the defaults for no sets."""
    drawn = np.random.default_rng(2).uniform(0.35, 0.9, (max(sets, 1), len(PARAMETERS)))
    members = {number + 1: dict(zip(PARAMETERS, map(float, row), strict=True)) for number, row in enumerate(drawn)}
    ensemble = Ensemble(members, "mine/ensemble.parquet", "origin") if sets else None
    return Study("claims", policies=(policies["rebate"],), seeds=tuple(range(seeds)), ensemble=ensemble)


def made_up_values(study: Study, lift: Mapping[str, float], claims=CLAIMS, quick: bool = True) -> RunValues:
    """Measures of about 100 everywhere: plus what `lift` gives to an instrument, and noise that arms do not share."""
    variants = variants_of(claims.values(), quick)
    sets = 1 if study.ensemble is None else len(study.ensemble.members)
    rng = np.random.default_rng(4)
    level = np.array([sum(share * lift.get(name, 0.0) for name, share in policy.mix) for _, policy in variants])
    shape = len(variants), sets, len(study.seeds)
    of = {
        name: 100.0 + level[:, None, None] + rng.normal(0.0, 0.2, shape) for name in (*CLAIM_MEASURES, *BENEFIT_STEMS)
    }
    raises = np.array([bool(policy.mix) for _, policy in variants])
    of["share spent"] = np.where(raises[:, None, None], 1.0, np.nan) * np.ones(shape)
    rows = pd.DataFrame({"status": ["ok"] * len(variants) * sets * len(study.seeds), "error": ""})
    return RunValues({variant: place for place, variant in enumerate(variants)}, of, rows)


def made_up_trial(lift: Mapping[str, float], sets: int = 12, seeds: int = 4, claims=CLAIMS) -> Trial:
    """All claims, or those given, judged on made-up numbers."""
    study = made_up_study(sets, seeds)
    values = made_up_values(study, lift, claims)
    tried = [judge(claim, values, study, True) for claim in claims.values()]
    return Trial(study, tried, True, values.rows)
