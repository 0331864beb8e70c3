"""Kinds of exceptions: what Python's and NumPy's own words say about a mistake."""

from __future__ import annotations

import re

from convkit.checks.learner import LearnerError, LearnerTimeout, WrongResult

_KINDS = {
    "arguments": r"TypeError: .*(required .*argument|positional arguments? but|unexpected keyword"
    r"|got multiple values for|takes no (keyword )?arguments)",
    "not-callable": r"TypeError: .*object is not callable",
    "None": r"(TypeError|AttributeError): .*NoneType",
    "float-size": r"TypeError: .*('float'|float64).* cannot be interpreted as an integer"
    r"|TypeError: slice indices must be|TypeError: 'float' object cannot|TypeError: 'numpy.float"
    r"|TypeError: expected a sequence of integers|IndexError: only integers, slices",
    "pair": r"TypeError: .*('tuple'|tuple and|and tuple)|TypeError: .*not tuple"
    r"|TypeError: .*(must be str|can only concatenate tuple)",
    "number": r"TypeError: .*'int' object is not (subscriptable|iterable)"
    r"|TypeError: .*cannot unpack non-iterable|TypeError: object of type 'int' has no len",
    "unpacking": r"ValueError: .*values to unpack",
    "gone": r"AttributeError: .*module '(numpy|scipy).*has no attribute",
    "attribute": r"AttributeError: ",
    "unbound": r"UnboundLocalError: ",
    "name": r"NameError: ",
    "import": r"(ImportError|ModuleNotFoundError): ",
    "key": r"KeyError: ",
    "axes": r"AxisError: |ValueError: (axes don't match|repeated axis"
    r"|.*must have the same number of dimensions)",
    "index": r"IndexError: ",
    "reshape": r"ValueError: .*cannot reshape",
    "shapes": r"ValueError: .*(broadcast|shapes|matmul|same shape|mismatch|dimension|subscript"
    r"|operand|setting an array element|zero-size|window shape|negative|pad)",
    "truth": r"ValueError: The truth value of an array",
    "assertion": r"AssertionError",
    "dtype": r"_?UFunc.*Error|TypeError: .*(Cannot cast|dtype)",
    "read-only": r"ValueError: .*read-only",
    "depth": r"RecursionError",
    "division": r"ZeroDivisionError|FloatingPointError",
    "unfinished": r"NotImplementedError",
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
