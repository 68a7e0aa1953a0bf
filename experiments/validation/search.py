"""The search for parameters: trials are asked for in batches, and end when all of a batch are measured.

All trials of a batch are asked for before any ends, and each has samplers of its own, seeded by the search and the
trial's number. So trials depend neither on the order in which runs end, nor on where the search was interrupted.
"""

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from experiments.validation.target import Searched
from experiments.validation.targets import Calibration

if TYPE_CHECKING:
    from optuna.distributions import BaseDistribution
    from optuna.samplers import BaseSampler
    from optuna.storages import BaseStorage
    from optuna.trial import FrozenTrial, Trial

BATCH = 8
"""Trials that are asked for together."""

SEARCH = "calibration"
"""The name of the search among the trials of a folder."""

_VALUES, _ENDS, _ERROR, _SOURCE = "facts", "ends", "error", "source"


class Finished(NamedTuple):
    """A trial that has ended: its distance, parameters, facts, the `ends` of their intervals, and its error."""

    trial: int
    distance: float
    parameters: Mapping[str, float]
    facts: Mapping[str, float]
    ends: Mapping[str, tuple[float, float]]
    error: str = ""

    def accepted(self, calibration: Calibration) -> bool:
        """Return whether every required target was measured, and no more are missed than may be."""
        return calibration.required.keys() <= self.ends.keys() and calibration.may_be_accepted(self.ends)


class Trials:
    """The trials of a calibration under one name in a storage: their parameters, and what was measured in them."""

    def __init__(self, storage: "BaseStorage", calibration: Calibration, name: str = SEARCH) -> None:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.ERROR)
        self.calibration = calibration
        self._storage = storage
        self._study = optuna.create_study(storage=storage, study_name=name, load_if_exists=True)
        self._id = storage.get_study_id_from_name(name)

    @property
    def count(self) -> int:
        """The number of trials, also of those that have not ended."""
        return len(self._study.get_trials(deepcopy=False))

    @property
    def sources(self) -> dict[str, int]:
        """The numbers of the trials that were added for a source, by its name."""
        return {
            str(one.user_attrs[_SOURCE]): one.number
            for one in self._study.get_trials(deepcopy=False)
            if _SOURCE in one.user_attrs
        }

    def add(self, parameters: Mapping[str, float], source: str = "") -> int:
        """Add a trial of given parameters, which then is to be measured, and return its number."""
        from optuna.trial import TrialState, create_trial

        spaces = {one.name: _space(one) for one in self.calibration.searched}
        attributes = {_SOURCE: source} if source else {}
        made = create_trial(
            state=TrialState.RUNNING, params=dict(parameters), distributions=spaces, user_attrs=attributes
        )
        self._study.add_trial(made)
        return self.count - 1

    def values(self, number: int) -> dict[str, float]:
        """Return the facts of a trial that were measured so far."""
        return dict(self._trial(number).user_attrs.get(_VALUES, {}))

    def ends(self, number: int) -> dict[str, tuple[float, float]]:
        """Return the ends of the intervals of the facts of a trial that were measured so far."""
        return {name: (low, high) for name, (low, high) in self._trial(number).user_attrs.get(_ENDS, {}).items()}

    def ended(self, number: int) -> bool:
        """Return whether a trial has ended."""
        return bool(self._trial(number).state.is_finished())

    def failed(self, number: int) -> bool:
        """Return whether a trial has no facts since its runs failed, or its parameters do not fit each other."""
        return _ERROR in self._trial(number).user_attrs

    def keep(
        self, number: int, values: dict[str, float], error: str = "", ends: dict[str, tuple[float, float]] | None = None
    ) -> None:
        """Store facts of a trial, and the `ends` of their intervals, beside those that it has, or its error."""
        trial = self._trial_id(number)
        if error:
            self._storage.set_trial_user_attr(trial, _ERROR, error)
        if ends:
            self._storage.set_trial_user_attr(trial, _ENDS, {**self.ends(number), **ends})
        self._storage.set_trial_user_attr(trial, _VALUES, {} if error else {**self.values(number), **values})

    def point(self, number: int) -> dict[str, float]:
        """Return the parameters of a trial."""
        return dict(self._trial(number).params)

    def finished(self) -> list[Finished]:
        """Return the trials that have ended, by number."""
        return [
            Finished(
                one.number,
                math.nan if one.value is None else one.value,
                dict(one.params),
                dict(one.user_attrs.get(_VALUES, {})),
                self.ends(one.number),
                str(one.user_attrs.get(_ERROR, "")),
            )
            for one in self._study.get_trials(deepcopy=False)
            if one.state.is_finished()
        ]

    def tell(self, number: int) -> None:
        """End a trial with its distance."""
        self._study.tell(number, self.calibration.distance(self.values(number)))

    def _trial(self, number: int) -> "FrozenTrial":
        return self._storage.get_trial(self._trial_id(number))

    def _trial_id(self, number: int) -> int:
        return self._storage.get_trial_id_from_study_id_trial_number(self._id, number)


class Asked(Trials):
    """The trials of a search: those that are to be measured next are asked for."""

    def __init__(self, storage: "BaseStorage", calibration: Calibration) -> None:
        super().__init__(storage, calibration)
        if not self._study.get_trials(deepcopy=False):
            self._study.enqueue_trial(dict(calibration.start))

    def batch(self) -> list[int]:
        """Return the numbers of the trials to be measured next, none when all are. Ask for what is missing of them."""
        trials = self._study.get_trials(deepcopy=False)
        begun = [one for one in trials if not one.state.is_finished() and one.state.name != "WAITING"]
        asked = sum(one.state.name != "WAITING" for one in trials)
        first = begun[0].number if begun else asked
        until = min((first // BATCH + 1) * BATCH, max(self.calibration.search.trials, asked))
        for one in begun:
            self._complete(one)
        for number in range(asked, until):
            self._study.sampler = self._sampler(number)
            self._suggest(self._study.ask())
        return [*(one.number for one in begun), *range(asked, until)]

    def tell(self, number: int) -> None:
        """End a trial with its distance."""
        self._study.sampler = self._sampler(number)
        super().tell(number)

    def _complete(self, trial: "FrozenTrial") -> None:
        """Ask again for what a killed process has not asked for of a trial: it gets the same."""
        from optuna.trial import Trial

        if len(trial.params) < len(self.calibration.searched):
            self._study.sampler = self._sampler(trial.number)
            self._suggest(Trial(self._study, self._trial_id(trial.number)))

    def _suggest(self, trial: "Trial") -> None:
        """Ask for each parameter of a trial. Those that are there already stay, and leave the others as they would be.

        What is sampled for all of them together comes first, and then each has a sampler of its own.
        """
        _ = trial.relative_params
        for place, one in enumerate(self.calibration.searched):
            self._study.sampler = self._sampler(trial.number, place)
            if one.whole:
                trial.suggest_int(one.name, int(one.low), int(one.high), log=one.scale == "log")
            else:
                trial.suggest_float(one.name, one.low, one.high, log=one.scale == "log")

    def _sampler(self, *key: int) -> "BaseSampler":
        from optuna.samplers import CmaEsSampler, TPESampler

        seed = int(np.random.SeedSequence(self.calibration.search.seed, spawn_key=key).generate_state(1)[0] >> 1)
        if self.calibration.search.method == "tpe":
            return TPESampler(seed=seed, n_startup_trials=2 * BATCH)
        return CmaEsSampler(seed=seed, warn_independent_sampling=False)


def _space(one: Searched) -> "BaseDistribution":
    from optuna.distributions import FloatDistribution, IntDistribution

    if one.whole:
        return IntDistribution(int(one.low), int(one.high), log=one.scale == "log")
    return FloatDistribution(one.low, one.high, log=one.scale == "log")
