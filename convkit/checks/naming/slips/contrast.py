"""Contrast normalizations that slip: in the window, in the formula, and on the way back."""

from collections.abc import Mapping
from functools import partial

import numpy as np

from convkit.checks.naming.anatomy import OF_CHANNELS, Anatomy
from convkit.checks.naming.general import enter_general
from convkit.checks.naming.look import View
from convkit.checks.naming.slip import EVERYWHERE, slips, some_of
from convkit.checks.naming.solver import enter_sum
from convkit.checks.observing.quantity import GRAD_X, Y
from convkit.layers import Array, LocalContrastNorm2d
from convkit.plain import contrast

FORMULA = ("09-contrast-normalization", "The formula")
COMPETE = ("09-contrast-normalization", "Neighbours compete")

OF_X, OF_SQUARES = "x.mean(axis=1, keepdims=True)", "(v**2).mean(axis=1, keepdims=True)"
MEAN, SQUARE = f"blur({OF_X}, self.window)", f"blur({OF_SQUARES}, self.window)"
DIVISOR, RESULT = "np.maximum(self.c, deviation)", "return v / self.m"
AVERAGE = "weighted_sum(x, window) / weighted_sum(np.ones_like(x), window)"
GAUSSIAN = "np.exp(-(offsets**2) / (2 * sigma**2))"
THROUGH_DEVIATION = " + 2 * self.v / self.v.shape[1] * grad_q"
MEAN_BACK = "grad_v.mean(axis=1, keepdims=True)"
THROUGH_MEAN = f" - blur_adjoint({MEAN_BACK}, self.window)"
SWITCHED = "np.where(self.varies, grad_m / (2 * self.m), 0)"
WITH_X = ("return self.divisive.for", "self.divisive.x = x\n        return self.divisive.for")
FRAME = "(middle, middle), (middle, middle)"
OFFSETS = "np.arange(kernel_size) - kernel_size // 2"

# fmt: off
enter = slips("contrast", "LocalContrastNorm2d", forth=FORMULA, back=COMPETE)
slip = partial(enter, within=EVERYWHERE)

slip("forward-channels-summed", "The channels are summed and not averaged",
    "your weights sum to 1 in each channel, so with C channels the mean is C times too large",
    "Three channels that are 5 everywhere: what should the local mean be? What is yours?",
    *some_of((OF_X, OF_X.replace("mean", "sum")), (OF_SQUARES, OF_SQUARES.replace("mean", "sum"))))
slip("forward-channels-apart", "Each channel is normalised by itself",
    "you use a {} of one channel; the channels of a picture share them",
    "Over which indices does Σ_ipq run? Which of the three is missing in your code?",
    *some_of((OF_X, "x"), (OF_SQUARES, "v**2")),
    said=("mean and a deviation", "mean", "deviation"))
slip("forward-not-local", "The whole picture has one mean or one deviation",
    "you average over the picture; the mean should be a weighted one over the window",
    "Should a pixel in one corner know of the opposite corner?",
    *some_of((MEAN, "x.mean(axis=(1, 2, 3), keepdims=True)"),
             (SQUARE, "(v**2).mean(axis=(1, 2, 3), keepdims=True)")))
slip("forward-only-subtracted", "v is not divided by the deviation",
    "you return v: the subtractive step is all that you do",
    "What should the deviation of y be where the contrast is high?", (RESULT, "return v"))
slip("forward-only-divided", "The local mean is not subtracted",
    "you divide x by its local size: the divisive step is all that you do",
    "What is y for a picture that is 5 everywhere? What should it be?", (f"x - {MEAN}", "x"))
slip("forward-x-over-deviation", "x is divided, and not v",
    "you divide x; divide v = x − its local mean", "Which step hands its result to which?",
    [WITH_X, (RESULT, "return self.x / self.m")])
slip("forward-deviation-of-x", "The deviation is that of x",
    "you average the squares of x under the root; v is what has a local mean of 0",
    "Whose squares stand under the root?",
    [WITH_X, (OF_SQUARES, OF_SQUARES.replace("v", "self.x"))])
slip("forward-subtracted-twice", "The mean is subtracted twice",
    "you subtract a local mean from v once more before you divide",
    "How often does the formula subtract a mean?",
    [WITH_X, (RESULT, f"return (v - {MEAN.replace('x.', 'self.x.')}) / self.m")],
    (RESULT, f"return (v - {MEAN.replace('x.', 'v.')}) / self.m"))
slip("forward-deviation-of-the-mean", "The deviation is that of the channels' mean",
    "you average the channels of v first and square afterwards, so that they cancel",
    "Two channels, 3 and −3: what is the mean of their squares? And the square of their mean?",
    (OF_SQUARES, "v.mean(axis=1, keepdims=True) ** 2"))
slip("forward-deviation-about-each-mean", "The deviation is measured about each window's own mean",
    "you subtract the square of the local mean of v under the root; the formula has no such term",
    "What stands under the root in the formula?",
    [WITH_X, (SQUARE, f"np.maximum({SQUARE.replace('v', 'self.x')} - "
                      f"{MEAN.replace('x.', 'self.x.')} ** 2, 0)")],
    (SQUARE, f"np.maximum({SQUARE} - {MEAN.replace('x.', 'v.')} ** 2, 0)"))
slip("forward-root-forgotten", "The square root is missing",
    "you divide v by the mean of its squares",
    "If the contrast doubles, what should y do? What does yours do?",
    (f"np.sqrt({SQUARE})", SQUARE))
slip("forward-c-added", "c is added to the deviation",
    "you divide v by {}; take the larger of σ and c",
    "By what is v divided where σ is far above c?",
    (DIVISOR, "deviation + self.c", "np.sqrt(deviation**2 + self.c)",
     "np.sqrt(deviation**2 + self.c**2)"), said=("σ + c", "√(σ² + c)", "√(σ² + c²)"))
slip("forward-c-ignored", "c is not used",
    "you divide v by σ, however small it is: faint noise is blown up, and 0/0 is not a number",
    "What should become of a picture without any contrast?",
    (DIVISOR, "deviation", "np.maximum(1e-8, deviation)", "np.maximum(1e-12, deviation)"))
slip("forward-c-fixed", "c is fixed", "you use 0.01, whatever `c` says",
    "Where in your code does `self.c` appear?",
    [("> self.c", "> 0.01"), (DIVISOR, "np.maximum(0.01, deviation)")])
slip("forward-faint-left-out", "Where σ is below c, nothing is divided",
    "there your y is {}; it should be v / c", "By what should v be divided where σ is below c?",
    (RESULT, *(f"return np.where(self.varies, v / self.m, {other})" for other in "v0")),
    said="v0")
slip("forward-c-is-the-mean", "c is the mean of the deviations",
    "you put a picture's mean σ in the place of `c`, as in the paper; here c is given",
    "Where in your code does `self.c` appear?",
    (DIVISOR, "np.maximum(deviation.mean(axis=(1, 2, 3), keepdims=True), deviation)",
     "np.maximum(deviation.mean(), deviation)"))
slip("forward-batch-mixed", "The pictures of a batch are mixed",
    "your {} over the batch as well",
    "Should y of one picture depend on the other pictures?",
    (OF_X, "x.mean(axis=0, keepdims=True)", "x.mean(axis=(0, 1), keepdims=True)"),
    [(OF_X, "x.mean(axis=(0, 1), keepdims=True)"),
     (OF_SQUARES, "(v**2).mean(axis=(0, 1), keepdims=True)")],
    [(OF_X, "x.mean(axis=0, keepdims=True)"), (OF_SQUARES, "(v**2).mean(axis=0, keepdims=True)")],
    said=(*["mean runs"] * 2, *["mean and your deviation run"] * 2))
slip("window-not-renormalised", "At the border the window's weights do not sum to 1",
    "what lies outside the picture counts as black, so the mean is too small at the border",
    "A picture that is 5 everywhere: what should the local mean be in its corner?",
    (AVERAGE, "weighted_sum(x, window)"))
slip("window-sum-forgotten", "The window's weights do not sum to 1",
    "you use the Gaussian as it is, without dividing it by its sum",
    "A picture that is 5 everywhere: what should its local mean be? What is yours?",
    (AVERAGE, "weighted_sum(x, window) / window.max()"))
slip("window-columns-sum", "You divide by the border's weights before the sum",
    "at the border you make the weights that a pixel *gives* sum to 1; those that it *gets* should",
    "A picture that is 5 everywhere: what should the local mean be in its corner?",
    (AVERAGE, "weighted_sum(x / weighted_sum(np.ones_like(x), window), window)"))
slip("window-mirrored", "The picture is continued beyond its border",
    "you {} at the border, where the window should be cut off",
    "Which pixels should count in a corner: only those that exist?",
    ("middle)))", "middle)), mode='edge')", "middle)), mode='symmetric')",
     "middle)), mode='wrap')"),
    said=("repeat the last pixels", "mirror the picture", "wrap the picture around"))
slip("window-flat", "The window is flat",
    "all pixels of your window count alike: it is a box, and not a Gaussian",
    "Which pixel of the window should count most?", (GAUSSIAN, "np.ones(kernel_size)"))
slip("window-two-forgotten", "The 2 is missing in the Gaussian",
    "your weights are e^(−p²/σ²); the Gaussian has 2σ² there",
    "How does the formula of a Gaussian of width σ go?", ("2 * sigma**2", "sigma**2"))
slip("window-sigma-not-squared", "sigma is not squared in the Gaussian",
    "your weights are e^(−p²/2σ): you take sigma for a variance",
    "How does the formula of a Gaussian of width σ go?", ("2 * sigma**2", "2 * sigma"))
slip("window-sigma-ignored", "sigma is not used",
    "your Gaussian has a width of its own, whatever `sigma` says",
    "Where in your code does `sigma` appear?", ("2 * sigma**2", "2 * (kernel_size / 4) ** 2", "2"))
slip("window-from-the-corner", "The Gaussian starts in the window's corner",
    "your offsets are 0, 1, 2, …, so the window's first pixel weighs most, not its middle",
    "Which offset should the middle of the window have?", (OFFSETS, "np.arange(kernel_size)"))
slip("window-beside", "The window is not centred on its pixel",
    "your window lies a pixel too far {}",
    "Which pixel has the largest weight for y[0, 0, 3, 3]?",
    (FRAME, "(middle + 1, middle - 1), (middle + 1, middle - 1)",
     "(middle - 1, middle + 1), (middle - 1, middle + 1)",
     "(middle, middle), (middle + 1, middle - 1)", "(middle, middle), (middle - 1, middle + 1)",
     "(middle + 1, middle - 1), (middle, middle)", "(middle - 1, middle + 1), (middle, middle)"),
    said=("up and left", "down and right", "left", "right", "up", "down"))
slip("window-last-row-missing", "The window's last row and column are missing",
    "your offsets stop one too early: they go from −h to h − 1, and not to h",
    "Which offsets belong to a window of 7? How many are there?",
    (OFFSETS, "np.arange(kernel_size - 1) - kernel_size // 2"))
slip("window-flat-along", "The Gaussian falls off in one direction only",
    "your weights depend on the distance in {} alone",
    "On which two distances does the weight of a pixel depend?",
    ("np.outer(line, line)", "np.outer(line, np.ones(kernel_size))",
     "np.outer(np.ones(kernel_size), line)"), said=("rows", "columns"))
slip("window-one-direction", "The window has only one direction",
    "you blur {}, but not both ways",
    "How many pixels does a window of 7 × 7 have?",
    ("np.outer(line, line)", "np.outer(line, offsets == 0)", "np.outer(offsets == 0, line)"),
    said=("down the columns", "along the rows"))
slip("window-disc", "The window is a disc", "you leave out the pixels in the corners of the window",
    "How many pixels does a window of 3 × 3 have?",
    ("np.outer(line, line)",
     "np.outer(line, line) * (np.add.outer(offsets**2, offsets**2) <= (kernel_size // 2) ** 2)"))
slip("window-too-large", "The window is too large",
    "your window reaches further than kernel_size // 2 from its middle",
    "Which offsets belong to a window of 7? How many are there?",
    (OFFSETS, "np.arange(kernel_size + 2) - (kernel_size + 2) // 2",
     "np.arange(2 * kernel_size + 1) - kernel_size", "np.arange(17) - 8"))
slip("backward-blur-not-transposed", "On the way back you blur as on the way forward",
    "you blur the gradient like a picture, but at the border the blur is not its own adjoint",
    "How much does a corner pixel give to its neighbour's mean? And how much does it get?",
    *some_of(("blur_adjoint(grad_s", "blur(grad_s"), ("blur_adjoint(grad_v", "blur(grad_v")))
slip("backward-border-not-divided", "On the way back you do not divide at the border",
    "forward divides by the weights inside the picture; your backward has the weighted sum alone",
    "By what does forward divide in a corner? Where is this number in your backward?",
    ("grad_y / weighted_sum(np.ones_like(grad_y), window)", "grad_y"))
slip("backward-mean-constant", "The local mean is treated as a constant",
    "your way back ends at v: you leave out what flows through the mean",
    "If one pixel grows, what does the local mean of its neighbours do?", (THROUGH_MEAN, ""))
slip("backward-kink-ignored", "Where c is larger, the gradient flows through σ all the same",
    "you do not switch off the term with σ where σ < c, though max(c, σ) is a constant there",
    "By what is v divided where σ is below c? Does that depend on x?",
    (SWITCHED, "grad_m / (2 * self.m)", "np.where(self.varies, 0, grad_m / (2 * self.m))"))
slip("backward-power", "The wrong power of σ",
    "1/σ has the slope −1/σ², and √s the slope 1/(2σ): your term is not divided by σ³ in all",
    "What is the slope of 1/σ along σ, and that of σ = √s along s?", ("m**2", "m", "m**3", "m**0"),
    ("/ (2 * self.m)", "/ (2 * self.m**2)"))
slip("backward-channels-not-averaged", "The factor 1/C is lost on the way back",
    "the mean over the channels becomes a sum on your way back",
    "If one channel grows by 1, by how much does the mean of C channels grow?",
    *some_of(("grad_v.mean(", "grad_v.sum("), (" / self.v.shape[1]", "")))
slip("backward-order", "The two steps are undone in the wrong order",
    "you go back through the subtraction first, and then through the division",
    "Which step was the last one in forward? Which comes first on the way back?",
    ("self.subtractive.backward(self.divisive.backward(grad_y))",
     "self.divisive.backward(self.subtractive.backward(grad_y))"))
slip("backward-not-a-number", "The gradient is not a number where σ is 0",
    "you divide 0 by 0 before you sort out the places without contrast",
    "NaN times 0 is NaN. What do you divide by where σ is 0?",
    [("self.v = v", "self.v = v\n        self.sigma = np.sqrt(" + SQUARE + ")"),
     (SWITCHED, "self.varies * grad_m / (2 * self.sigma)")])
# fmt: on


def _ways_back(view: View) -> Mapping[str, Array]:
    """What flows with a constant σ, and through σ; either goes on through the mean."""
    layer = contrast.LocalContrastNorm2d(**view.case.options)
    layer.forward(view.case.x)
    all_ways = layer.backward(view.case.grad_y)
    layer.divisive.varies = np.zeros_like(layer.divisive.varies)
    direct = layer.backward(view.case.grad_y)
    return {"direct": direct, "deviation": all_ways - direct}


# fmt: off
_WORDS = {
    "direct": ("grad_y / max(c, σ), taken back through the mean,",
        "If σ stayed as it is, by how much would y change with x?"),
    "deviation": ("what flows back through σ",
        "If one pixel grows, what does the σ of its neighbours do? And what does their y do?"),
}
# fmt: on

_AXES = {Y: OF_CHANNELS, GRAD_X: OF_CHANNELS}
_ANATOMY = Anatomy(LocalContrastNorm2d, _AXES, FORMULA, COMPETE)
enter_sum(_ANATOMY, GRAD_X, _ways_back, _WORDS)
enter_general(_ANATOMY)
