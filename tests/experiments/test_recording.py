"""A recording holds the run: unpacked by the documented layout, it is the state of every quarter."""

import json
import zlib
from typing import Any

import numpy as np
import pytest

from experiments.recording.cache import RecordingCache
from experiments.recording.layout import Coded, pack, unpack
from experiments.recording.recording import SUPPORT, Turn, record_run
from experiments.recording.ties import pack_ties
from model import BadInput, Parameters, policies, simulate
from model.indicators.summary import SERIES_NAMES
from model.simulation import Simulation
from tests.economies import BRANCHES, SMALL

ECONOMIES = {
    "small": (SMALL, {"mix": {"procurement": 0.5, "guidance_fund": 0.5}, "end": 36}),
    **{name: BRANCHES[name] for name in ("all instruments, all shocks", "hard times for firms", "nobody in the end")},
}


def providers(arrays: dict[str, np.ndarray]) -> list[np.ndarray]:
    """Return each frame's providers as slots, -1 the old technology, -2 none."""
    now, begin = arrays["start"].astype(int), 0
    frames = [now.copy() - 2]
    for count in arrays["switches"].tolist():
        now[arrays["switch_user"][begin : begin + count]] = arrays["switch_to"][begin : begin + count]
        begin += count
        frames.append(np.where(now == 1, -1, np.where(now == 0, -2, now - 2)))
    frames[0] = np.where(arrays["start"] == 1, -1, arrays["start"].astype(int) - 2)
    return frames


def firms(arrays: dict[str, np.ndarray], frame: int) -> dict[int, tuple[float, int, int]]:
    """Return units, generation and support of the living firms of a frame by slot."""
    length = arrays["life_last"].astype(int) - arrays["life_first"]
    begin = np.cumsum(length) - length
    found = {}
    for life in np.flatnonzero((arrays["life_first"] <= frame) & (frame < arrays["life_last"])):
        at = begin[life] + frame - arrays["life_first"][life]
        slot = int(arrays["life_slot"][life])
        assert slot not in found
        found[slot] = (arrays["units"][at], arrays["generation"][at], arrays["support"][at])
    return found


@pytest.mark.parametrize("name", ECONOMIES)
def test_what_is_unpacked_is_the_run(name: str) -> None:
    values, traits = ECONOMIES[name]
    p, policy = Parameters(**values), policies["laissez_faire"].replace(**{"budget": 0.01, **traits})
    recorded = record_run(p, policy, 3)
    words, arrays = unpack(recorded.packed)
    simulation = Simulation(p.replace(slots=recorded.run.state.innovators.alive.shape[0]), policy, 3)
    users = providers(arrays)
    for frame in range(p.horizon + 1):
        simulation.advance(frame)
        state = simulation.state
        assert np.array_equal(users[frame], np.maximum(state.users.provider, -2)), frame
        living = firms(arrays, frame)
        assert sorted(living) == np.flatnonzero(state.innovators.alive).tolist(), frame
        for slot, (units, generation, support) in living.items():
            assert units == pytest.approx(state.innovators.units[slot], rel=1 / 256)
            assert generation == state.innovators.generation[slot]
            if frame:
                assert bool(support & SUPPORT["research"]) == (state.innovators.public_research[slot] > 0.0)
                assert bool(support & SUPPORT["price"]) == (state.innovators.subsidy[slot] > 0.0)
    assert words["horizon"] == p.horizon and words["shocks"] == p.shocks
    assert np.array_equal(arrays["size"], state.users.size.astype(np.float32))


def test_series_are_those_of_simulate() -> None:
    p = Parameters(**SMALL)
    recorded = record_run(p, policies["feng"], 5)
    run = simulate(p, "feng", 5)
    words, arrays = unpack(recorded.packed)
    assert words["series"] == list(SERIES_NAMES)
    for name, values in zip(SERIES_NAMES, arrays["series"], strict=True):
        assert np.array_equal(run.series[name], recorded.run.series[name], equal_nan=True), name
        assert np.array_equal(values, run.series[name].astype(np.float32), equal_nan=True), name


def test_a_run_with_too_few_slots_is_the_run_with_enough() -> None:
    p = Parameters(**SMALL, entry_surge=3, surge_size=40)
    assert np.array_equal(
        record_run(p, policies["rebate"], 0).run.series["firms"], simulate(p, "rebate").series["firms"]
    )
    assert record_run(p, policies["rebate"], 0).run.state.innovators.alive.shape[0] > p.slots


def test_too_many_firms_are_refused_in_a_line() -> None:
    p = Parameters(users=60, horizon=20, slots=1024, founders=8, entry=20.0, market_size=1000.0)
    with pytest.raises(BadInput, match="more firms enter than a recording holds, 1,024"):
        record_run(p, policies["rebate"], 0)


@pytest.mark.parametrize("quarter", [1, 20, 47])
def test_a_turn_to_the_own_policy_changes_nothing(quarter: int) -> None:
    """To the last bit."""
    p, own = Parameters(**SMALL), policies["selective"]
    plain, turned = record_run(p, own, 2), record_run(p, own, 2, Turn(own, quarter))
    for name, values in plain.run.series.items():
        assert np.array_equal(values, turned.run.series[name], equal_nan=True), name
    one, other = unpack(plain.packed)[1], unpack(turned.packed)[1]
    assert all(np.array_equal(one[name], other[name], equal_nan=True) for name in one)


def test_a_turn_keeps_the_past_and_changes_the_future() -> None:
    p = Parameters(**SMALL)
    plain = record_run(p, policies["vouchers"], 2)
    turned = record_run(p, policies["vouchers"], 2, Turn(policies["grants"], 10))
    for name in SERIES_NAMES:
        one, other = plain.run.series[name], turned.run.series[name]
        assert np.array_equal(one[:10], other[:10], equal_nan=True), name
    assert turned.run.series["public_rd"][11:36].sum() > 0.0 == plain.run.series["public_rd"].sum()
    words = unpack(turned.packed)[0]
    assert words["turn"] == {"policy": "grants", "quarter": 10} and words["calendar"] == [[0, 10], [10, 48]]


def test_ties_are_those_of_the_quarter() -> None:
    p = Parameters(**SMALL)
    simulation = Simulation(p, policies["platform"], 4)
    simulation.advance(30)
    words, arrays = unpack(pack_ties(p, policies["platform"], 4, 30))
    assert np.array_equal(arrays["contacts"].astype(int) - 1, simulation.state.users.contacts)
    assert np.array_equal(arrays["supplier"], simulation.state.innovators.supplier)
    suppliers = simulation.state.suppliers
    for name in ("domain", "region", "foreign"):
        assert np.array_equal(arrays[name], getattr(suppliers, name))
    assert arrays["capacity"] == pytest.approx(suppliers.capacity, rel=1 / 256)
    sizes = {"perUser": p.contacts, "domains": p.domains, "suppliers": p.suppliers}
    assert words == {"frame": 30, "turned": 0, **sizes}


def test_suppliers_have_a_history() -> None:
    """Each frame is the state after so many quarters, from the start on, and a turn changes what comes after it."""
    p, policy = Parameters(**SMALL), policies["laissez_faire"]
    _, arrays = unpack(pack_ties(p, policy, 4, 30))
    assert arrays["orders"].shape == arrays["capability"].shape == (31, p.suppliers)
    simulation = Simulation(p, policy, 4)
    for frame in (0, 1, 17, 30):
        simulation.advance(frame)
        for name in ("orders", "capability"):
            assert arrays[name][frame] == pytest.approx(getattr(simulation.state.suppliers, name), rel=1 / 256)
    _, turned = unpack(pack_ties(p, policy, 4, 30, Turn(policies["mission"], 10)))
    assert np.array_equal(turned["capability"][:11], arrays["capability"][:11])
    assert not np.array_equal(turned["capability"][30], arrays["capability"][30])


def test_the_default_recording_is_small() -> None:
    assert max(len(record_run(Parameters(), policies[name], 0).packed) for name in ("application", "feng")) < 60 * 1024


def test_any_array_comes_back() -> None:
    generator = np.random.default_rng(0)
    arrays: dict[str, Coded] = {
        "bytes": Coded(generator.integers(0, 256, 7), "u1", delta=True),
        "words": Coded(generator.integers(0, 65536, (3, 5)), "u2", delta=True),
        "whole": Coded(generator.integers(-(2**31), 2**31, 9), "i4"),
        "none": Coded(np.zeros(0), "u2"),
        "real": Coded(np.array([[np.nan, np.inf, -0.5]]), "f4"),
    }
    words, found = unpack(pack({"a": [1, "ä"]}, arrays))
    assert words == {"a": [1, "ä"]}
    for name, coded in arrays.items():
        assert np.array_equal(found[name], coded.values, equal_nan=name == "real"), name
    halves = unpack(pack({}, {"half": Coded(np.geomspace(1e-6, 1e6, 99), "b2")}))[1]["half"]
    assert halves == pytest.approx(np.geomspace(1e-6, 1e6, 99), rel=1 / 256)


def test_the_bytes_are_as_documented() -> None:
    """Read by hand, as another reader would."""
    whole = zlib.decompress(pack({"k": 1}, {"a": Coded(np.array([256, 513]), "u2", delta=True)}))
    length = int.from_bytes(whole[:4], "little")
    header: dict[str, Any] = json.loads(whole[4 : 4 + length])
    (entry,) = header["arrays"]
    assert header["words"] == {"k": 1} and length % 4 == 0
    assert entry == {"name": "a", "type": "u2", "shape": [2], "at": 0, "coding": ["delta", "shuffle"]}
    assert whole[4 + length :] == bytes([0, 1, 1, 1])  # 256 and 257: first bytes 0 and 1, second bytes 1 and 1


def test_recordings_are_kept_within_a_bound() -> None:
    cache, p = RecordingCache(most=2), Parameters(users=60, horizon=4)
    first = cache.find(p, policies["rebate"], 0)
    assert cache.find(p, policies["rebate"], 0) is first
    for seed in (1, 2):
        cache.find(p, policies["rebate"], seed)
    assert len(cache) == 2
    again = cache.find(p, policies["rebate"], 0)
    assert again is not first and again.packed == first.packed
