"""What every widget shares: Python computes arrays, the browser draws them."""

from __future__ import annotations

import base64
import io
import itertools
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import anywidget
import numpy as np
import traitlets

from convkit.layers.arguments import shaped
from convkit.layers.base import Array, Layer
from convkit.training import one_thread

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_HERE = Path(__file__).parent
_SENT_AS_THEY_ARE = ("float64", "float32", "uint8")
Records = tuple[Mapping[str, Iterable[Any]], ...]
RECORDING = "CONVKIT_RECORDING"
"""The environment variable that is set where pages are made that shall move without Python."""


def script(*names: str) -> str:
    """The ES module of a widget: what all share, then the named files, its own last."""
    files = ("drawing.js", "controls.js", *names)
    return "\n".join((_HERE / file).read_text(encoding="utf-8") for file in files)


def packed(array: Array) -> dict[str, Any]:
    """An array as it travels to the browser: shape, dtype, bytes in C order."""
    if array.dtype.name not in _SENT_AS_THEY_ARE:
        array = array.astype("uint8" if array.dtype == bool else "float64")
    return {"shape": array.shape, "dtype": array.dtype.name, "data": array.tobytes()}


class Numbers(traitlets.TraitType[Array, Any]):
    """An operand that is an array with an axis for each of the names, such as "H", "W".

    Tagged ``sync=True`` the browser can set it; it travels as nested lists.
    """

    def __init__(self, *axes: str) -> None:
        super().__init__()
        self.axes = axes
        self.tag(
            operand=True,
            to_json=lambda array, _: array.tolist(),
            from_json=lambda lists, _: lists,
        )

    def validate(self, obj: Any, value: Any) -> Array:
        array = shaped(value, str(self.name), self.axes).copy()
        if not np.isfinite(array).all():
            raise ValueError(f"{self.name}: expected finite numbers, got nan or infinity")
        return array


class Widget(anywidget.AnyWidget):
    """A picture to move. The browser draws it and moves the view; Python computes what it shows.

    A subclass names its ``script`` in ``_esm``, tags the traits that go into the computation with
    ``operand=True``, and defines ``compute() -> dict`` (arrays, and what else the browser needs to
    know) and ``picture() -> Figure`` for readers without a kernel. Whenever an operand changes,
    ``compute`` runs again and ``answer`` carries the result. An operand that ``compute`` refuses
    is put back: in Python the error is raised, in the browser it is shown.

    Attributes:
        records: what a page without Python may ask: operands and their values, the numbers
            ascending; all combinations within one dict, the other operands as they are.
    """

    _css = _HERE / "drawing.css"
    answer = traitlets.Dict().tag(sync=True)
    recorded: traitlets.List[Any] = traitlets.List().tag(sync=True)
    records: ClassVar[Records] = ()

    def __init__(self, **operands: Any) -> None:
        super().__init__(**operands)
        for operand in self.traits(operand=True):
            self.observe(self._recompute, operand)

    def compute(self) -> Mapping[str, Any]:
        raise NotImplementedError(f"{type(self).__name__} does not define compute yet")

    def picture(self) -> Figure:
        raise NotImplementedError(f"{type(self).__name__} does not define picture yet")

    @traitlets.default("answer")
    def _answer(self) -> dict[str, Any]:
        with one_thread():
            computed = self.compute()
        arrays = {
            name: packed(value) if isinstance(value, np.ndarray) else value
            for name, value in computed.items()
        }
        return {"number": 0, "problem": "", "arrays": arrays}

    def _recompute(self, change: Any) -> None:
        number = self.answer["number"] + 1
        try:
            self.answer = self._answer() | {"number": number}
        except Exception:
            self.unobserve(self._recompute, change.name)
            self.set_trait(change.name, change.old)
            self.observe(self._recompute, change.name)
            raise

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """Take what the browser asks for; what goes wrong is shown there."""
        try:
            super().set_state(sync_data)
        except Exception as error:  # a learner's layer may raise anything
            problem = (
                str(error) if isinstance(error, ValueError) else f"{type(error).__name__}: {error}"
            )
            number = self.answer["number"] + 1
            self.answer = {**self.answer, "number": number, "problem": problem}

    def record(self) -> None:
        """Let the page know beforehand what Python answers to `records`."""
        recorded = []
        for grid in self.records:
            before = {operand: getattr(self, operand) for operand in grid}
            for values in itertools.product(*grid.values()):
                varied = dict(zip(grid, values, strict=True))
                for operand, value in varied.items():
                    self.set_state({operand: value})  # which takes a refusal as an answer
                recorded.append({"varied": varied, "answer": self.answer})
            for operand, value in before.items():
                setattr(self, operand, value)
        self.recorded = recorded

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        if RECORDING in os.environ:
            self.record()
        bundle, metadata = super()._repr_mimebundle_(**kwargs) or ({}, {})
        picture = io.BytesIO()
        with one_thread():
            figure = self.picture()
        figure.savefig(picture, format="png", dpi=80, bbox_inches="tight")
        bundle["image/png"] = base64.b64encode(picture.getvalue()).decode()
        bundle["text/plain"] = f"{type(self).__name__}: open the notebook in JupyterLab to move it"
        return bundle, metadata


def whose(layer: type[Layer], reference: type[Layer]) -> str:
    """Whose layer computed a picture, in words: "" for convkit's own."""
    return "" if layer is reference else f"your {layer.__name__}"
