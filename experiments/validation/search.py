"""The search for parameters: trials are asked for in batches, and end when all of a batch are measured.

All trials of a batch are asked for before any ends, and each has samplers of its own, seeded by the search and the
trial's number. So trials depend neither on the order in which runs end, nor on where the search was interrupted.
"""

from typing import TYPE_CHECKING, Any

import numpy as np

from experiments.validation.targets import Calibration

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial, Trial

BATCH = 8
"""Trials that are asked for together."""

_STUDY = "calibration"
_VALUES, _ERROR = "facts", "error"


class Asked:
    """A calibration's trials in a storage: those that are to be measured, and what was measured."""

    def __init__(self, storage: "BaseStorage", calibration: Calibration) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self._calibration = calibration
        self._storage = storage
        self._study = optuna.create_study(storage=storage, study_name=_STUDY, load_if_exists=True)
        self._id = storage.get_study_id_from_name(_STUDY)
        if not self._study.get_trials(deepcopy=False):
            self._study.enqueue_trial(dict(calibration.start))

    def batch(self) -> list[int]:
        """Return the numbers of the trials to be measured next, none when all are. Ask for what is missing of them."""
        trials = self._study.get_trials(deepcopy=False)
        begun = [one for one in trials if not one.state.is_finished() and one.state.name != "WAITING"]
        asked = sum(one.state.name != "WAITING" for one in trials)
        first = begun[0].number if begun else asked
        until = min((first // BATCH + 1) * BATCH, max(self._calibration.search.trials, asked))
        for one in begun:
            self._complete(one)
        for number in range(asked, until):
            self._study.sampler = self._sampler(number)
            self._suggest(self._study.ask())
        return [*(one.number for one in begun), *range(asked, until)]

    def values(self, number: int) -> dict[str, float]:
        """Return the facts of a trial that were measured so far."""
        return dict(self._trial(number).user_attrs.get(_VALUES, {}))

    def failed(self, number: int) -> bool:
        """Return whether a trial has no facts since its runs failed, or its parameters do not fit each other."""
        return _ERROR in self._trial(number).user_attrs

    def keep(self, number: int, values: dict[str, float], error: str = "") -> None:
        """Store facts of a trial beside those that it has, or its error."""
        trial = self._trial_id(number)
        if error:
            self._storage.set_trial_user_attr(trial, _ERROR, error)
        self._storage.set_trial_user_attr(trial, _VALUES, {} if error else {**self.values(number), **values})

    def tell(self, number: int) -> None:
        """End a trial with its distance."""
        self._study.sampler = self._sampler(number)
        self._study.tell(number, self._calibration.distance(self.values(number)))

    def point(self, number: int) -> dict[str, float]:
        """Return the parameters of a trial."""
        return dict(self._trial(number).params)

    def finished(self) -> list[dict[str, Any]]:
        """Return `trial, distance, parameters, facts, error` of each trial that has ended, by number."""
        return [
            {
                "trial": one.number,
                "distance": one.value,
                "parameters": dict(one.params),
                "facts": dict(one.user_attrs.get(_VALUES, {})),
                "error": str(one.user_attrs.get(_ERROR, "")),
            }
            for one in self._study.get_trials(deepcopy=False)
            if one.state.is_finished()
        ]

    def _complete(self, trial: "FrozenTrial") -> None:
        """Ask again for what a killed process has not asked for of a trial: it gets the same."""
        from optuna.trial import Trial

        if len(trial.params) < len(self._calibration.searched):
            self._study.sampler = self._sampler(trial.number)
            self._suggest(Trial(self._study, self._trial_id(trial.number)))

    def _suggest(self, trial: "Trial") -> None:
        """Ask for each parameter of a trial. Those that are there already stay, and leave the others as they would be.

        What is sampled for all of them together comes first, and then each has a sampler of its own.
        """
        _ = trial.relative_params
        for place, one in enumerate(self._calibration.searched):
            self._study.sampler = self._sampler(trial.number, place)
            if one.whole:
                trial.suggest_int(one.name, int(one.low), int(one.high), log=one.scale == "log")
            else:
                trial.suggest_float(one.name, one.low, one.high, log=one.scale == "log")

    def _sampler(self, *key: int) -> "BaseSampler":
        from optuna.samplers import CmaEsSampler, TPESampler

        seed = int(np.random.SeedSequence(self._calibration.search.seed, spawn_key=key).generate_state(1)[0] >> 1)
        if self._calibration.search.method == "tpe":
            return TPESampler(seed=seed, n_startup_trials=2 * BATCH)
        return CmaEsSampler(seed=seed, warn_independent_sampling=False)

    def _trial(self, number: int) -> "FrozenTrial":
        return self._storage.get_trial(self._trial_id(number))

    def _trial_id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._id, number)
