"""The shape of a token: `bg_`, 32 random letters, 6 of checksum, so that typos and leaks show without a look-up."""

import secrets
import string
import zlib

LETTERS = string.ascii_letters + string.digits
RANDOM, CHECKSUM = 32, 6  # 62^32 is 190 bits


def make(prefix: str = "bg") -> str:
    body = "".join(secrets.choice(LETTERS) for _ in range(RANDOM))
    return f"{prefix}_{body}{checksum(body)}"


def is_well_formed(token: str, prefix: str = "bg") -> bool:
    head, _, rest = token.partition("_")
    body, check = rest[:RANDOM], rest[RANDOM:]
    return head == prefix and len(rest) == RANDOM + CHECKSUM and rest.isascii() and check == checksum(body)


def checksum(body: str) -> str:
    value, letters = zlib.crc32(body.encode()), []
    for _ in range(CHECKSUM):
        value, rest = divmod(value, len(LETTERS))
        letters.append(LETTERS[rest])
    return "".join(letters)
