"""Images: decoded, measured, known by their bytes, and painted; the PNGs are read by a decoder of the test's own."""

import struct
import zlib
from base64 import b64decode, b64encode, encodebytes

import pytest

from azureml_emulator.draw import Draw
from azureml_emulator.image import content, embedding, mask, painted, size_of

DATA = bytes(range(256)) * 8


def pixels(png: str) -> list[list[bytes]]:
    """Decode a PNG with a palette, checking every length and checksum."""
    data = b64decode(png, validate=True)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    chunks, at = {}, 8
    while at < len(data):
        (length,) = struct.unpack(">I", data[at : at + 4])
        name, body = data[at + 4 : at + 8], data[at + 8 : at + 8 + length]
        assert struct.unpack(">I", data[at + 8 + length : at + 12 + length])[0] == zlib.crc32(name + body)
        chunks[name], at = body, at + 12 + length
    width, height, *rest = struct.unpack(">IIBBBBB", chunks[b"IHDR"])
    assert rest == [8, 3, 0, 0, 0]
    assert [*chunks] == [b"IHDR", b"PLTE", b"IDAT", b"IEND"]
    raw, palette = zlib.decompress(chunks[b"IDAT"]), chunks[b"PLTE"]
    assert len(raw) == height * (width + 1)
    lines = [raw[start + 1 : start + 1 + width] for start in range(0, len(raw), width + 1)]
    return [[palette[3 * one : 3 * one + 3] for one in line] for line in lines]


@pytest.mark.parametrize("size", [(64, 64), (8, 8), (100, 37), (1, 1)])
def test_picture_decodes(size):
    found = pixels(painted(Draw.of(b"a"), size))
    assert (len(found[0]), len(found)) == size
    assert all(len(colour) == 3 for line in found for colour in line)
    assert painted(Draw.of(b"a"), size) == painted(Draw.of(b"a"), size)
    if size > (8, 8):
        assert painted(Draw.of(b"a"), size) != painted(Draw.of(b"b"), size)


def test_mask_is_white_in_its_box_only():
    found = pixels(mask((60, 40), (10, 5, 30, 35)))
    white = [(x, y) for y, line in enumerate(found) for x, one in enumerate(line) if one == b"\xff\xff\xff"]
    assert {one for line in found for one in line} == {b"\xff\xff\xff", b"\x00\x00\x00"}
    assert min(x for x, _ in white) >= 10
    assert max(x for x, _ in white) < 30
    assert {y for _, y in white} == set(range(5, 35))
    assert (20, 20) in white


@pytest.mark.parametrize("box", [(-50, -50, -10, -10), (0, 0, 0, 0), (50, 50, 10, 10), (-1e9, -1e9, 1e9, 1e9)])
def test_mask_of_any_box_decodes(box):
    assert len(pixels(mask((30, 20), box))) == 20


def test_size_is_read_from_a_png():
    assert size_of(painted(Draw.of(b"a"), (300, 200))) == (300, 200)
    assert size_of("data:image/png;base64," + painted(Draw.of(b"a"), (30, 20))) == (30, 20)
    assert size_of(b64encode(DATA).decode()) is None
    assert size_of("https://example.com/a.png") is None


@pytest.mark.parametrize(
    ("image", "data"),
    [
        ("data:image/jpeg;base64," + b64encode(DATA).decode(), DATA),
        (encodebytes(DATA).decode(), DATA),
        ("https://example.com/a.png", None),
        ("image1", None),
        ("caf\u00e9", None),
        ("half \ud83d", None),
        ("", b""),
    ],
)
def test_base64_is_told_from_other_texts(image, data):
    assert content(image) == data


def test_images_of_mostly_the_same_bytes_are_near():
    other = bytearray(DATA)
    other[100:110] = b"0123456789"
    vectors = [embedding(b64encode(one).decode(), 256) for one in (DATA, bytes(other), DATA[::-1])]
    near, far = (sum(a * b for a, b in zip(vectors[0], one, strict=True)) for one in vectors[1:])
    assert near > 0.9 > 0.5 > far
    assert embedding(encodebytes(DATA).decode(), 256) == vectors[0]


@pytest.mark.parametrize("image", ["image1", "", "https://example.com/cat.jpg", b64encode(DATA).decode(), "\ud83d"])
def test_any_text_has_an_embedding_of_unit_length(image):
    vector = embedding(image, 64)
    assert len(vector) == 64
    assert sum(one * one for one in vector) == pytest.approx(1)


def test_like_urls_are_near():
    one, two, three = (
        embedding(f"https://example.com/{name}", 256) for name in ("cats/1.jpg", "cats/2.jpg", "https/x/trees-9.png")
    )
    near, far = (sum(a * b for a, b in zip(one, other, strict=True)) for other in (two, three))
    assert near > far
