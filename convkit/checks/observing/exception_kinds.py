"""Kinds of exceptions: what Python's and NumPy's own words say about a mistake."""

from __future__ import annotations

import re

from convkit.checks.observing.behaviour import Observation
from convkit.checks.observing.foreign_code import LearnerError, LearnerTimeout, WrongResult

_FLOAT, _NUMBER = r"'(numpy\.)?float\d*'", r"'?(int|float|bool|numpy\.(int|float|bool)\d*)'?"
_LIST = r"'(list|tuple)'"

_KINDS = {
    "arguments": r"TypeError: .*(required .*argument|positional arguments? but|unexpected keyword"
    r"|got multiple values for|takes no (keyword )?arguments)",
    "None": r"(TypeError|AttributeError): .*NoneType",
    "not-callable": r"TypeError: .*object is not callable",
    "float-size": rf"TypeError: ({_FLOAT} object cannot be interpreted as an integer"
    r"|expected a sequence of integers or a single integer, got '[\d.]+')",
    "no-index": r"TypeError: (slice indices must be|list indices must be .* not float)"
    r"|IndexError: (only integers, slices|arrays used as indices must be)",
    "list": rf"TypeError: ((list|tuple) indices must be .* not tuple|.*operand.*{_LIST} and 'list'"
    rf"|.*operand.*'list' and {_LIST}|can't multiply sequence by non-int of type ('list'|{_FLOAT}))"
    rf"|AttributeError: {_LIST} object has no attribute",
    "pair": r"TypeError: (.*operand.*'tuple'|can only concatenate tuple \(not .(int|float|numpy\.)"
    r"|can't multiply sequence by non-int of type 'tuple'|.*not supported .*'tuple'"
    r"|'tuple' object cannot be interpreted as an integer|.*real number, not '?tuple)",
    "number": rf"TypeError: ({_NUMBER} object (is not|does not support)"
    rf"|cannot unpack non-iterable {_NUMBER}|object of type {_NUMBER} has no len"
    r"|iteration over a 0-d array|len\(\) of unsized object)"
    rf"|AttributeError: {_NUMBER} object has no attribute"
    r"|IndexError: (invalid index to scalar|too many indices .* array is 0-dimensional)",
    "unpacking": r"ValueError: (too many|not enough) values to unpack",
    "gone": r"AttributeError: (module '|'numpy\.|.* was removed )",
    "attribute": r"AttributeError: '(?!(super|function|method|type|str|dict|set|range)\b)\w+'"
    r" object has no attribute",
    "unbound": r"UnboundLocalError: |NameError: cannot access free variable",
    "name": r"NameError: name .* is not defined",
    "key": r"KeyError: ",
    "axes": r"AxisError: |ValueError: (axes don't match|repeated axis|duplicate value in 'axis')",
    "index": r"IndexError: (index .* out of bounds|.*index out of range)",
    "indices": r"IndexError: too many indices",
    "reshape": r"ValueError: .*cannot reshape",
    "scalar": r"TypeError: only .* arrays can be converted"
    r"|ValueError: (setting an array element with a sequence\.?$|can only convert an array)",
    "shapes": r"ValueError: (.*broadcast|.*not aligned|.*mismatch|.*must match exactly"
    r"|.*same number of dimensions|.*same shape|.*inhomogeneous shape)"
    r"|IndexError: (boolean index did not match|shape mismatch)",
    "negative": r"ValueError: (negative dimensions|index can't contain negative)",
    "empty": r"ValueError: (zero-size array to reduction|attempt to get arg(max|min) of an empty"
    r"|need at least one array|.* empty (sequence|iterable)|.*is empty$|.*is an empty sequence)",
    "truth": r"ValueError: The truth value of an array with more than one element",
    "assertion": r"AssertionError",
    "dtype": r"(_?UFunc\w*|TypeError): Cannot cast",
    "read-only": r"ValueError: .*read-only",
    "depth": r"RecursionError",
    "division": r"ZeroDivisionError",
    "overflow": r"OverflowError: (math range error|cannot convert float infinity)",
    "unfinished": r"NotImplementedError",
    "no-exception": r"TypeError: exceptions must derive from BaseException",
    "syntax": r"(SyntaxError|IndentationError)",
}


def kind_of(error: LearnerError) -> str:
    """What kind of failure it is, and which argument it is about.

    An exception that has no kind is known by its type's name.
    """
    if isinstance(error, LearnerTimeout):
        return "timeout"
    if isinstance(error, WrongResult):
        missing = error.message.endswith("is missing.")
        return "missing" if missing else f"result {error.type_name}"
    said = f"{error.type_name}: {error.message}"
    for kind, pattern in _KINDS.items():
        if re.match(pattern, said, re.DOTALL):
            which = re.findall(r"argument[^']*'(\w+)'", said) if kind == "arguments" else []
            return " ".join([kind, *which])
    return error.type_name


_OF_SIZES = {"axes", "index", "indices", "negative", "empty", "reshape", "shapes"}


def of_sizes(came: Observation) -> bool:
    """Whether sizes did not fit: an array of a wrong shape may come of that, or an exception."""
    return not isinstance(came, LearnerError) or kind_of(came) in _OF_SIZES


def alike(one: LearnerError, other: LearnerError) -> bool:
    """The same kind of failure, over the same sizes where the messages tell any.

    One may tell more of them than the other, as `@` does and `dot` does not.
    """
    numbers = [set(re.findall(r"\b\d+", error.message)) for error in (one, other)]
    fewer, more = sorted(numbers, key=len)
    return kind_of(one) == kind_of(other) and fewer <= more and bool(fewer) == bool(more)
