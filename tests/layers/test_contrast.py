"""Local contrast normalization against a dense Gaussian, written down pixel by pixel."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from convkit import LocalContrastNorm2d
from tests.layers.oracle import assert_agrees, assert_close, drawn, normal, seeds, sizes

windows = st.sampled_from([1, 3, 5, 7])


def dense_window(height: int, width: int, kernel_size: int, sigma: float) -> np.ndarray:
    """Row (j, k): the weight of each pixel of the image in the window around pixel (j, k)."""
    matrix = np.zeros((height, width, height, width))
    for j, k, a, b in np.ndindex(matrix.shape):
        if max(abs(j - a), abs(k - b)) <= kernel_size // 2:
            matrix[j, k, a, b] = np.exp(-((j - a) ** 2 + (k - b) ** 2) / (2 * sigma**2))
        # The window is renormalised over the pixels inside the image.
    matrix = matrix.reshape(height * width, height * width)
    return matrix / matrix.sum(axis=1, keepdims=True)


def normalized(x: torch.Tensor, kernel_size: int, sigma: float, c: float) -> torch.Tensor:
    """The slides' formula over flattened images, with Σ_ipq w_pq = 1."""
    n, channels, height, width = x.shape
    window = torch.tensor(dense_window(height, width, kernel_size, sigma)) / channels
    x = x.reshape(n, channels, height * width)
    v = x - torch.einsum("jk,nik->nj", window, x)[:, np.newaxis]
    variance = torch.einsum("jk,nik->nj", window, v**2)[:, np.newaxis]
    # √max(c², σ²) is max(c, σ), with a derivative at σ = 0 as well.
    return (v / variance.clamp(min=c**2).sqrt()).reshape(n, channels, height, width)


@drawn
@given(sizes, sizes, sizes, sizes, windows, st.none() | st.floats(0.3, 4), seeds)
@pytest.mark.parametrize("c", [1e-6, 0.7, 50.0])
def test_agrees_with_a_dense_window(c, n, channels, height, width, kernel_size, sigma, seed):
    """Right where σ > c everywhere, in places, and nowhere?"""
    assert_agrees(
        LocalContrastNorm2d(kernel_size, sigma, c),
        lambda x: normalized(x, kernel_size, kernel_size / 4 if sigma is None else sigma, c),
        normal(seed, n, channels, height + 1, width + 2),
        seed,
        least=1,
    )


def test_the_regimes_are_all_met():
    """Does c = 0.7 of the test above lie among the deviations of such images?"""
    x = normal(0, 1, 3, 6, 7)
    faint = LocalContrastNorm2d(5, c=50.0).forward(x) * 50
    deviation = np.abs(faint / LocalContrastNorm2d(5, c=1e-6).forward(x))
    assert (deviation < 0.7).any()
    assert (deviation > 0.7).any()


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("value", [0.0, 1.0, -255.0])
@pytest.mark.parametrize("dtype", [np.float64, np.float32])
def test_constant_images(channels, value, dtype):
    """With σ = 0, is the layer the linear v / c, without a NaN in any gradient?"""
    layer = LocalContrastNorm2d(3)
    x = np.full((2, channels, 4, 5), value, dtype)
    rounding = 4 * np.finfo(dtype).eps * 255 / 1e-2
    np.testing.assert_allclose(layer.forward(x), 0, atol=rounding)
    grad_y = normal(0, *x.shape).astype(dtype)
    share = np.einsum("njk,kl->njl", grad_y.reshape(2, channels, 20), dense_window(4, 5, 3, 0.75))
    expected = grad_y - share.mean(axis=1, keepdims=True).reshape(2, 1, 4, 5)
    assert_close(layer.backward(grad_y), (expected / 1e-2).astype(dtype), rtol=1e-5)


@pytest.mark.parametrize("c", [1e-30, 1e-2])
def test_flat_beside_an_edge(c):
    """Where some windows are flat and others are not, is everything finite?"""
    x = np.zeros((1, 2, 9, 9), np.float32)
    x[:, :, :, 7:] = 1.0
    layer = LocalContrastNorm2d(3, c=c)
    assert not layer.forward(x)[..., :4].any()
    grad_y = np.zeros_like(x)
    grad_y[..., 5:] = 1.0
    assert np.isfinite(layer.backward(grad_y)).all()


def test_weights_over_channels_and_offsets_sum_to_one():
    """Is the mean of C equal channels that channel's mean, and not C times as much?"""
    x = np.repeat(normal(0, 2, 1, 8, 7), 4, axis=1)
    one, four = LocalContrastNorm2d(), LocalContrastNorm2d()
    assert_close(four.forward(x)[:, 1:2], one.forward(x[:, 1:2]))


def test_brightness_and_contrast_do_not_matter():
    x, layer = normal(0, 1, 2, 9, 8), LocalContrastNorm2d(5)
    assert_close(layer.forward(30 * x + 7), layer.forward(x), rtol=1e-9)


def test_defaults():
    layer = LocalContrastNorm2d()
    assert (layer.kernel_size, layer.sigma, layer.c) == (7, 7 / 4, 1e-2)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"kernel_size": 4}, "kernel_size: expected an odd integer, got 4"),
        ({"kernel_size": 0}, "kernel_size: expected an integer of at least 1, got 0"),
        ({"kernel_size": (3, 3)}, "kernel_size: expected an integer"),
        ({"sigma": 0}, "sigma: expected a finite number above 0, got 0"),
        ({"sigma": np.inf}, "sigma: expected a finite number above 0, got inf"),
        ({"sigma": "wide"}, "sigma: expected a finite number above 0, got 'wide'"),
        ({"c": 0.0}, r"c: expected a finite number above 0, got 0\.0"),
        ({"c": float("nan")}, "c: expected a finite number above 0, got nan"),
    ],
)
def test_refuses(arguments, message):
    with pytest.raises(ValueError, match=message):
        LocalContrastNorm2d(**arguments)
