"""Slips by the right implementation they start from; whole wrong attempts lie beside them."""

from . import (
    activation,
    batchnorm,
    contrast,
    conv2d_arrays,
    conv2d_loops,
    correlation,
    late_convolution,
    late_pooling,
    linear,
    local,
    loss,
    pooling,
    sgd,
    unseen_activation,
    unseen_classifier,
    unseen_convolution,
    unseen_local,
    unseen_normalization,
    unseen_pooling,
)

_CONCEPTS = (
    *(local, correlation, conv2d_loops, conv2d_arrays, pooling),
    *(linear, loss, sgd, activation, contrast, batchnorm),
    *(unseen_convolution, unseen_pooling, unseen_local),
    *(unseen_classifier, unseen_activation, unseen_normalization),
    *(late_convolution, late_pooling),
)
# Two slips of one base that fall together: a tired learner seldom makes one mistake alone.
TOGETHER = {
    ("Conv2d", "seven-loops"): [
        ("bias-never-added", "stride-forgotten-backward"),
        ("kernel-flipped-forward", "bias-gradient-averaged"),
    ],
    ("Conv2d", "windows-einsum"): [("one-stride-for-both", "padding-left-on")],
    ("Conv2d", "fourier"): [("wraps-around", "weight-gradient-mirrored")],
    ("MaxPool2d", "loops-first-winner"): [("never-below-zero", "overlap-overwritten")],
    ("AvgPool2d", "loops"): [("overlap-overwritten", "one-over-m")],
    ("Linear", "matmul"): [("bias-subtracted", "weight-gradient-averaged")],
    ("LocallyConnected2d", "unit-loops"): [("bias-shared-by-map", "overlap-overwritten")],
    ("SoftmaxCrossEntropy", "log-sum-exp"): [("base-two", "gradient-sign")],
    ("LocalContrastNorm2d", "separable"): [("c-ignored", "deviation-sign")],
    ("BatchNorm", "one-formula"): [
        ("running-variance-biased", "mean-has-no-gradient"),
        ("momentum-reversed", "evaluation-like-training"),
    ],
    ("Gain", "broadcast"): [("gain-added", "gradient-averaged")],
}
SLIPS = [entry for concept in _CONCEPTS for entry in concept.SLIPS.items()]
