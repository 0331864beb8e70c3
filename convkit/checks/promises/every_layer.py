"""The properties that layers have in common."""

from __future__ import annotations

from collections.abc import Sequence

from convkit.checks.judging.judges import (
    ADJOINT,
    AGAIN,
    DTYPE,
    GRADIENT,
    HEEDED,
    PARAMETER,
    REPEATABLE,
    RESULT,
    RUNS,
    SHAPE,
    UNCHANGED,
    VALUES,
)
from convkit.checks.judging.properties import Property
from convkit.checks.observing.probes import other_parameter
from convkit.checks.observing.quantity import (
    AFTER_OTHERS,
    ASKED_AGAIN,
    BESIDE,
    GRAD_Y_AFTER,
    INNER_PRODUCT,
    KEYS,
    LATER,
    SECOND_TIME,
    SINGLE,
    Quantity,
    Y,
    argument_after,
    first_params,
    grads,
    params,
)


def forward_properties(
    values: str, parameters: Sequence[str] = (), *, of: str = "x"
) -> list[Property]:
    """Of every layer's forward pass; ``values`` is the sentence about the numbers that come out.

    ``of`` is what goes in: the name that its cases give to x.
    """
    kept = (Quantity(of, after="forward"), *(params(name, after="forward") for name in parameters))
    runs = Property("runs", "forward should return an array of numbers.", "forward", (Y,), RUNS)
    listed = " and ".join(str(params(name)) for name in parameters)
    first_parameters = Property(
        "parameters",
        f"A new layer should have {listed}, in the shape asked for.",
        "forward",
        tuple(map(first_params, parameters)),
        PARAMETER,
        ("runs",),
    )
    used = [
        Property(
            f"{name} used",
            f"y should change when {params(name)} changes.",
            "forward",
            (other_parameter(name),),
            HEEDED,
            ("shape", "parameters"),
        )
        for name in parameters
    ]
    shape = Property(
        "shape",
        "y should have the shape that the exercise asks for.",
        "forward",
        (Y,),
        SHAPE,
        ("runs",),
    )
    return [
        runs,
        *([first_parameters] if parameters else []),
        shape,
        *used,
        Property(
            "values",
            values,
            "forward",
            (Y,),
            VALUES,
            ("shape", *(property_.name for property_ in used)),
            numbers=True,
        ),
        Property(
            "input unchanged",
            f"forward should leave {of} and params as they were."
            if parameters
            else f"forward should leave {of} as it was.",
            "forward",
            (*kept, *(quantity.again(SINGLE) for quantity in kept), kept[0].again(BESIDE)),
            UNCHANGED,
            ("values",),
        ),
        _dtype(("values",)),
        Property(
            "repeatable",
            f"y should depend on {of} and params as they are now, not on earlier calls.",
            "forward",
            (Y.again(SECOND_TIME), Y.again(AFTER_OTHERS)),
            REPEATABLE,
            ("values",),
        ),
        Property(
            "two layers",
            "y should stay the same while another layer of the same kind is in use.",
            "forward",
            (Y.again(BESIDE), Y.again(LATER)),
            AGAIN,
            ("repeatable",),
        ),
    ]


def structure(name: str, sentence: str, given: str) -> Property:
    """What y of another x has to be, asked of a layer that has seen the case."""
    quantity = Quantity("y", given=given)
    return Property(name, sentence, "forward", (quantity,), RESULT, ("values", "two layers"))


def backward_properties(
    parameters: Sequence[str] = (), *, linear: bool = False, of: str = "x"
) -> list[Property]:
    """Of every layer's backward pass."""
    gradient = Quantity("grad", of)
    nudged = {gradient: of} | {grads(name): str(params(name)) for name in parameters}
    gradients, names = tuple(nudged), tuple(map(str, nudged))
    after_backward = Quantity(of, after="backward")
    shapes = "Every gradient should have the shape of what it is the gradient of."
    kept = [params(name, after="backward") for name in parameters]
    unchanged = f"{of}, grad_y and params" if parameters else f"{of} and grad_y"
    adjoint = Property(
        "adjoint",
        "⟨f(x) − f(0), grad_y⟩ should equal ⟨x, grad_x⟩: backward is the transpose of forward.",
        "backward",
        (INNER_PRODUCT,),
        ADJOINT,
        names[:1],
    )
    return [
        Property(
            "backward runs",
            "backward should return an array of numbers.",
            "backward",
            (gradient,),
            RUNS,
        ),
        Property(
            "gradient shapes", shapes, "backward", (*gradients, KEYS), SHAPE, ("backward runs",)
        ),
        *(
            Property(
                str(quantity),
                f"{quantity} should equal the slopes found by nudging the numbers of {name}.",
                "backward",
                (quantity,),
                GRADIENT,
                ("backward runs",),
                numbers=True,
            )
            for quantity, name in nudged.items()
        ),
        *([adjoint] if linear else []),
        Property(
            "arrays unchanged",
            f"backward should leave {unchanged} as they were.",
            "backward",
            (
                after_backward,
                GRAD_Y_AFTER,
                *kept,
                after_backward.again(SINGLE),
                GRAD_Y_AFTER.again(SINGLE),
                *(quantity.again(SINGLE) for quantity in kept),
                after_backward.again(BESIDE),
            ),
            UNCHANGED,
            names[:1],
        ),
        Property(
            "gradient dtype",
            f"{gradient} should have the dtype of {of}"
            + (", and grads the dtype of params." if parameters else "."),
            "backward",
            (*gradients, gradient.again(SINGLE)),
            DTYPE,
            names,
        ),
        Property(
            "gradients repeatable",
            "grads should be set, not added to, and belong to this layer's latest forward.",
            "backward",
            tuple(q.again(how) for how in (SECOND_TIME, AFTER_OTHERS) for q in gradients),
            REPEATABLE,
            names,
        ),
        Property(
            "asked again",
            "A second backward after the same forward should give the same.",
            "backward",
            tuple(quantity.again(ASKED_AGAIN) for quantity in gradients),
            AGAIN,
            ("gradients repeatable",),
        ),
        Property(
            "gradients of two layers",
            "Gradients should stay the same while another layer of the same kind is in use.",
            "backward",
            tuple(q.again(how) for how in (BESIDE, LATER) for q in gradients),
            AGAIN,
            ("gradients repeatable",),
        ),
    ]


def function_properties(
    values: Sequence[str], arrays: tuple[str, Sequence[str]] | None = None
) -> list[Property]:
    """Of every function.

    Args:
        values: the properties about the numbers that come out.
        arrays: what goes in, if that is arrays: in words, and what the cases call them.
    """
    repeatable = Property(
        "repeatable",
        "The result should depend on this call alone, not on earlier ones.",
        "forward",
        (Y.again(SECOND_TIME),),
        AGAIN,
        tuple(values),
    )
    if arrays is None:
        return [repeatable]
    words, names = arrays
    return [
        _dtype(tuple(values)),
        Property(
            "input unchanged",
            f"{words} should be left as they were.",
            "forward",
            tuple(map(argument_after, names)),
            UNCHANGED,
            tuple(values),
        ),
        repeatable,
    ]


def _dtype(requires: tuple[str, ...]) -> Property:
    return Property(
        "dtype",
        "float64 in should give float64 out, and float32 in float32 out.",
        "forward",
        (Y, Y.again(SINGLE)),
        DTYPE,
        requires,
    )
