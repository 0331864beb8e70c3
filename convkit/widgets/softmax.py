"""Softmax (slides "Convolutional Network"): logits as sliders, probabilities, loss, gradient."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import traitlets

from convkit.layers.arguments import shaped
from convkit.layers.classifier import SoftmaxCrossEntropy, softmax
from convkit.widgets.base import Numbers, Widget, script
from convkit.widgets.picture import new_figure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

CLASSES = ("cat", "dog", "bird", "fish")
COLOURS = ("#0f766e", "#b45309")


class Softmax(Widget):
    """Move the logits of one image: what the network says, how wrong it is, where it is pushed.

    Args:
        logits: a, shape (classes,).
        label: the number of the correct class, from 0.
        classes: their names.
        loss: a class with `SoftmaxCrossEntropy`'s interface, such as your own.

    Raises:
        ValueError: a wrong shape, or a label that is no class.
    """

    _esm = script("operators.js", "softmax.js")

    logits = Numbers("classes").tag(sync=True)
    label = traitlets.Int().tag(sync=True, operand=True)

    def __init__(
        self,
        logits: Any = (2, 1, 0, -1),
        label: int = 1,
        *,
        classes: Sequence[str] = CLASSES,
        loss: Any = SoftmaxCrossEntropy,
    ) -> None:
        self.classes, self.loss = list(classes), loss
        super().__init__(logits=logits, label=label)

    def compute(self) -> dict[str, Any]:
        """logits; probabilities; gradient of the loss, (classes,); loss; downhill: the logits one
        step of gradient descent with learning rate 1 further; names of the classes; label."""
        logits = shaped(self.logits, "logits", (len(self.classes),)).astype(np.float64)
        loss = self.loss()
        value = float(loss.forward(logits[np.newaxis], np.array([self.label])))
        gradient = shaped(loss.backward(), "the loss's gradient", (1, len(logits)))[0]
        return {
            "logits": logits,
            "probabilities": softmax(logits[np.newaxis])[0],
            "loss": value,
            "gradient": gradient,
            "downhill": (logits - gradient).tolist(),
            "classes": self.classes,
            "label": self.label,
            "whose": "" if self.loss is SoftmaxCrossEntropy else f"your {self.loss.__name__}",
        }

    def picture(self) -> Figure:
        shown = self.compute()
        figure, (probabilities, gradient) = new_figure(2)
        probabilities.barh(self.classes, shown["probabilities"], color=COLOURS[0])
        probabilities.set(title="p", xlim=(0, 1))
        gradient.barh(self.classes, shown["gradient"], color=COLOURS[1])
        gradient.set(title="∇a", xlim=(-1, 1), yticks=[])
        for axes in (probabilities, gradient):
            axes.invert_yaxis()
        return figure
