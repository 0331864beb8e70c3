"""The wire between a student's process and the grader: plain data is all that crosses.

    frame    =  magic (4 bytes), header length (u32), payload length (u64), header, payload
    header   =  JSON that describes the structure
    payload  =  the arrays' bytes, one after the other, little-endian; in C order, but for arrays
                that lie in Fortran's

Data is None, bool, int, float, str, numeric arrays and NumPy scalars, and tuples, lists and
str-keyed dicts of these. Anything else is an object: it stays where it lives, and only a
reference to it, a small JSON object that the two sides agree on, is sent. Nothing is ever
unpickled or evaluated, lengths are checked before memory is taken, and what arrives is a copy.

This file runs on both sides, so it imports nothing but NumPy.
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Callable
from typing import Any

import numpy as np

MAGIC = b"cnv1"
PREFIX = struct.Struct(">4sIQ")
HEADER_CAP = 4 << 20
PAYLOAD_CAP = 32 << 20
DEPTH_CAP = 32

_DTYPES = frozenset(
    np.dtype(kind).newbyteorder("<").str
    for kind in "?bhiqBHIQefdFD"  # every number NumPy has in a fixed size
)

Array = np.ndarray[Any, np.dtype[Any]]
Span = tuple[int, Array]


class FramingError(ValueError):
    """Something that is not plain data was to be sent, or what arrived is not a frame."""


def encode(
    value: Any, reference: Callable[[Any], dict[str, Any] | None] = lambda _: None
) -> tuple[list[bytes], list[Array]]:
    """``value`` as the pieces of a frame, and the arrays in it, in the order they are sent.

    ``reference`` describes an object that is not data, or returns None when it may not be sent.

    Raises:
        FramingError: an object that may not be sent, nested too deeply, or too large.
    """
    writer = _Writer(reference)
    try:
        header = json.dumps(writer.node(value, 0), ensure_ascii=False).encode()
    except FramingError:
        raise
    except (ValueError, TypeError) as error:
        # An int of more digits than Python prints; half of a character, which nothing can print.
        raise FramingError(str(error)) from None
    _check_length("structure", len(header), HEADER_CAP)
    prefix = PREFIX.pack(MAGIC, len(header), writer.length)
    return [prefix, header, *writer.payload], writer.arrays


class _Writer:
    """A frame while it is made.

    No function that calls itself by name: such a one keeps its arrays until the garbage
    collector comes, and arrays are large.
    """

    def __init__(self, reference: Callable[[Any], dict[str, Any] | None]) -> None:
        self.arrays: list[Array] = []
        self.payload: list[bytes] = []
        self.length = 0
        self._reference = reference

    def node(self, value: Any, depth: int) -> Any:
        if depth > DEPTH_CAP:
            raise FramingError(f"nested more than {DEPTH_CAP} levels deep")
        if isinstance(value, np.generic) and not isinstance(value, str):
            return {"scalar": self._array(np.asarray(value))}
        if value is None or isinstance(value, bool | int | float | str):
            return value
        if isinstance(value, np.ndarray):
            self.arrays.append(value)
            plain = np.asarray(value)
            order = "F" if plain.flags.fnc else "C"
            described = [self._array(plain), list(plain.shape), plain.flags.writeable, order]
            return {"array": described}
        if isinstance(value, tuple | list):
            kind = "tuple" if isinstance(value, tuple) else "list"
            return {kind: [self.node(entry, depth + 1) for entry in value]}
        if isinstance(value, dict):
            if not all(isinstance(key, str) for key in value):
                raise FramingError("a dict's keys must be str")
            return {"dict": {key: self.node(entry, depth + 1) for key, entry in value.items()}}
        referred = self._reference(value)
        if referred is None:
            raise FramingError(
                f"a {type(value).__name__} cannot be handed over; only None, bool, int, float, "
                "str, numeric arrays, and tuples, lists and dicts of these"
            )
        return {"object": referred}

    def _array(self, array: Array) -> str:
        dtype = array.dtype.newbyteorder("<")
        if dtype.str not in _DTYPES:
            raise FramingError(f"an array of dtype {array.dtype} is not numbers")
        self.length += array.nbytes
        _check_length("arrays", self.length, PAYLOAD_CAP)
        self.payload.append(array.astype(dtype, copy=False).tobytes("A"))
        return dtype.str


def read_prefix(prefix: bytes) -> tuple[int, int]:
    """The lengths of the header and of the payload that follow.

    Raises:
        FramingError: not a frame, or longer than the caps.
    """
    magic, header_length, payload_length = PREFIX.unpack(prefix)
    if magic != MAGIC:
        raise FramingError("not a frame")
    _check_length("structure", header_length, HEADER_CAP)
    _check_length("arrays", payload_length, PAYLOAD_CAP)
    return header_length, payload_length


def _check_length(name: str, length: int, cap: int) -> None:
    if length > cap:
        raise FramingError(
            f"it is too large: the {name} take {length / (1 << 20):.0f} MB, "
            f"and {cap >> 20} MB may be handed over"
        )


def decode(
    header: bytes, payload: bytes, dereference: Callable[[dict[str, Any]], Any] | None = None
) -> tuple[Any, list[Span]]:
    """The value of a frame, and each array in it with the place of its bytes in the payload.

    Raises:
        FramingError: whatever is wrong with it.
    """
    reader = _Reader(payload, dereference)
    try:
        decoded = reader.value(json.loads(header), 0)
    except FramingError:
        raise
    except (ValueError, TypeError, AttributeError, LookupError, RecursionError) as error:
        raise FramingError(f"not a frame: {error}") from None
    if reader.position != len(payload):
        raise FramingError("the payload is longer than its arrays")
    return decoded, reader.spans


class _Reader:
    """A frame while it is read."""

    def __init__(self, payload: bytes, dereference: Callable[[dict[str, Any]], Any] | None) -> None:
        self.spans: list[Span] = []
        self.position = 0
        self._payload = payload
        self._dereference = dereference

    def value(self, node: Any, depth: int) -> Any:
        if depth > DEPTH_CAP:
            raise FramingError("nested too deeply")
        if not isinstance(node, dict):
            if isinstance(node, list):
                raise FramingError("a bare list is no value")
            return _text(node) if isinstance(node, str) else node
        ((kind, content),) = node.items()
        if kind == "array":
            dtype_name, shape, writeable, order = content
            start = self.position
            array = self._array(dtype_name, shape, order)
            array.flags.writeable = writeable is True
            self.spans.append((start, array))
            return array
        if kind == "scalar":
            return self._array(content, [])[()]
        if kind in ("tuple", "list"):
            if not isinstance(content, list):
                raise FramingError(f"a {kind} without entries")
            entries = [self.value(entry, depth + 1) for entry in content]
            return tuple(entries) if kind == "tuple" else entries
        if kind == "dict":
            return {_text(key): self.value(entry, depth + 1) for key, entry in content.items()}
        if kind == "object" and self._dereference is not None and isinstance(content, dict):
            return self._dereference(content)
        raise FramingError(f"{kind!r} is no kind of value")

    def _array(self, dtype_name: Any, shape: Any, order: Any = "C") -> Array:
        if dtype_name not in _DTYPES:
            raise FramingError(f"{dtype_name!r} is no numeric dtype")
        if not isinstance(shape, list) or not all(type(n) is int and n >= 0 for n in shape):
            raise FramingError(f"{shape!r} is no shape")
        if order not in ("C", "F"):
            raise FramingError(f"{order!r} is no order")
        count, dtype = math.prod(shape), np.dtype(dtype_name)
        if count * dtype.itemsize > len(self._payload) - self.position:
            raise FramingError("an array is longer than the payload")
        numbers = (
            np.frombuffer(self._payload, dtype, count, self.position)
            if count
            else np.empty(0, dtype)
        )
        array = numbers.reshape(shape, order=order).copy("K")
        self.position += array.nbytes
        return array


def _text(read: str) -> str:
    read.encode()  # half of a character, which JSON can spell, raises
    return read
