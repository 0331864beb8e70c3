"""Local contrast normalization: what stands out from its neighbours (slides of that name)."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np

from convkit.layers.arguments import gradient, integer, positive, shaped
from convkit.layers.base import Array, Layer


class LocalContrastNorm2d(Layer):
    """Subtracts the local mean, then divides by the local deviation where that is larger than c.

        v_ijk = x_ijk − Σ_ipq w_pq x_{i, j+p, k+q}            subtractive
        σ_jk  = (Σ_ipq w_pq v²_{i, j+p, k+q})^(1/2)           shared by the C channels
        y_ijk = v_ijk / max(c, σ_jk)                          divisive

    The window w is a Gaussian whose weights over channels *and* offsets sum to 1: Σ_ipq w_pq = 1.
    (The slide sums over offsets alone, which would make the "average" C times too large.) At a
    border they are renormalised over the pixels inside the image. So the sum over i, p and q is
    the mean of the channels, blurred by B = D⁻¹G: G the Gaussian, D its row sums. The blur's
    adjoint is Bᵀ = G D⁻¹, which differs from B at the borders, and backwards

        ∇v_i = ∇y_i / max(c, σ) − v_i · 1/C Bᵀ([σ > c] Σ_l v_l ∇y_l / σ³)
        ∇x_i = ∇v_i − 1/C Bᵀ(Σ_l ∇v_l)

    where the second term of ∇v is what flows through σ; where c ≥ σ, c is a constant. From the
    slides "Local Contrast Normalization" (Jarrett et al., 2009); "local mean 0, deviation 1" holds
    approximately, and only where σ > c.

    Args:
        kernel_size: the window's height and width, odd; it may be larger than the image.
        sigma: the Gaussian's width in pixels; kernel_size / 4 if not given.
        c: the smallest deviation that is divided by, so that faint noise stays faint.

    Shapes:
        x, y (N, C, H, W).

    Raises:
        ValueError: a wrong argument or shape.
    """

    def __init__(self, kernel_size: int = 7, sigma: float | None = None, c: float = 1e-2) -> None:
        super().__init__()
        self.kernel_size = integer(kernel_size, "kernel_size")
        if self.kernel_size % 2 == 0:
            raise ValueError(f"kernel_size: expected an odd integer, got {kernel_size!r}")
        self.sigma = self.kernel_size / 4 if sigma is None else positive(sigma, "sigma")
        self.c = positive(c, "c")

    def forward(self, x: Array) -> Array:
        x = shaped(x, "x", ("N", "C", "H", "W"))
        blur = _Blur(x.shape[2:], self.kernel_size, self.sigma, x.dtype)
        v = x - blur(x.mean(axis=1, keepdims=True))
        deviation = np.sqrt(blur(_mean_product(v, v)))
        scale = np.maximum(self.c, deviation)
        # Where c is the larger, σ may change without changing y: nothing flows back through it.
        steep = np.where(deviation > self.c, deviation, np.inf)
        self._keep(v, scale, steep, blur)
        return v / scale

    def backward(self, grad_y: Array) -> Array:
        v, scale, steep, blur = self._kept()
        grad_y = gradient(grad_y, v.shape, v.dtype)
        cube = steep * steep * steep  # a power takes ten times as long
        # Term by term in one array: going through large ones takes most of the time.
        grad_x = v * -blur.adjoint(_mean_product(v, grad_y) / cube)
        grad_x += grad_y / scale
        grad_x -= blur.adjoint(grad_x.mean(axis=1, keepdims=True))
        return grad_x


def _mean_product(a: Array, b: Array) -> Array:
    """1/C Σ_l a_l b_l, (N, 1, H, W), without an array of the products."""
    return np.einsum("nljk,nljk->njk", a, b)[:, np.newaxis] / a.shape[1]


class _Blur:
    """The blur B = D⁻¹G of images, as a matrix for each axis.

    A Gaussian over p and q is one over p times one over q, and so are its row sums at a border.
    """

    def __init__(
        self, size: tuple[int, ...], kernel_size: int, sigma: float, dtype: np.dtype[Any]
    ) -> None:
        height, width = size
        self.vertical = _gaussian_rows(height, kernel_size, sigma).astype(dtype)
        self.horizontal = _gaussian_rows(width, kernel_size, sigma).astype(dtype)

    def __call__(self, images: Array) -> Array:
        return self.vertical @ images @ self.horizontal.T

    def adjoint(self, images: Array) -> Array:
        return self.vertical.T @ images @ self.horizontal


@cache
def _gaussian_rows(size: int, kernel_size: int, sigma: float) -> Array:
    """Row j: the window's weight for each pixel of a line when it is centred on pixel j."""
    pixels = np.arange(size)
    offsets = pixels - pixels[:, np.newaxis]
    weights = np.exp(-0.5 * (offsets / sigma) ** 2) * (np.abs(offsets) <= kernel_size // 2)
    return weights / weights.sum(axis=1, keepdims=True)
