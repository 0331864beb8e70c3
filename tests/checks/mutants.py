"""Mutants: right implementations with one small change, as a slip of the finger makes it.

    for mutant in mutants("Conv2d", 20, seed=0):
        check(mutant.load())

Most are wrong; some do the same by another way, which only a judge can tell.
"""

from __future__ import annotations

import ast
import inspect
import random
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import cache
from importlib import import_module
from itertools import islice

from convkit.checks.checking import MODULES
from tests.checks.variants import Variant, right_variants

_TWINS = [
    ("height", "width"), ("rows", "columns"), ("row", "column"), ("row", "col"), ("top", "left"),
    ("down", "right"), ("h", "w"), ("H", "W"), ("oh", "ow"), ("OH", "OW"), ("kh", "kw"),
    ("KH", "KW"), ("HH", "WW"), ("sh", "sw"), ("ph", "pw"), ("pad_h", "pad_w"), ("out_h", "out_w"),
    ("stride_h", "stride_w"), ("in_h", "in_w"), ("p", "q"), ("a", "b"), ("r", "c"), ("j", "k"),
    ("i", "j"), ("y", "x"), ("gamma", "beta"), ("weight", "bias"), ("grad_y", "y"),
    ("max", "min"), ("maximum", "minimum"), ("argmax", "argmin"), ("sum", "mean"),
    ("zeros", "ones"), ("zeros_like", "ones_like"), ("cos", "sin"), ("tanh", "arctan"),
    ("exp", "expm1"), ("out_channels", "in_channels"), ("running_mean", "running_var"),
    ("mean", "var"), ("N", "C"),
]  # fmt: skip
_OTHER_OPERATOR: dict[type[ast.AST], list[type[ast.AST]]] = {
    ast.Add: [ast.Sub],
    ast.Sub: [ast.Add],
    ast.Mult: [ast.Div, ast.Add],
    ast.Div: [ast.Mult],
    ast.FloorDiv: [ast.Mult],
    ast.Mod: [ast.FloorDiv],
    ast.Pow: [ast.Mult],
    ast.MatMult: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt],
    ast.LtE: [ast.Lt],
    ast.Gt: [ast.GtE, ast.Lt],
    ast.GtE: [ast.Gt],
    ast.Eq: [ast.NotEq],
    ast.NotEq: [ast.Eq],
    ast.And: [ast.Or],
    ast.Or: [ast.And],
}


def mutants(name: str, count: int, seed: int) -> list[Variant]:
    """So many mutants of ``name``, or all there are, drawn by ``seed``."""
    everything = random.Random(f"{name} {seed}").sample(_changes_of(name), len(_changes_of(name)))
    found: dict[str, Variant] = {}
    for base, number in everything:
        if len(found) == count:
            break
        source = _changed(base, number)
        if source != _plain(base):
            found.setdefault(source, Variant(name, f"{base.id}-mutant-{number}", source))
    return list(found.values())


@cache
def _changes_of(name: str) -> list[tuple[Variant, int]]:
    bases = [*right_variants(name), *_reference(name)]
    return [(base, number) for base in bases for number in range(sum(1 for _ in _changes_in(base)))]


def _reference(name: str) -> list[Variant]:
    """The reference, but for the optimizer's: it takes no network that is not a Layer."""
    if name == "SGD":
        return []
    module = import_module(f"convkit.layers.{MODULES[name]}")
    return [Variant(name, "reference", inspect.getsource(module))]


def change(mutant: Variant) -> str:
    """What was changed, in a few lines."""
    base_id, _, _ = mutant.id.rpartition("-mutant-")
    base = next(base for base, _ in _changes_of(mutant.name) if base.id == base_id)
    before, after = _plain(base).splitlines(), mutant.source.splitlines()
    gone = [f"- {line.strip()}" for line in before if line not in after]
    come = [f"+ {line.strip()}" for line in after if line not in before]
    return f"{mutant.name} {mutant.id}\n" + "\n".join(gone + come)


@cache
def _plain(base: Variant) -> str:
    return ast.unparse(ast.parse(base.source))


def _changed(base: Variant, number: int) -> str:
    tree, alter = next(islice(_changes_in(base), number, None))
    alter()
    return ast.unparse(ast.fix_missing_locations(tree))


def _changes_in(base: Variant) -> Iterator[tuple[ast.Module, Callable[[], None]]]:
    """Every change at every place: the tree, and what makes the change in it."""
    tree = ast.parse(base.source)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    names |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
    for statement in tree.body:
        if base.id != "reference" or getattr(statement, "name", "") == base.name:
            for node in ast.walk(statement):
                for alter in _changes(node, names):
                    yield tree, alter


def _changes(node: ast.AST, names: set[str]) -> Iterator[Callable[[], None]]:
    """Each gives one field of the node another value."""

    def put(field: str, value: object) -> Callable[[], None]:
        return lambda: setattr(node, field, value)

    def put_at(field: str, index: int, *values: object) -> Callable[[], None]:
        old = getattr(node, field)
        return put(field, [*old[:index], *values, *old[index + 1 :]])

    if isinstance(node, ast.AugAssign):
        yield lambda: _become(node, ast.Assign([node.target], node.value))
    if isinstance(node, ast.BinOp | ast.AugAssign | ast.BoolOp):
        for other in _OTHER_OPERATOR.get(type(node.op), []):
            yield put("op", other())
    if isinstance(node, ast.BinOp):
        for side in (node.left, node.right):  # a term or a factor is dropped
            yield lambda side=side: _become(node, side)
    if isinstance(node, ast.UnaryOp):
        yield lambda: _become(node, node.operand)
    if isinstance(node, ast.Compare):
        for other in _OTHER_OPERATOR.get(type(node.ops[0]), []):
            yield put_at("ops", 0, other())
    if isinstance(node, ast.Constant):
        if isinstance(node.value, bool):
            yield put("value", not node.value)
        elif isinstance(node.value, int | float):
            yield put("value", node.value + 1)
            yield put("value", node.value - 1)
    for field in ("id", "attr"):
        for other in _twins(getattr(node, field, ""), names):
            yield put(field, other)
    for field in ("args", "elts"):
        entries = getattr(node, field, [])
        if isinstance(entries, list):
            for n in range(len(entries)):
                yield put_at(field, n)
            for n in range(len(entries) - 1):
                yield put(field, [*entries[:n], entries[n + 1], entries[n], *entries[n + 2 :]])
    if isinstance(node, ast.Call):
        for n in range(len(node.keywords)):
            yield put_at("keywords", n)
        if isinstance(node.func, ast.Attribute) and node.func.attr in ("copy", "astype"):
            yield lambda: _become(node, node.func.value)
    if isinstance(node, ast.Slice):
        for field in ("lower", "upper", "step"):
            if getattr(node, field) is not None:
                yield put(field, None)
    for field in ("body", "orelse"):
        statements = getattr(node, field, [])
        if isinstance(statements, list):
            yield from _changes_of_statements(statements, lambda new, field=field: put(field, new))
    if isinstance(node, ast.If | ast.IfExp):
        yield put("test", ast.UnaryOp(ast.Not(), node.test))
        yield put("test", ast.Constant(True))
        yield put("test", ast.Constant(False))


def _changes_of_statements(
    statements: list[ast.stmt], put: Callable[[list[ast.stmt]], Callable[[], None]]
) -> Iterator[Callable[[], None]]:
    for n, statement in enumerate(statements):
        others = statements[:n], statements[n + 1 :]
        if isinstance(statement, ast.Assign | ast.AugAssign | ast.Expr):
            yield put([*others[0], ast.Pass(), *others[1]])
        if isinstance(statement, ast.For) and others[1] and isinstance(others[1][0], ast.Return):
            loop = deepcopy(statement)  # the return slips into the loop
            loop.body.append(others[1][0])
            yield put([*others[0], loop, *others[1]])


def _twins(name: str, names: set[str]) -> list[str]:
    found = [
        other
        for pair in _TWINS
        for one, other in (pair, pair[::-1])
        if name == one and (other in names or hasattr(_NUMPY, other))
    ]
    return sorted(set(found))


_NUMPY = import_module("numpy")


def _become(node: ast.AST, other: ast.AST) -> None:
    """The node turns into another one, in its place."""
    location = {key: vars(node)[key] for key in ("lineno", "col_offset") if key in vars(node)}
    vars(node).clear()
    vars(node).update(vars(other) | location)
    node.__class__ = type(other)  # type: ignore[assignment]
