"""Images: what they hold, that they never change, MNIST with and without a network."""

import re
import subprocess
import sys
from types import SimpleNamespace
from urllib.error import URLError

import numpy as np
import pytest
import sklearn.datasets

from convkit import correlate2d, data


def test_digits():
    images, labels = data.digits()
    assert images.shape == data.digits().x[:, 0].shape == (1797, 8, 8)
    assert (images.dtype, labels.dtype) == (np.float64, np.int64)
    assert (images.min(), images.max()) == (0, 1)
    assert np.bincount(labels).min() > 150
    centre = images[:, 3:5, 3:5].mean(axis=(1, 2))
    assert centre[labels == 0].mean() < 0.2 < 0.7 < centre[labels == 1].mean()  # a 0 is hollow


@pytest.mark.parametrize("size", [8, 13, 16, 28])
def test_enlarged_digits_are_the_same_picture(size):
    small, large = data.digits().images, data.digits(size).images
    assert large.shape == (1797, size, size)
    assert large.min() >= 0
    assert large.max() <= 1
    assert large.mean() == pytest.approx(small.mean(), rel=0.1)
    if size == 8:
        np.testing.assert_allclose(large, small, atol=1e-15)
    if size == 16:  # ¾ of the pixel it lies in and ¼ of the next, each way
        weights = np.outer([1, 3], [1, 3]) / 16
        np.testing.assert_allclose(large[:, 2, 2], (small[:, :2, :2] * weights).sum(axis=(1, 2)))


def test_split():
    train, test = data.digits().split(0.25, rng=3)
    assert (len(train.labels), len(test.labels)) == (1348, 449)
    again = data.digits().split(0.25, rng=3)
    np.testing.assert_equal((train, test), again)
    rows = np.concatenate([part.images.reshape(-1, 64) for part in (train, test)])
    every = data.digits()
    np.testing.assert_array_equal(
        np.unique(rows, axis=0), np.unique(every.images.reshape(-1, 64), axis=0)
    )
    named = {image.tobytes(): label for image, label in zip(*every, strict=True)}
    assert all(named[i.tobytes()] == n for part in again for i, n in zip(*part, strict=True))
    assert (train.labels[:50] != data.digits().split(0.25, rng=4)[0].labels[:50]).any()
    with pytest.raises(ValueError, match="test_share: expected a number from 0 to 1, got 2"):
        data.digits().split(2)


def test_photograph():
    grey, colour = data.photograph(), data.photograph(colour=True)
    assert (grey.shape, colour.shape) == ((600, 512), (3, 600, 512))
    assert grey.dtype == colour.dtype == np.float64
    assert (colour.min(), colour.max()) == (0, 255)
    np.testing.assert_allclose(grey, colour.mean(axis=0))
    red, _, blue = colour[:, 100:200, 450:].mean(axis=(1, 2))
    assert blue > red + 50  # the blue background on her left


def test_shapes():
    images, labels = data.shapes(400, 20, rng=1)
    assert images.shape == (400, 20, 20)
    assert set(np.unique(images)) == {0, 1}
    assert set(labels) == {0, 1, 2, 3}
    np.testing.assert_equal(data.shapes(400, 20, rng=1), (images, labels))
    assert (images != data.shapes(400, 20, rng=2).images).any()
    filled = []
    for image in images:  # of the box around it, how much does the shape fill?
        rows, columns = np.nonzero(image)
        filled.append(image.sum() / (np.ptp(rows) + 1) / (np.ptp(columns) + 1))
    shares = {name: np.mean(np.array(filled)[labels == i]) for i, name in enumerate(data.SHAPES)}
    assert shares["square"] == 1
    assert 0.75 < shares["disc"] < 0.95
    assert max(shares["cross"], shares["triangle"]) < 0.7


@pytest.mark.parametrize(("down", "right"), [(0, 0), (1, 0), (-4, 4), (3, -2)])
def test_the_eye_is_found_in_the_face(down, right):
    face, eye = data.face(down, right), data.eye()
    assert face.shape == (40, 40)
    assert (face.min(), face.max()) == (0, 1)
    np.testing.assert_array_equal(np.roll(data.face(), (down, right), (0, 1)), face)
    answers = correlate2d(face, eye - eye.mean())
    places = {divmod(int(i), answers.shape[1]) for i in np.argsort(answers.ravel())[-2:]}
    assert places == {(13 + down, 11 + right), (13 + down, 21 + right)}
    elsewhere = answers.copy()
    for row, column in places:
        elsewhere[row - 2 : row + 3, column - 2 : column + 3] = 0
    assert elsewhere.max() < 0.5 * answers.max()


def test_random_polarity():
    x = data.digits().x[:200].astype(np.float32)
    turned = data.random_polarity(x, rng=1)
    assert turned.dtype == np.float32
    signs = turned.sum(axis=(1, 2, 3)) / x.sum(axis=(1, 2, 3))
    np.testing.assert_allclose(np.abs(signs), 1, rtol=1e-6)
    assert 70 < (signs < 0).sum() < 130
    np.testing.assert_array_equal(data.random_polarity(x[:, 0], rng=1), turned[:, 0])
    assert x.min() == 0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: data.digits(7), "size: expected an integer of at least 8, got 7"),
        (lambda: data.shapes(0), "count: expected an integer of at least 1, got 0"),
        (lambda: data.shapes(3, 7), "size: expected an integer of at least 8, got 7"),
        (lambda: data.face(5), "down: expected an integer from −4 to 4, got 5"),
        (lambda: data.face(0, 0.5), r"right: expected an integer from −4 to 4, got 0\.5"),
        (lambda: data.random_polarity([]), "images: expected at least one element"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.fixture
def openml(monkeypatch, tmp_path):
    """An OpenML that hands out 70,000 made-up digits, and counts how often it is asked."""
    asked = []
    pixels = np.zeros((70_000, 784), np.uint8)
    pixels[:, ::50] = np.random.default_rng(0).integers(256, size=(70_000, 16))

    def fetch(name, **settings):
        asked.append(name)
        assert settings["data_home"] == tmp_path
        return SimpleNamespace(data=pixels, target=(np.arange(70_000) % 10).astype(str))

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    return SimpleNamespace(asked=asked, pixels=pixels)


def test_mnist_is_downloaded_once(openml, tmp_path):
    first, again = data.mnist(tmp_path), data.mnist(str(tmp_path))
    assert openml.asked == ["mnist_784"]
    np.testing.assert_equal(first, again)
    train, test = first
    assert (train.x.shape, test.x.shape) == ((60_000, 1, 28, 28), (10_000, 1, 28, 28))
    assert (train.images.dtype, train.labels.dtype) == (np.float32, np.int64)
    np.testing.assert_allclose(test.images[3].ravel() * 255, openml.pixels[60_003], rtol=1e-6)
    np.testing.assert_array_equal(test.labels[:12], np.arange(12) % 10)
    assert [file.name for file in tmp_path.iterdir()] == ["mnist.npz"]


@pytest.mark.parametrize(
    "error", [URLError("no address"), TimeoutError("no address"), ValueError("no address")]
)
def test_mnist_without_a_network(monkeypatch, tmp_path, error):
    def fetch(*_, **__):
        raise error

    monkeypatch.setattr(sklearn.datasets, "fetch_openml", fetch)
    message = (
        "MNIST could not be downloaded from openml.org .*no address.* Once it has been, it is kept "
        f"in {re.escape(str(tmp_path))}. Without a network, convkit.data.digits"
    )
    with pytest.raises(ConnectionError, match=message) as caught:
        data.mnist(tmp_path)
    assert caught.value.__suppress_context__  # one message, not a pile of tracebacks
    assert not list(tmp_path.iterdir())


def test_importing_it_imports_numpy_alone():
    code = (
        "import convkit.data, sys;"
        "print([m for m in ('sklearn', 'matplotlib', 'tqdm', 'IPython') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_shift_moves_every_pixel_and_brings_in_zeros():
    images = np.arange(1, 25).reshape(2, 3, 4)
    moved = data.shift(images, 1, -2)
    np.testing.assert_array_equal(moved[0], [[0, 0, 0, 0], [3, 4, 0, 0], [7, 8, 0, 0]])
    np.testing.assert_array_equal(moved[1], [[0, 0, 0, 0], [15, 16, 0, 0], [19, 20, 0, 0]])
    assert not data.shift(images, 0, 4).any()
    still = data.shift(images, 0, 0)
    np.testing.assert_array_equal(still, images)
    assert not np.shares_memory(still, images)


def test_images_lie_anywhere_in_larger_ones():
    images = np.random.default_rng(0).uniform(1, 2, size=(200, 3, 4)).astype(np.float32)
    larger = data.anywhere(images, 5, rng=1)
    assert larger.shape == (200, 1, 5, 5)
    assert larger.dtype == np.float32
    places = set()
    for image, large in zip(images, larger[:, 0], strict=True):
        top, left = np.argwhere(large).min(axis=0)
        np.testing.assert_array_equal(large[top : top + 3, left : left + 4], image)
        assert np.count_nonzero(large) == image.size
        places.add((int(top), int(left)))
    assert len(places) == 6
    with pytest.raises(ValueError, match="side: expected at least 4, got 3"):
        data.anywhere(images, 3)


def test_random_light_changes_contrast_and_adds_a_ramp():
    x = data.digits().images[:50]
    lit, ramps = data.random_light(x, rng=1), data.random_light(np.zeros_like(x), rng=1)
    contrast = ((lit - ramps) * x).sum((1, 2)) / (x * x).sum((1, 2))
    np.testing.assert_allclose(lit - ramps, contrast[:, None, None] * x, atol=1e-12)
    assert 0.2 <= contrast.min() < 0.4 < 0.8 < contrast.max() <= 1
    for axis in (1, 2):
        np.testing.assert_allclose(np.diff(ramps, 2, axis=axis), 0, atol=1e-12)
    assert 0.8 < np.abs(ramps[:, 0] - ramps[:, -1]).max() <= 1
    assert data.random_light(x.astype(np.float32)).dtype == np.float32
