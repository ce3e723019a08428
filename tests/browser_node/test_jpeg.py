"""The size of a picture, read from its markers."""

import pytest

from browser_node.jpeg import jpeg_size
from tests.browser_node.live.test_webm import jpeg


@pytest.mark.parametrize("size", [(1, 1), (640, 360), (1281, 719), (4000, 16)])
def test_the_size_is_the_encoders(size: tuple[int, int]) -> None:
    assert jpeg_size(jpeg(*size, 100)) == size


@pytest.mark.parametrize("data", [b"", b"x", b"jpeg", b"\xff\xd8", b"\xff\xd8\xff\xe0\x00\x00" * 3, b"\xff" * 40])
def test_what_is_no_picture_has_none(data: bytes) -> None:
    assert jpeg_size(data) == (0, 0)
