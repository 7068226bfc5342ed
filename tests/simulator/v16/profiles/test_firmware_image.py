"""A firmware file is looked at block by block, and what is found does not depend on where the blocks end."""

import hashlib

import pytest

from simulator.v16.profiles.firmware.image import Image, Inspection, make_image

GOOD = make_image("2.0.0", b"code" * 40)
LOCATION = "http://host/folder/vendor%20file-3.1.bin"


def looked(content: bytes, size: int) -> tuple[Image, bytes]:
    inspection = Inspection()
    for at in range(0, len(content), size):
        inspection.take(content[at : at + size])
    return inspection.image(LOCATION), inspection.digest


@pytest.mark.parametrize("size", [1, 7, 18, 64, 134, 135, 136, 10_000])
@pytest.mark.parametrize(
    ("content", "image"),
    [
        (GOOD, Image("2.0.0", intact=True)),
        (make_image("v" * 50, b""), Image("v" * 50, intact=True)),
        (GOOD + b"!", Image("2.0.0", intact=False)),
        (GOOD[:-1], Image("2.0.0", intact=False)),
        (GOOD[:60], Image("vendor_file-3.1", intact=False)),
        (b"plugproof-firmware 2.0.0\n" * 20, Image("vendor_file-3.1", intact=False)),
        (b"", Image("vendor_file-3.1", intact=False)),
        (b"\x7fELF whatever" * 50, Image("vendor_file-3.1", intact=True)),
        (b"x", Image("vendor_file-3.1", intact=True)),
    ],
)
def test_the_size_of_the_blocks_changes_nothing(content: bytes, image: Image, size: int) -> None:
    assert looked(content, size) == (image, hashlib.sha256(content).digest())
