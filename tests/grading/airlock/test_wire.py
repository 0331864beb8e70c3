"""The framing carries plain data exactly, and nothing else, whatever arrives."""

import contextlib
import gc
import json
import math
import struct
import weakref

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from convkit.grading.airlock import wire
from convkit.grading.airlock.wire import FramingError, decode, encode, read_prefix

NUMERIC = st.one_of(
    hnp.boolean_dtypes(),
    hnp.integer_dtypes(endianness="?"),
    hnp.unsigned_integer_dtypes(endianness="?"),
    hnp.floating_dtypes(endianness="?", sizes=(16, 32, 64)),
    hnp.complex_number_dtypes(endianness="?", sizes=(64, 128)),
)
ARRAYS = NUMERIC.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0)))
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | ARRAYS
DATA = st.recursive(
    LEAVES,
    lambda entries: (
        st.lists(entries, max_size=4)
        | st.lists(entries, max_size=4).map(tuple)
        | st.dictionaries(st.text(), entries, max_size=4)
    ),
    max_leaves=12,
)


def across(value, **sides):
    pieces, _ = encode(value)
    frame = b"".join(pieces)
    header_length, payload_length = read_prefix(frame[: wire.PREFIX.size])
    rest = frame[wire.PREFIX.size :]
    assert len(rest) == header_length + payload_length
    return decode(rest[:header_length], rest[header_length:], **sides)[0]


def same(one, other):
    if isinstance(one, np.ndarray):
        return (
            type(other) is np.ndarray
            and one.shape == other.shape
            and one.dtype.newbyteorder("=") == other.dtype
            and one.astype(other.dtype).tobytes() == other.tobytes()
        )
    if type(one) is not type(other):
        return False
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(same, one, other))
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    return one == other or (isinstance(one, float) and math.isnan(one) and math.isnan(other))


@given(DATA)
def test_data_arrives_as_it_was_sent(value):
    assert same(value, across(value))


@given(NUMERIC.flatmap(lambda dtype: hnp.arrays(dtype, 1)))
def test_numpy_scalars_stay_scalars_of_their_type(array):
    scalar = array[0]
    arrived = across(scalar)
    assert isinstance(arrived, np.generic)
    assert arrived.dtype == scalar.dtype.newbyteorder("=")
    assert arrived.tobytes() == array.astype(arrived.dtype).tobytes()


def test_arrays_are_copies_that_remember_whether_they_may_be_written():
    closed = np.arange(3.0)
    closed.flags.writeable = False
    opened, shut = across([np.arange(3.0), closed])
    opened[0] = 7
    assert not shut.flags.writeable


@given(hnp.array_shapes(min_dims=0, max_dims=4))
def test_arrays_lie_as_they_lay(shape):
    for array in (np.zeros(shape), np.zeros(shape, order="F"), np.zeros(shape).T):
        flags = across(array).flags
        assert (flags.c_contiguous, flags.fnc) == (not array.flags.fnc, array.flags.fnc)


def test_views_and_subclasses_become_plain_arrays():
    view = np.arange(24.0).reshape(4, 6)[::2, ::-3].T
    assert same(np.array(view), across(view))
    assert type(across(view.view(np.matrix))) is np.ndarray


class Odd:
    """Claims to be equal to everything, and to be a number."""

    def __eq__(self, other):
        return True

    def __hash__(self):
        return 0

    def __float__(self):
        return 1.0

    def __array__(self, dtype=None, copy=None):
        return np.ones(1)


LOOP = []
LOOP.append(LOOP)


@pytest.mark.parametrize(
    "value",
    [
        object(),
        Odd(),
        {1: 2},
        {1, 2},
        b"bytes",
        (n for n in range(3)),
        np.array([object()]),
        np.array(["text"]),
        np.array([(1, 2.0)], dtype=[("a", int), ("b", float)]),
        np.datetime64("2020-01-01"),
        np.zeros(2, np.longdouble),
        10**5000,
        "\ud800",
        {"\ud800": 1},
        LOOP,
        [Odd()],
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_is_not_plain_data_is_refused(value):
    with pytest.raises(FramingError):
        encode(value)


def test_objects_cross_only_as_the_references_both_sides_agree_on():
    pieces, _ = encode([Odd()], lambda value: {"number": 3})
    value, _ = decode(pieces[1], b"", lambda described: ("object", described["number"]))
    assert value == [("object", 3)]
    with pytest.raises(FramingError):
        decode(pieces[1], b"")


@pytest.mark.parametrize(
    "prefix",
    [
        wire.PREFIX.pack(b"gzip", 1, 1),
        wire.PREFIX.pack(wire.MAGIC, wire.HEADER_CAP + 1, 0),
        wire.PREFIX.pack(wire.MAGIC, 0, 2**63),
    ],
)
def test_a_length_is_believed_only_up_to_the_cap(prefix):
    with pytest.raises(FramingError):
        read_prefix(prefix)


def test_what_is_too_large_is_not_sent():
    with pytest.raises(FramingError, match="may be handed over"):
        encode("x" * wire.HEADER_CAP)


@pytest.mark.parametrize("size", [3, wire.PAYLOAD_CAP // 8 + 1], ids=["sent", "refused"])
def test_an_array_is_let_go_when_its_frame_is_made(size):
    array = np.zeros(size)
    still_there = weakref.ref(array)
    gc.disable()
    try:
        with contextlib.suppress(FramingError):
            encode([array])
        del array
        assert still_there() is None
    finally:
        gc.enable()


def test_an_array_is_let_go_by_its_reader_as_well():
    gc.disable()
    try:
        array = across([np.zeros(3)])[0]
        still_there = weakref.ref(array)
        del array
        assert still_there() is None
    finally:
        gc.enable()


@given(st.binary(max_size=200), st.binary(max_size=64))
def test_nonsense_is_refused_and_nothing_else_happens(header, payload):
    with contextlib.suppress(FramingError):
        decode(header, payload)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda entries: (
        st.lists(entries, max_size=4)
        | st.dictionaries(
            st.sampled_from(["array", "scalar", "tuple", "list", "dict", "object", "x"]),
            entries,
            max_size=2,
        )
        | st.tuples(st.just("<f8"), st.lists(st.integers(-1, 2**70)), st.booleans()).map(list)
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(JSON, st.binary(max_size=64))
def test_a_lying_structure_is_refused(structure, payload):
    try:
        value, _ = decode(json.dumps(structure).encode(), payload, lambda described: "object")
    except FramingError:
        return
    assert sum(leaf.nbytes for leaf in leaves(value)) <= len(payload)


def leaves(value):
    if isinstance(value, np.ndarray | np.generic):
        yield value
    elif isinstance(value, list | tuple):
        for entry in value:
            yield from leaves(entry)
    elif isinstance(value, dict):
        yield from leaves(list(value.values()))


@pytest.mark.parametrize(
    ("structure", "payload"),
    [
        ({"array": ["|O", [1], True, "C"]}, b"\0" * 8),
        ({"array": ["<U2", [1], True, "C"]}, b"\0" * 8),
        ({"array": ["<M8[s]", [1], True, "C"]}, b"\0" * 8),
        ({"array": ["f4,f4", [1], True, "C"]}, b"\0" * 8),
        ({"scalar": "S8"}, b"\0" * 8),
        ({"array": ["<f8", [1], True, "K"]}, b"\0" * 8),
        ({"array": ["<f8", [2], True, "C"]}, b"\0" * 8),
        ({"array": ["<f8", [1], True, "C"]}, b"\0" * 9),
        ({"array": ["<f8", [-1], True, "C"]}, b""),
        ({"array": ["<f8", [0, 2**62, 2**62], True, "C"]}, b""),
        ({"array": ["<f8", [1] * 100, True, "C"]}, b"\0" * 8),
        ({"array": [["<f8"], [1], True, "C"]}, b"\0" * 8),
        ({"pickle": "gASVAAAA"}, b""),
        ({"tuple": 3}, b""),
        ("\ud800", b""),
        ({"dict": {"\ud800": 1}}, b""),
        ({}, b""),
        ([1], b""),
    ],
)
def test_these_lies_are_refused(structure, payload):
    with pytest.raises(FramingError):
        decode(json.dumps(structure).encode(), payload)


def test_nesting_without_end_is_refused():
    deep = '{"list":[' * 50_000 + "]}" * 50_000
    with pytest.raises(FramingError):
        decode(deep.encode(), b"")


def test_the_prefix_is_what_the_description_says():
    assert struct.calcsize(wire.PREFIX.format) == 16
