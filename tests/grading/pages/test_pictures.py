"""Whatever a picture is made of, a page gets a small raster or a word."""

import base64
import contextlib
import os
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from convkit.grading.pages.pictures import PictureError, Pictures
from tests.grading.pictures import SVG_BOMB, contents, layered_jpeg, picture, png_bomb


def decoded(address):
    head, data = address.split(",")
    assert head in ("data:image/png;base64", "data:image/jpeg;base64")
    return Image.open(BytesIO(base64.b64decode(data)))


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "GIF", "WEBP"])
def test_a_picture_is_shown_however_it_was_given(kind, tmp_path):
    (tmp_path / "my photo.x").write_bytes(contents(kind))
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "fig.x").write_bytes(contents(kind))
    data = picture(kind)
    attachments = {"a b.png": {f"image/{kind.lower()}": data}}
    pictures = Pictures(tmp_path)
    for source in (
        f"data:image/{kind.lower()};base64,{data}",
        f"data:image/other;charset=x;base64,{data[:20]}\n{data[20:]}",
        "attachment:a b.png",
        "attachment:a%20b.png",
        "my photo.x",
        "my%20photo.x",
        "./my%20photo.x?raw=true#1",
        "in/fig.x",
        "in\\fig.x",
        "in/../in/fig.x",
    ):
        assert decoded(pictures.found(source, attachments)).size == (7, 5), source


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("attachment:gone.heic", "did not come with the notebook"),
        ("attachment:odd", "did not come with the notebook"),
        ("attachment:text", "PNG, JPEG, GIF and WebP"),
        ("attachment:broken", "damaged"),
        ("data:text/html,<b>", "damaged"),
        ("data:image/png;base64,é", "damaged"),
        ("https://a.b/seen.png", "elsewhere"),
        ("//a.b/seen.png", "elsewhere"),
        ("file:///etc/passwd", "elsewhere"),
        ("C:\\fig.png", "no such file"),
        ("/etc/passwd", "no such file"),
        ("../secret.png", "no such file"),
        ("%2e%2e/secret.png", "no such file"),
        ("link.png", "no such file"),
        ("linked/secret.png", "no such file"),
        ("pipe", "no file"),
        ("folder", "no such file"),
        ("a\0b", "no such file"),
        ("x" * 5000, "no such file"),
        ("", "no such file"),
    ],
)
def test_what_is_no_picture_of_the_submission_is_left_out_with_a_word(source, word, tmp_path):
    folder = tmp_path / "handed in"
    (folder / "folder").mkdir(parents=True)
    (tmp_path / "secret.png").write_bytes(contents("PNG"))
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "linked").symlink_to(tmp_path)
    os.mkfifo(folder / "pipe")
    attachments = {
        "odd": "text",
        "text": {"image/png": base64.b64encode(b"no picture").decode()},
        "broken": {"image/png": "A"},
    }
    with pytest.raises(PictureError, match=word):
        Pictures(folder).found(source, attachments)


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (SVG_BOMB.encode, "SVG"),
        (png_bomb, "more than 50 million pixels"),
        (lambda: png_bomb(9000), "more than 50 million"),
        (lambda: contents("GIF", (8_000, 8_000)), "more than 50 million"),
        (lambda: layered_jpeg(5000), "more than 100 layers"),
        (lambda: contents("PNG", (90, 90))[:90], "damaged"),
        (bytes, "none of"),
        (lambda: contents("BMP"), "none of"),
    ],
    ids=["svg", "png", "smaller png", "gif", "jpeg", "cut off", "empty", "bmp"],
)
def test_a_monster_is_refused_before_it_is_unpacked(make, word):
    data = make()
    with pytest.raises(PictureError, match=word):
        Pictures().made(data)


def test_a_large_photo_becomes_as_large_as_a_page_and_says_nothing_of_itself():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010E] = "where I live"
    shown = decoded(Pictures().made(contents("JPEG", (6000, 4000), exif=exif)))
    assert shown.size == (1067, 1600)
    assert not shown.getexif()


def test_an_animation_stands_still():
    file = BytesIO()
    frames = [Image.new("RGB", (9, 9), colour) for colour in ("red", "blue", "green")]
    frames[0].save(file, "GIF", save_all=True, append_images=frames[1:])
    assert getattr(decoded(Pictures().made(file.getvalue())), "n_frames", 1) == 1


def test_noise_is_kept_small_and_transparency_becomes_paper():
    noise = Image.frombytes("RGBA", (900, 900), os.urandom(900 * 900 * 4))
    noise.putpixel((0, 0), (0, 0, 0, 0))
    file = BytesIO()
    noise.save(file, "PNG")
    address = Pictures().made(file.getvalue())
    assert len(address) < 1_500_000
    assert decoded(address).format == "JPEG"


@pytest.mark.parametrize(
    ("size", "most"),
    [((3, 3), 200), ((7000, 7000), 6)],
    ids=["small ones", "large ones"],
)
def test_so_many_pictures_are_shown_and_no_more(size, most):
    pictures, data = Pictures(), contents("JPEG", size)
    for _ in range(most):
        pictures.made(data)
    with pytest.raises(PictureError, match="too many"):
        pictures.made(data)


@given(
    st.binary(max_size=200), st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]), st.integers(0, 200)
)
def test_damage_is_a_word_or_a_picture_and_nothing_else(noise, kind, place):
    data = contents(kind)
    with contextlib.suppress(PictureError):
        decoded(Pictures().made(data[:place] + noise + data[place + len(noise) :]))
