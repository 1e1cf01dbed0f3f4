"""Batch: samples in any order become what a slow, obvious dict would make of them."""

import struct
from itertools import pairwise

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from devices.samples import Samples, TyreReadings
from streams.fleets.batch import DERIVED_FLOATS, DERIVED_INTS, DERIVED_TYRES, SAID, Batch, assemble

SLOTS = np.array([7, 2, 5])
NUMBERS = np.array([4, 9, 1])  # of the drivers "b", "a", "c"
DRIVERS = ["b", "a", "c"]
VALUES = st.sampled_from([float("nan"), 0.0, -0.0, 1.0, -1.0, 1.5, 1e-300, 250.0])

rows = st.lists(
    st.tuples(
        st.integers(0, 2),  # vehicle
        st.integers(0, 4),  # t
        st.fixed_dictionaries({"speed": VALUES, "odometer": VALUES}),
        st.integers(-2, 2),  # driver
        st.lists(st.tuples(st.sampled_from([0, 3]), VALUES, VALUES), max_size=2),  # tyres
    ),
    max_size=25,
)


def samples(rows, drivers=True):
    """``rows`` as a table."""
    tyres = [(v, wheel, float(t), p, c) for v, t, _, _, its in rows for wheel, p, c in its]
    columns = list(zip(*tyres, strict=True)) if tyres else [[]] * 5
    return Samples(
        [("f", "x"), ("f", "y"), ("f", "z")],
        np.array([row[0] for row in rows], np.int64),
        np.array([row[1] for row in rows], np.float64),
        {name: np.array([row[2][name] for row in rows], np.float64) for name in ("speed", "odometer")},
        DRIVERS,
        np.array([row[3] for row in rows], np.int64) if drivers else None,
        TyreReadings(*[np.array(c, d) for c, d in zip(columns, (np.int64, np.int64, *[np.float64] * 3), strict=True)]),
    )


def larger(values):
    """Of several readings of one field the one with the larger bytes, and whether they differed."""
    told = {struct.pack(">d", value) for value in values if value == value}
    return (struct.unpack(">d", max(told))[0] if told else float("nan")), len(told) > 1


def who(codes):
    """Of several drivers a name beats nobody beats nothing; of two names the later in the alphabet wins."""
    names = sorted((DRIVERS[code], code) for code in codes if code >= 0)
    if names:
        return NUMBERS[names[-1][1]]
    return -2 if -2 in codes else -1


def obvious(rows):
    """The same with dicts: {(slot, t): {column: value}}, {(slot, t, wheel): (p, c)}, number of conflicts."""
    merged, wheels, conflicts = {}, {}, 0
    for key in {(SLOTS[v], float(t)) for v, t, *_ in rows}:
        mine = [row for row in rows if (SLOTS[row[0]], float(row[1])) == key]
        merged[key] = {"said_driver": who([row[3] for row in mine])}
        for name in ("speed", "odometer"):
            merged[key][name], differ = larger([row[2][name] for row in mine])
            conflicts += differ
        for wheel in {wheel for row in mine for wheel, *_ in row[4]}:
            readings = [one[1:] for row in mine for one in row[4] if one[0] == wheel]
            both = [larger(values) for values in zip(*readings, strict=True)]
            wheels[(*key, wheel)] = tuple(value for value, _ in both)
            conflicts += sum(differ for _, differ in both)
    return merged, wheels, conflicts


def as_dicts(batch):
    slot = np.repeat(batch.slots, np.diff(batch.bounds))
    names = ("said_driver", "speed", "odometer")
    merged = {
        (s, t): {name: getattr(batch, name)[k] for name in names}
        for k, (s, t) in enumerate(zip(slot, batch.t, strict=True))
    }
    slot = np.repeat(batch.slots, np.diff(batch.tyre_bounds))
    keys = zip(slot, batch.tyre_t, batch.tyre_wheel, strict=True)
    wheels = {key: (batch.tyre_pressure[k], batch.tyre_temp[k]) for k, key in enumerate(keys)}
    return merged, wheels


def plain(table):
    """``table`` with bytes for numbers, so that NaN is NaN and 0.0 is not -0.0."""
    rows = {key: list(row.values()) if isinstance(row, dict) else row for key, row in table.items()}
    return {tuple(map(float, key)): [struct.pack(">d", value) for value in row] for key, row in rows.items()}


def bits(batch):
    """All that was said, to the bit."""
    filled = (*DERIVED_FLOATS, *DERIVED_INTS, *DERIVED_TYRES)
    return {name: getattr(batch, name).tobytes() for name in Batch._fields if name not in filled}


@given(rows)
def test_rows_merge_as_dicts_would(rows):
    batch, conflicts = assemble(samples(rows), SLOTS, NUMBERS)
    merged, wheels, differing = obvious(rows)
    assert [plain(one) for one in as_dicts(batch)] == [plain(merged), plain(wheels)]
    assert conflicts == differing


@given(rows)
def test_vehicles_and_instants_ascend(rows):
    batch, _ = assemble(samples(rows), SLOTS, NUMBERS)
    assert batch.slots.tolist() == sorted({int(SLOTS[row[0]]) for row in rows})
    assert batch.bounds[0] == batch.tyre_bounds[0] == 0
    assert (batch.bounds[-1], batch.tyre_bounds[-1]) == (batch.t.size, batch.tyre_t.size)
    for low, high in pairwise(batch.bounds):
        assert (np.diff(batch.t[low:high]) > 0).all()
    for low, high in pairwise(batch.tyre_bounds):
        keys = list(zip(batch.tyre_t[low:high], batch.tyre_wheel[low:high], strict=True))
        assert keys == sorted(set(keys))


@given(rows, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(rows, chance):
    again = rows + [chance.choice(rows) for _ in range(5 if rows else 0)]
    chance.shuffle(again)
    one, conflicts = assemble(samples(rows), SLOTS, NUMBERS)
    other, more = assemble(samples(again), SLOTS, NUMBERS)
    assert bits(one) == bits(other)
    assert conflicts == more


@settings(max_examples=30)
@given(rows)
def test_no_driver_column_is_nothing_said(rows):
    batch, _ = assemble(samples(rows, drivers=False), SLOTS, NUMBERS)
    assert set(batch.said_driver.tolist()) <= {-1}
    silent = [(v, t, columns, -1, tyres) for v, t, columns, _, tyres in rows]
    assert bits(batch) == bits(assemble(samples(silent), SLOTS, NUMBERS)[0])


def test_sorted_columns_are_copied_only_where_they_must_be():
    given_ = samples([(0, 1, {"speed": 1.0, "odometer": 2.0}, -1, []), (0, 2, {"speed": 3.0, "odometer": 4.0}, -1, [])])
    given_.columns["speed"].setflags(write=False)
    batch, _ = assemble(given_, SLOTS, NUMBERS)
    columns = [getattr(batch, name) for name in (*SAID, "t", "said_driver", *DERIVED_FLOATS, *DERIVED_INTS)]
    assert all(column.flags.c_contiguous and column.flags.writeable for column in columns)
    assert batch.speed.tolist() == [1.0, 3.0]
    assert np.isnan(batch.fuel).all()
