"""Pictures that students hand in or make, made anew as small rasters that a page can hold.

What comes is decoded here and encoded again, so that nothing reaches a page but pixels: no script,
no animation, no place where a photo was taken, and nothing that becomes large when it is looked at.
"""

from __future__ import annotations

import base64
import binascii
import os
import re
import stat
import warnings
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from PIL import Image, ImageOps

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP")
_BYTES_CAP = 32 << 20
_PIXELS_CAP = 50_000_000  # the largest photos of today's telephones
_TOO_LARGE = f"it is too large: more than {_PIXELS_CAP // 1_000_000} million pixels"
_SCANS_CAP = 100  # of a JPEG: each goes over the whole picture again, and may be a few bytes long
_SIDE = 1600  # as many pixels as a page has room for
_SHARP_BYTES = 500_000  # what takes more than this is a photo, not a drawing
_COUNT, _ALL_PIXELS, _ALL_BYTES = 200, 250_000_000, 16 << 20

_DATA = re.compile(r"data:image/([\w.+-]*)[^,]*;base64,(.*)", re.DOTALL | re.IGNORECASE)
_ELSEWHERE = re.compile(r"[a-z][a-z\d+.-]+:|//", re.IGNORECASE)


class PictureError(ValueError):
    """A picture is not shown. The message says why, and goes on from "a picture was left out"."""


class Pictures:
    """The pictures of one notebook, of which there may be so many and no more.

    Args:
        folder: where the files lie that belong to the notebook; None if there are none.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._count, self._pixels, self._bytes = _COUNT, _ALL_PIXELS, _ALL_BYTES

    def found(self, source: str, attachments: Mapping[str, Any]) -> str:
        """The address of a page's picture, with the picture in it.

        Args:
            source: as a student wrote it: data, the name of an attachment, or of a file.

        Raises:
            PictureError: it is not shown.
        """
        source = source.strip()
        if source.lower().startswith("data:"):
            return self._given(source)
        if source.startswith("attachment:"):
            return self._attached(source.removeprefix("attachment:"), attachments)
        if _ELSEWHERE.match(source):
            raise PictureError("it lies elsewhere, and a page asks nobody else for anything")
        return self.made(self._read(source))

    def made(self, data: bytes) -> str:
        """The same for the contents of a picture's file."""
        if self._count <= 0 or self._pixels <= 0 or self._bytes <= 0:
            raise PictureError("there are too many of them")
        self._count -= 1
        with warnings.catch_warnings(), _opened(data) as picture:
            warnings.simplefilter("ignore")  # Pillow's, of pictures that it takes nevertheless
            self._pixels -= picture.width * picture.height
            kind, made = _shrunk(picture)
        self._bytes -= len(made)
        return f"data:image/{kind};base64,{base64.b64encode(made).decode()}"

    def decoded(self, text: str) -> str:
        """The same for a picture in base64."""
        try:
            data = base64.b64decode(re.sub(r"\s", "", unquote(text)), validate=True)
        except (binascii.Error, ValueError):
            raise PictureError("its data is damaged") from None
        return self.made(data)

    def _given(self, source: str) -> str:
        data = _DATA.fullmatch(source)
        if data is None:
            raise PictureError("its data is damaged, or it is no picture")
        return self.decoded(data[2])

    def _attached(self, name: str, attachments: Mapping[str, Any]) -> str:
        bundle = attachments.get(name, attachments.get(unquote(name)))
        data = next(iter(bundle.values()), None) if isinstance(bundle, Mapping) else None
        if not isinstance(data, str):
            raise PictureError(
                f"its data did not come with the notebook, or is in none of {_KINDS} ({name})"
            )
        return self.decoded(data)

    def _read(self, name: str) -> bytes:
        """A file that lies in the folder, not one that a link leads to."""
        written = re.split("[?#]", name)[0].replace("\\", "/")
        for each in dict.fromkeys((name, written, unquote(written))):
            if self._folder is None or not each or "\0" in each:
                continue
            folder = os.path.realpath(self._folder)
            path = os.path.normpath(os.path.join(folder, each))
            try:
                if path.startswith(folder + os.sep) and os.path.realpath(path) == path:
                    return _contents(path)
            except OSError:
                continue
        raise PictureError(f"there is no such file beside the notebook ({name})")


_KINDS = f"{', '.join(_FORMATS[:-1])} and WebP"


def _contents(path: str) -> bytes:
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(descriptor, "rb") as file:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            raise PictureError("it is no file")
        if found.st_size > _BYTES_CAP:
            raise PictureError(f"it is too large: {found.st_size >> 20} MB")
        return file.read(_BYTES_CAP)


def _opened(data: bytes) -> Image.Image:
    """A picture of which nothing but the head has been read."""
    if len(data) > _BYTES_CAP:
        raise PictureError(f"it is too large: {len(data) >> 20} MB")
    try:
        picture = Image.open(BytesIO(data), formats=_FORMATS)
    except Image.DecompressionBombError:
        raise PictureError(_TOO_LARGE) from None
    except Exception:  # whatever else Pillow raises of bytes that somebody chose
        svg = b"<svg" in data[:5000].lower()
        raise PictureError(
            f"it is SVG, and only {_KINDS} are shown" if svg else f"it is in none of {_KINDS}"
        ) from None
    if picture.width * picture.height > _PIXELS_CAP:
        raise PictureError(_TOO_LARGE)
    if picture.format == "JPEG" and data.count(b"\xff\xda") > _SCANS_CAP:
        raise PictureError(f"it is made of more than {_SCANS_CAP} layers")
    return picture


def _shrunk(picture: Image.Image) -> tuple[str, bytes]:
    """Its kind and contents, made anew."""
    photo = picture.format == "JPEG"
    try:
        picture.draft("RGB", (_SIDE, _SIDE))
        picture.load()
        shown = ImageOps.exif_transpose(picture)
        palette = shown.mode in ("1", "L", "P") and max(shown.size) <= _SIDE
        if not palette:
            shown = shown.convert("RGBA" if shown.has_transparency_data else "RGB")
        shown.thumbnail((_SIDE, _SIDE))
        if not photo and len(made := _encoded(shown, "PNG")) <= _SHARP_BYTES:
            return "png", made
        paper = Image.new("RGBA", shown.size, "white")
        paper.alpha_composite(shown.convert("RGBA"))
        return "jpeg", _encoded(paper.convert("RGB"), "JPEG")
    except Exception as error:
        raise PictureError("its data is damaged") from error


def _encoded(picture: Image.Image, kind: str) -> bytes:
    picture.info.clear()  # what it says of itself, and where it was taken
    file = BytesIO()
    picture.save(file, kind)
    return file.getvalue()
