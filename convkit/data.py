"""Real images that need no network, generated ones, and MNIST for those who have one.

Images have height and width last, so that Matplotlib draws them as they are: (H, W) in grey,
(3, H, W) in colour, (N, H, W) several. All are float64 but for MNIST, which is float32. Everything
is the same in each run; what is random takes ``rng``, a Generator or a seed.
"""

from __future__ import annotations

import warnings
from concurrent.futures import ThreadPoolExecutor, wait
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from convkit.layers.arguments import filled, fraction, integer, shaped
from convkit.layers.base import Array
from convkit.layers.initialization import Rng

SHAPES = ("disc", "square", "triangle", "cross")


class LabelledImages(NamedTuple):
    """Grey images and what is on them.

    Attributes:
        images: (N, H, W).
        labels: (N,), the number of each image's class, counted from 0.
    """

    images: Array
    labels: Array

    @property
    def x(self) -> Array:
        """The images as a network takes them, (N, 1, H, W)."""
        return self.images[:, np.newaxis]

    def split(
        self, test_share: float = 0.2, *, rng: Rng = 0
    ) -> tuple[LabelledImages, LabelledImages]:
        """Samples for training and, drawn at random, a share of them for testing."""
        order = np.random.default_rng(rng).permutation(len(self.images))
        test_size = round(fraction(test_share, "test_share") * len(order))
        test, train = order[:test_size], order[test_size:]
        return (
            LabelledImages(self.images[train], self.labels[train]),
            LabelledImages(self.images[test], self.labels[test]),
        )


def digits(size: int = 8) -> LabelledImages:
    """1,797 handwritten digits of 8×8 pixels, from 0 (paper) to 1 (ink), by 43 people.

    They come with scikit-learn (E. Alpaydin and C. Kaynak, UCI Machine Learning Repository).

    Args:
        size: height and width to which they are enlarged, at least 8.
    """
    size = integer(size, "size", minimum=8)
    # Their file is read as it lies there: importing scikit-learn takes half a second.
    package = find_spec("sklearn")
    assert package is not None
    assert package.origin is not None
    file = Path(package.origin).with_name("datasets") / "data" / "digits.csv.gz"
    loaded = np.loadtxt(file, delimiter=",")
    images, stretch = loaded[:, :-1].reshape(-1, 8, 8), _stretch(8, size)
    return LabelledImages(stretch @ (images / 16) @ stretch.T, loaded[:, -1].astype(int))


def photograph(*, colour: bool = False) -> Array:
    """A portrait of Rear Admiral Grace Hopper, 600×512 pixels from 0 to 255.

    It comes with Matplotlib (US Navy, public domain).

    Args:
        colour: red, green and blue, (3, 600, 512), instead of their mean, (600, 512).
    """
    from matplotlib.cbook import get_sample_data
    from matplotlib.image import imread

    file: Any = get_sample_data("grace_hopper.jpg", asfileobj=False)
    channels = np.moveaxis(imread(file), -1, 0).astype(np.float64, order="C")
    return channels if colour else channels.mean(axis=0)


def shapes(count: int, size: int = 16, *, rng: Rng = 0) -> LabelledImages:
    """Discs, squares, triangles and crosses of 1 on 0, each anywhere and of any size that fits.

    Args:
        count: how many.
        size: height and width of the images, at least 8.
        rng: decides on kind, place and size.

    Returns:
        The images; a label is the kind's place in ``SHAPES``.
    """
    count, size = integer(count, "count"), integer(size, "size", minimum=8)
    random = np.random.default_rng(rng)
    labels = random.integers(len(SHAPES), size=count)
    images = np.zeros((count, size, size))
    for image, label in zip(images, labels, strict=True):
        radius = int(random.integers(2, size // 3 + 1))
        centre = random.integers(radius, size - radius, size=2)
        down, right = (np.indices(image.shape).T - centre).T
        image[_inside(SHAPES[label], down, right, radius)] = 1
    return LabelledImages(images, labels)


def face(down: int = 0, right: int = 0) -> Array:
    """A drawn face with two eyes, 40×40 pixels from 0 to 1, moved by ``down`` and ``right``.

    The slides on pooling ask for an eye that is found wherever exactly it lies: `eye` is what to
    look for.

    Args:
        down, right: whole pixels from −4 to 4.
    """
    for name, pixels in (("down", down), ("right", right)):
        if pixels not in range(-4, 5):
            raise ValueError(f"{name}: expected an integer from −4 to 4, got {pixels!r}")
    row, column = np.indices((40, 40))
    row, column = row - down, column - right
    image = np.full((40, 40), 0.15)
    image[_ellipse(row, column, (20, 20), (15, 12))] = 0.75
    image[_ellipse(row, column, (22, 20), (3, 1))] = 0.6
    image[_ellipse(row, column, (29, 20), (1, 5))] = 0.35
    for centre in ((16, 15), (16, 25)):
        image[_ellipse(row, column, centre, (2, 3))] = 1.0
        image[_ellipse(row, column, centre, (1, 1))] = 0.0
    return image


def eye() -> Array:
    """The eye on the left of the `face` and a little skin around it, 7×9 pixels.

    Less its mean it is a kernel that answers most strongly where an eye is.
    """
    return face()[13:20, 11:20].copy()


def random_polarity(images: Array, *, rng: Rng = 0) -> Array:
    """Each image as it is or, at random, with its sign turned: ink of −1 instead of 1.

    Args:
        images: (N, H, W) or (N, C, H, W).
    """
    images = filled(images, "images")
    signs = np.random.default_rng(rng).choice([-1, 1], size=len(images)).astype(images.dtype)
    return images * signs.reshape(-1, *[1] * (images.ndim - 1))


def random_light(images: Array, *, rng: Rng = 0) -> Array:
    """Each image faint or strong, and in light that falls in from one side.

    The contrast is 20 % to all of what it was, and a ramp of up to 1 from one border to the
    opposite is added, in a direction of its own for each image.

    Args:
        images: (N, H, W).
    """
    images = shaped(images, "images", ("N", "H", "W"))
    random = np.random.default_rng(rng)
    n, height, width = images.shape
    contrast, slope, angle = random.uniform(
        [[0.2], [0.0], [0.0]], [[1.0], [1.0], [2 * np.pi]], size=(3, n)
    )[..., np.newaxis, np.newaxis]
    down, right = np.ogrid[-0.5 : 0.5 : height * 1j, -0.5 : 0.5 : width * 1j]
    light = slope * (np.sin(angle) * down + np.cos(angle) * right)
    return (contrast * images + light).astype(images.dtype)


def anywhere(images: Array, side: int, *, rng: Rng = 0) -> Array:
    """Each image at a random place of a larger one, which is 0 elsewhere.

    Args:
        images: (N, H, W).
        side: height and width of the larger images.

    Returns:
        (N, 1, side, side), of the same dtype.

    Raises:
        ValueError: the images do not fit in.
    """
    images = shaped(images, "images", ("N", "H", "W"))
    n, height, width = images.shape
    if integer(side, "side") < max(height, width):
        raise ValueError(f"side: expected at least {max(height, width)}, got {side}")
    room = side - height + 1, side - width + 1
    places = np.random.default_rng(rng).integers(0, room, (n, 2))
    larger = np.zeros((n, 1, side, side), images.dtype)
    for target, image, (top, left) in zip(larger[:, 0], images, places, strict=True):
        target[top : top + height, left : left + width] = image
    return larger


def shift(images: Array, down: int, right: int) -> Array:
    """Images moved by whole pixels, 0 where nothing moved in.

    Args:
        images: (..., H, W).
        down, right: pixels; negative for up and left.
    """
    images = filled(images, "images")
    height, width = images.shape[-2:]
    around = [(0, 0)] * (images.ndim - 2) + [(abs(down), abs(down)), (abs(right), abs(right))]
    top, left = abs(down) - down, abs(right) - right
    return np.pad(images, around)[..., top : top + height, left : left + width].copy()


def mnist(folder: Path | str | None = None) -> tuple[LabelledImages, LabelledImages]:
    """MNIST from openml.org: 60,000 digits to train on and 10,000 to test with, 28×28, float32.

    The first call downloads 15 MB and takes a minute to read them; they are kept for all later
    ones. From 0 (paper) to 1 (ink). Y. LeCun, C. Cortes and C. Burges.

    Args:
        folder: where they are kept; scikit-learn's data folder if not given.

    Raises:
        ConnectionError: they are not there yet and cannot be downloaded.
    """
    from sklearn.datasets import get_data_home

    kept = Path(folder or get_data_home()) / "mnist.npz"
    if not kept.exists():
        pixels, labels = _download_mnist(kept.parent)
        unfinished = kept.with_name("mnist-unfinished.npz")
        np.savez_compressed(unfinished, pixels=pixels, labels=labels)
        unfinished.replace(kept)
    with np.load(kept) as file:
        images = file["pixels"].reshape(-1, 28, 28) / np.float32(255)
        labels = file["labels"].astype(np.int64)
    return (
        LabelledImages(images[:60_000], labels[:60_000]),
        LabelledImages(images[60_000:], labels[60_000:]),
    )


def _download_mnist(folder: Path) -> tuple[Array, Array]:
    """Pixels (70,000, 784) and labels as uint8, with a bar that counts the bytes that came."""
    from sklearn.datasets import fetch_openml
    from tqdm.auto import tqdm

    folder.mkdir(parents=True, exist_ok=True)

    def fetch() -> Any:
        with warnings.catch_warnings():  # of each attempt that fails
            warnings.simplefilter("ignore")
            return fetch_openml(
                "mnist_784", version=1, as_frame=False, parser="liac-arff", data_home=folder
            )

    with ThreadPoolExecutor(1) as background, tqdm(unit="B", unit_scale=True, disable=None) as bar:
        bar.set_description("MNIST: downloading and reading")
        fetched = background.submit(fetch)
        while not wait([fetched], timeout=0.2).done:
            came = sum(file.stat().st_size for file in folder.glob("openml/**/*.gz"))
            bar.update(came - bar.n)
        try:
            data = fetched.result()
        except (OSError, ValueError) as error:
            raise ConnectionError(
                f"MNIST could not be downloaded from openml.org ({error}). Once it has been, it is "
                f"kept in {folder}. Without a network, convkit.data.digits() has 1,797 digits."
            ) from None
    return data.data.astype(np.uint8), data.target.astype(np.uint8)


def _stretch(size: int, new_size: int) -> Array:
    """The matrix (new_size, size) that stretches a line, between pixels by linear interpolation."""
    places = (np.arange(new_size) + 0.5) * size / new_size - 0.5
    return np.array([np.interp(places, np.arange(size), pixel) for pixel in np.eye(size)]).T


def _inside(shape: str, down: Array, right: Array, radius: int) -> Array:
    """Which pixels belong to the shape, by their distance ``down`` and ``right`` of its centre."""
    if shape == "disc":
        return down**2 + right**2 <= (radius + 0.5) ** 2
    if shape == "triangle":
        return (np.abs(down) <= radius) & (2 * np.abs(right) <= down + radius)
    across = np.maximum(np.abs(down), np.abs(right)) <= radius
    return (
        across
        if shape == "square"
        else across & (np.minimum(np.abs(down), np.abs(right)) <= radius // 3)
    )


def _ellipse(row: Array, column: Array, centre: tuple[int, int], radii: tuple[int, int]) -> Array:
    """Which pixels lie in an ellipse with these radii, vertical and horizontal."""
    down, right = (row - centre[0]) / (radii[0] + 0.5), (column - centre[1]) / (radii[1] + 0.5)
    return down**2 + right**2 <= 1
