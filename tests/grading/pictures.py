"""Pictures for tests, small and monstrous."""

import base64
import struct
import zlib
from io import BytesIO

from PIL import Image


def contents(kind, size=(7, 5), **more):
    """The file of a picture, as bytes."""
    file = BytesIO()
    Image.new("L" if kind == "GIF" else "RGB", size, "teal").save(file, kind, **more)
    return file.getvalue()


def picture(kind, size=(7, 5), **more):
    """The same in base64."""
    return base64.b64encode(contents(kind, size, **more)).decode()


def png_bomb(side=30_000):
    """A PNG of a few kilobytes, of so many pixels on each side."""

    def chunk(name, data):
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(side * (side // 8 + 2)), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def layered_jpeg(layers):
    """A progressive JPEG whose last layer comes again and again."""
    data = contents("JPEG", progressive=True)
    last = data.rindex(b"\xff\xda")
    return data[:-2] + data[last:-2] * layers + data[-2:]


MULTIPLYING = "".join(
    f'<g id="x{n}">' + f'<use href="#x{n - 1}"/>' * 10 + "</g>" for n in range(1, 12)
)
SVG_BOMB = (
    '<svg xmlns="http://www.w3.org/2000/svg"><defs><g id="x0"><circle r="1"/></g>'
    f'{MULTIPLYING}</defs><use href="#x11"/></svg>'
)
