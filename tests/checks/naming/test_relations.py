"""Relations: each holds of numbers that were made so, and what is said reads well."""

import numpy as np
import pytest

from convkit.checks.checking import MODULES, find
from convkit.checks.naming.broken_promises import _PROMISES
from convkit.checks.naming.failures import SHAPES
from convkit.checks.naming.look import Look, View
from convkit.checks.naming.misconception import catalogue, told
from convkit.checks.naming.relations import RARE, RELATIONS
from convkit.checks.naming.words import CONDITIONS, ERRORS, MISSING, RESULTS
from convkit.checks.observing.foreign_code import LearnerError, WrongResult
from convkit.checks.observing.quantity import GRAD_X, Y, grads


def wave(value):
    return np.cos(1 + np.arange(value.size)).reshape(value.shape)


def first_plane(value):
    changed = np.zeros_like(value)
    changed[:1, :1, :1] = value[:1, :1, :1]
    return changed


def part(places, bent):
    """``bent`` in the places of an array, and the right numbers everywhere else."""

    def change(value):
        changed = value.copy()
        changed[places] = bent(value)[places]
        return changed

    return change


def bent(value):
    return value + 1 + wave(value)


CHANGES = {
    "digits-lost": lambda value: value.astype(np.float32).astype(float),
    "not-a-number": lambda value: np.where(value > value.mean(), np.nan, value),
    "zeros": np.zeros_like,
    "one-number": lambda value: np.full_like(value, 0.5 + value.flat[0]),
    "negated": np.negative,
    "scaled": lambda value: 7.25 * value,
    "whole-numbers": np.floor,
    "signs": lambda value: np.sign(wave(value)) * value,
    "something-added": lambda value: value + wave(value[0, :, 0, 0])[:, None, None],
    "holes": lambda value: np.where(wave(value) > 0, value, 0),
    "mirrored": lambda value: np.flip(value, (-1, -2)),
    "refolded": lambda value: value.swapaxes(0, 1).reshape(value.shape),
    "piled-up": lambda value: (
        np.cumsum(value.reshape(*value.shape[:2], -1) - 1, -1).reshape(value.shape) + 1
    ),
    "scattered": lambda value: np.sort(value, axis=None).reshape(value.shape),
    "partly-right": part(np.s_[1:], bent),
    "elsewhere": lambda value: np.broadcast_to(value.mean((2, 3), keepdims=True), value.shape),
    "few": part(np.s_[:, :, 1:2, 1:2], bent),
}


def seen(change, quantity=Y, *, only=None):
    """What there would be to see if ``change(right)`` came from a `Conv2d`, in large cases."""
    concept, views = find("Conv2d"), []
    for case in concept.cases:
        expected = concept.expected(case)
        right = expected[quantity].value
        if min(right.shape[:-2]) > 1 and right[0, 0].size > 5:
            got = change(right)
            views.append(View(quantity, case, got, right, True, False, {}, expected))
    assert len(views) > 1
    return Look(quantity, views, only)


def name_of(look):
    catalogue(MODULES["Conv2d"], "Conv2d")
    return told("Conv2d", look)


@pytest.mark.parametrize("id", CHANGES)
def test_a_relation_is_told(id):
    if id == "partly-right":
        look = seen(CHANGES[id], grads("weight"))
        assert name_of(look).id == f"conv2d-backward-{id}"
        assert "Only the first of its feature maps is right." in name_of(look).sentence
        return
    if id == "elsewhere":
        assert name_of(seen(CHANGES[id], GRAD_X)).id == f"conv2d-backward-{id}"
        return
    assert name_of(seen(CHANGES[id])).id == f"conv2d-forward-{id}"


@pytest.mark.parametrize("id", CHANGES)
def test_no_relation_is_told_that_holds_in_one_case_only(id):
    look = seen(CHANGES[id])
    *others, last = look.views
    other = View(Y, last.case, bent(last.right), last.right, True, False, {}, last.expected)
    found = name_of(Look(Y, [*others, other]))
    assert found is None or found.id != f"conv2d-forward-{id}" or id == "not-a-number"


@pytest.mark.parametrize(
    ("change", "id"),
    [
        (lambda value: np.asarray(value.sum()), "one-number-only"),
        (lambda value: value.swapaxes(0, 1), "axes-reordered"),
        (lambda value: value[None], "axes-of-one"),
        (np.ravel, "flattened"),
        (lambda value: value.sum(axis=0), "axes-too-few"),
        (lambda value: np.stack([value, value]), "axes-too-many"),
        (lambda value: value[..., 1:], "too-small"),
        (lambda value: np.concatenate([value, value], -1), "too-large"),
        (lambda value: np.concatenate([value[..., 1:], value[..., 1:]], 0), "another-size"),
    ],
)
def test_a_shape_is_told(change, id):
    assert name_of(seen(change)).id == f"conv2d-forward-{id}"


@pytest.mark.parametrize(
    ("error", "id"),
    [
        (LearnerError("IndexError", "index 3 is out of bounds for axis 0"), "error-index"),
        (LearnerError("KeyError", "'weights'"), "error-key"),
        (WrongResult("None", "…"), "returns-none"),
        (WrongResult("str", "…"), "returns-other"),
    ],
)
def test_a_failure_is_told(error, id):
    found = name_of(seen(lambda value: error))
    assert found is None if id is None else found.id == f"conv2d-forward-{id}"


def test_a_condition_is_told_where_no_number_tells_more():
    found = name_of(seen(lambda value: value * wave(value) + bent(value), only="there is padding"))
    assert found.id == "conv2d-forward-only-padding"
    assert found.title.endswith(" there is padding")


def test_noise_has_no_name():
    assert name_of(seen(lambda value: np.random.default_rng(0).normal(size=value.shape))) is None


TEXTS = {
    **{**ERRORS, **RESULTS, "missing": MISSING},
    **{id: words for id, (_, *words) in {**RELATIONS, **RARE, **SHAPES, **_PROMISES}.items()},
}


@pytest.mark.parametrize("id", TEXTS)
def test_what_is_told_reads_well(id):
    title, sentence, hint = TEXTS[id]
    assert title[-1] not in ".?!,"
    assert sentence.endswith(".") == (id in _PROMISES)
    assert sentence[-1] not in "?,"
    assert hint[-1] in ".?"
    assert all(text.count("`") % 2 == 0 for text in (title, sentence, hint))
    assert len(sentence) + len(hint) < 450


def test_hints_of_conditions_ask():
    assert all(hint[-1] in ".?" for _, hint in CONDITIONS.values())
