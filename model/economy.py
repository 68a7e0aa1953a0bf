"""The economy as a Mesa model: one quarter per step, agents as views, the same numbers as `simulate`.

Import it through `model.Economy`: Mesa takes a second to load, and nothing else in the project needs it.
"""

import inspect
import warnings
from copy import deepcopy
from typing import Any

import mesa
import numpy as np
import pandas as pd
from mesa.agent import AgentSet
from mesa.datacollection import DataCollector

from model.declaration.errors import BadInput, inside, unknown
from model.declaration.numbers import valid_seed
from model.indicators.summary import SERIES_NAMES, measure_series, measure_state
from model.parameters import Parameters
from model.policy.policy import Policy, check_fits
from model.policy.presets import find_policy
from model.simulation import Run, Simulation, finish
from model.views.agent import Government, Innovator, Supplier, User
from model.views.graph import live_graph

__all__ = ["Economy", "Government", "Innovator", "SeriesCollector", "Supplier", "User"]

_TRAIT = "policy."
_FIXED = {
    "policy": "use economy.branch(policy=...)",
    "parameters": "make another Economy",
    "seed": "make another Economy",
    "period": "use step()",
}
_NO_FIRM = -2  # in place of a quarter of birth; founders have -1


class SeriesCollector(DataCollector):
    """Mesa's DataCollector with a column for every indicator that has a series, beside any reporters of your own.

    The indicators are read from the economy's record when somebody looks: measuring them all every quarter would
    cost more than the economy itself. Rows are the quarters collected, column names those of `nqpf indicators`.
    """

    def __init__(
        self,
        model_reporters: dict[str, Any] | None = None,
        agent_reporters: dict[str, Any] | None = None,
        agenttype_reporters: dict[type, dict[str, Any]] | None = None,
        tables: dict[str, list[str]] | None = None,
    ) -> None:
        self._economy: Economy | None = None
        self._quarters: list[int] = []
        super().__init__(model_reporters, agent_reporters, agenttype_reporters, tables)

    def collect(self, model: "Economy") -> None:
        """Collect the quarter just past."""
        self._economy = None  # Mesa appends to its own columns only
        super().collect(model)
        if not self.model_reporters and hasattr(self, "_collection_steps"):
            self._collection_steps.append(model.time)  # Mesa 3.5 reads rows by these
        self._economy = model
        self._quarters.append(model.period - 1)

    @property
    def model_vars(self) -> dict[str, list[Any]]:
        """Columns by name: all indicators with a series, then your own reporters."""
        if self._economy is None:
            return self._reported
        series = self._economy.series
        return {**{name: series[name][self._quarters].tolist() for name in SERIES_NAMES}, **self._reported}

    @model_vars.setter
    def model_vars(self, columns: dict[str, list[Any]]) -> None:
        self._reported = columns

    def get_model_vars_dataframe(self) -> pd.DataFrame:
        """Return the model's columns, a row per quarter collected."""
        return pd.DataFrame(self.model_vars)


class Economy(mesa.Model):
    """The simulated economy as a `mesa.Model`. `step()` runs one quarter; `running` is False at the horizon.

    Economy(policy="application", seed=7, users=2000)

    `policy`: a preset's name or a Policy. `parameters`: Parameters to start from. `collect`: True keeps every
    indicator's series in `datacollector` (a SeriesCollector), False keeps nothing, or give a DataCollector of your own.
    Further keywords:
      - `seed` or `rng`, the same thing under two names: a whole number, also as text ("7" is 7); 0 if not given.
      - every parameter by its name (`nqpf parameters`): `users=2000, risk=0.1`.
      - every policy trait by the name it has on the command line and in study files: `**{"policy.budget": 0.01}`.
    Raises BadInput for an unknown keyword, naming the nearest one, and for values out of range.

    Mesa's `batch_run` gives its iterations no seed of their own. Give it the seeds instead: `{"seed": range(20)}` among
    its parameters, with one iteration.
    """

    # `seed` is deliberately not in the signature: Mesa 3.5's batch_run would overwrite it with None.
    def __init__(
        self,
        policy: Policy | str = "laissez_faire",
        *,
        rng: int | str | None = None,
        parameters: Parameters | None = None,
        collect: bool | DataCollector = True,
        **kwargs: Any,
    ) -> None:
        # SolaraViz of Mesa 3.5 hands an empty scenario to every model that takes any keyword.
        if any(value is not None for _, value in kwargs.pop("scenario", ())):
            raise BadInput("scenario: give its settings as keywords of Economy")
        read, self._policy, seed = read_settings(policy, rng=rng, parameters=parameters, **kwargs)
        if rng is None and kwargs.get("seed") is None:
            _warn_of_iterations()
        super().__init__(rng=seed)  # Mesa's generators serve shuffles only; the economy's draws are keyed by the seed
        self._parameters = read
        self.simulation = Simulation(read, self._policy, seed)
        self._collects = collect is not False
        self.datacollector = collect if isinstance(collect, DataCollector) else SeriesCollector()
        self._measured: tuple[int, dict[str, np.ndarray]] = (-1, {})
        self._finished: Run | None = None
        self._firms: dict[int, Innovator] | None = None  # views by slot, once agents have been asked for
        self._births = np.full(self.parameters.slots, _NO_FIRM)

    @property
    def parameters(self) -> Parameters:
        """The parameters of the run, as they were given."""
        return self._parameters

    @property
    def policy(self) -> Policy:
        """The policy under which the economy runs."""
        return self._policy

    @property
    def seed(self) -> int:
        """The seed of all random draws."""
        return self.simulation.seed

    @property
    def period(self) -> int:
        """Quarters that have passed."""
        return self.simulation.period

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _FIXED:
            raise AttributeError(f"{name} cannot be changed once the economy exists: {_FIXED[name]}")
        super().__setattr__(name, value)

    def branch(self, policy: Policy | str) -> "Economy":
        """Return the same economy from the current quarter on under another policy; this one stays as it is.

        Both have the same past and the same random draws. The new policy takes over what the old one has not spent.
        Under its own policy a branch goes on as the original does, to the last bit. Raises BadInput for an unknown
        policy.
        """
        chosen = find_policy(policy)
        simulation = self.simulation.branch(chosen)
        other = deepcopy(self)
        other.simulation, other._policy = simulation, chosen
        return other

    def __copy__(self) -> "Economy":
        """Return a deep copy: two economies cannot share a state."""
        return deepcopy(self)

    def __getstate__(self) -> dict[str, Any]:
        """Return the contents of a copy. Views of agents are left out, since they are made anew when asked for."""
        without: dict[str, Any] = {"_firms": None, "_agents": {}, "_agents_by_type": {}, "_all_agents": None}
        return {**vars(self), **without, "_births": np.full(self.simulation.parameters.slots, _NO_FIRM)}

    def __setstate__(self, kept: dict[str, Any]) -> None:
        self.__dict__.update(kept)
        self._all_agents = AgentSet([], random=self.random)

    def step(self) -> None:
        """Run one quarter and collect it. Raises BadInput at the horizon."""
        if self.period >= self.parameters.horizon:
            self.steps = self.period  # Mesa has counted the refused step
            raise BadInput(f"the economy is at its horizon of {self.period} quarters; set a longer horizon")
        self.simulation.advance(self.period + 1)
        while self.simulation.lacks_slots:
            self.simulation = self.simulation.with_more_slots()
        self.running = self.period < self.parameters.horizon
        if self._firms is not None:
            self._follow_firms()
        if self._collects:
            self.datacollector.collect(self)

    # -- what is measured

    @property
    def series(self) -> dict[str, np.ndarray]:
        """Every indicator that has a series, so far. Read-only arrays of shape (period,), equal to `simulate`'s."""
        record = self.simulation.record()
        passed, columns = self._measured
        if passed != len(record.tallies):
            columns = {name: values.copy() for name, values in measure_series(record).items()}
            for values in columns.values():
                values.flags.writeable = False
            self._measured = len(record.tallies), columns
        return dict(columns)

    def indicators(self) -> dict[str, float]:
        """Return distributions now, and levels and flows of the quarter just past (NaN before the first)."""
        last = {name: float(values[-1]) if values.size else np.nan for name, values in self.series.items()}
        return {**last, **measure_state(self.simulation.state, self.simulation.start_output)}

    @property
    def summary(self) -> dict[str, float]:
        """Every summary indicator, as `simulate(...).summary`. Raises BadInput before the horizon."""
        if self.running:
            raise BadInput(
                f"summary: the economy is at quarter {self.period} of {self.parameters.horizon}; "
                "run it to the horizon, or read indicators() for current values"
            )
        if self._finished is None:
            self._finished = finish(self.simulation)
        return self._finished.summary

    def network(self) -> Any:
        """Return the current network: a networkx.MultiDiGraph with typed nodes and edges (model/views/graph.py)."""
        return live_graph(self.simulation.state, self.period, self.parameters.industry_names)

    # -- agents, made when somebody asks for them

    @property
    def agents(self) -> Any:
        """All agents as read-only views: users, suppliers, government and the living innovators."""
        self._make_views()
        return super().agents

    @property
    def agents_by_type(self) -> Any:
        """Views by class: User, Innovator, Supplier, Government."""
        self._make_views()
        return super().agents_by_type

    @property
    def agent_types(self) -> list[type]:
        """The classes of views."""
        self._make_views()
        return list(super().agents_by_type)

    def _make_views(self) -> None:
        if self._firms is not None:
            return
        self._firms = {}
        state = self.simulation.state
        for kind, rows in ((User, state.users.size), (Supplier, state.suppliers.domain), (Government, (0,))):
            for row in range(len(rows)):
                kind(self, row)
        self._agents_by_type.setdefault(Innovator, AgentSet([], random=self.random))
        self._follow_firms()

    def _follow_firms(self) -> None:
        """Drop the views of firms that have left and make views of firms that have entered."""
        assert self._firms is not None
        innovators = self.simulation.state.innovators
        births = np.where(innovators.alive, innovators.birth, _NO_FIRM)
        more = births.size - self._births.size  # slots that were added since
        self._births = np.pad(self._births, (0, more), constant_values=_NO_FIRM)
        for slot in np.flatnonzero(births != self._births).tolist():
            if slot in self._firms:
                self._firms.pop(slot).leave()
            if births[slot] != _NO_FIRM:
                self._firms[slot] = Innovator(self, slot)
        self._births = births


def _warn_of_iterations() -> None:
    """Warn where Mesa's batch_run repeats a run: its second iteration has the first one's seed."""
    frame = inspect.currentframe()
    while frame is not None:
        if frame.f_globals.get("__name__") == "mesa.batchrunner" and frame.f_locals.get("iteration", 0) == 1:
            warnings.warn(
                "batch_run: every iteration has seed 0, so all are the same run; "
                'give {"seed": range(n)} among the parameters instead of iterations=n',
                stacklevel=3,
            )
            return
        frame = frame.f_back


def read_settings(
    policy: Policy | str = "laissez_faire",
    *,
    seed: Any = None,
    rng: Any = None,
    parameters: Parameters | None = None,
    **keywords: Any,
) -> tuple[Parameters, Policy, int]:
    """Return the parameters, policy and seed that the keywords of Economy name. Raise BadInput for others."""
    allowed = [*Parameters.model_fields, *(_TRAIT + name for name in Policy.model_fields), "policy", "seed", "collect"]
    for name in keywords:
        if name not in allowed:
            symbols = Parameters.symbols() | Policy.symbols(_TRAIT)
            raise unknown("keyword of Economy", name, allowed, symbols).within(name)
    if not isinstance(parameters, Parameters | None):
        raise BadInput("must be Parameters", "parameters", parameters)
    if seed is not None and rng is not None:
        raise BadInput(f"seed = {seed!r} and rng = {rng!r} are two names of one thing: give one of them")
    traits = {name.removeprefix(_TRAIT): value for name, value in keywords.items() if name.startswith(_TRAIT)}
    flat = {name: value for name, value in keywords.items() if not name.startswith(_TRAIT)}
    read = (parameters or Parameters()).replace(**flat)
    chosen = find_policy(policy)
    with inside("policy"):
        chosen = chosen.replace(**traits) if traits else chosen
        check_fits(chosen, read.slots)
    given = rng if seed is None else seed
    return read, chosen, 0 if given is None else valid_seed(given)
