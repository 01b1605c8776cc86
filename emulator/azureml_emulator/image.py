"""Images, as far as an emulator looks at them: what an image is known by, its size, and PNGs of its own making."""

import re
import struct
import zlib
from base64 import b64decode, b64encode
from binascii import Error
from hashlib import blake2b

from azureml_emulator.draw import Draw
from azureml_emulator.embedding import embedded

Size = tuple[int, int]
"""Width and height in pixels."""

_PNG = b"\x89PNG\r\n\x1a\n"
_DATA_URL = re.compile(r"data:[\w/+.-]*;base64,")
_BLOCKS = 200
_LEAST = 8


def content(image: str) -> bytes | None:
    """Decode an image's base64, line breaks and `data:` before it or not; None for what is none, such as a URL."""
    prefix = _DATA_URL.match(image)
    try:
        return b64decode("".join(image[prefix.end() if prefix else 0 :].split()), validate=True)
    except (Error, ValueError):
        return None


def embedding(image: str, dimensions: int) -> list[float]:
    """Give an image's embedding, of unit length: near for images with mostly the same bytes, or for like URLs.

    The bytes are taken in blocks, each of them a word; a URL, or any other text, is taken for a text.
    """
    data = content(image)
    if not data:
        return embedded(image, dimensions)
    size = max(_LEAST, -(-len(data) // _BLOCKS))
    blocks = (data[at : at + size] for at in range(0, len(data), size))
    words = (int.from_bytes(blake2b(block, digest_size=2).digest()) % 20_000 for block in blocks)
    return embedded(" ".join(chr(0x4E00 + word) for word in words), dimensions)  # a letter each: a word without parts


def size_of(image: str) -> Size | None:
    """Read a PNG's size out of its head; None for anything else."""
    prefix = _DATA_URL.match(image)
    start = prefix.end() if prefix else 0
    data = content("".join(image[start : start + 80].split())[:64])  # 64 letters are 48 bytes; the head has 24
    if data is None or not data.startswith(_PNG) or len(data) < 24:
        return None
    width, height = struct.unpack(">II", data[16:24])
    return width, height


def painted(draw: Draw, size: Size) -> str:
    """Paint a picture of eight by eight coloured tiles: a PNG in base64, always the same for the same draw."""
    width, height = size
    colours = draw.integer(b"tiles").to_bytes(16) * 4
    palette = b"".join(draw.integer(b"colour %d" % at).to_bytes(16)[:3] for at in range(16))
    lines = [bytes(colours[8 * row + 8 * x // width] % 16 for x in range(width)) for row in range(8)]
    return _png(size, [lines[8 * y // height] for y in range(height)], palette)


def mask(size: Size, box: tuple[float, float, float, float]) -> str:
    """Paint a black picture with a white ellipse in a box (left, top, right, bottom, in pixels): a PNG in base64."""
    (width, height), (left, top, right, bottom) = size, box
    middle, half, rise = (left + right) / 2, max((right - left) / 2, 1), max((bottom - top) / 2, 1)
    lines = []
    for y in range(height):
        reach = 1 - ((y + 0.5 - (top + bottom) / 2) / rise) ** 2
        wide = half * reach**0.5 if reach > 0 else 0.0
        start = min(max(round(middle - wide), 0), width)
        end = min(max(round(middle + wide), start), width)
        lines.append(bytes(start) + b"\x01" * (end - start) + bytes(width - end))
    return _png(size, lines, b"\x00\x00\x00\xff\xff\xff")


def _png(size: Size, lines: list[bytes], palette: bytes) -> str:
    head = struct.pack(">IIBBBBB", *size, 8, 3, 0, 0, 0)  # 8 bits a pixel, each the number of a colour
    pixels = zlib.compress(b"".join(b"\x00" + line for line in lines), 1)
    chunks = (b"IHDR", head), (b"PLTE", palette), (b"IDAT", pixels), (b"IEND", b"")
    return b64encode(_PNG + b"".join(_chunk(name, data) for name, data in chunks)).decode()


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
