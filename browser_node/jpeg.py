"""The size of a JPEG, from its markers. Pure."""

_START_OF_FRAME = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}  # all others of this range are tables


def jpeg_size(data: bytes) -> tuple[int, int]:
    """Width and height; nought where it is no JPEG."""
    position = 2
    while position + 9 <= len(data) and data[position] == 0xFF:
        if data[position + 1] in _START_OF_FRAME:
            height, width = data[position + 5 : position + 7], data[position + 7 : position + 9]
            return int.from_bytes(width, "big"), int.from_bytes(height, "big")
        position += 2 + int.from_bytes(data[position + 2 : position + 4], "big")
    return 0, 0
