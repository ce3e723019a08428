"""Which addresses load nothing and run nothing: data of pictures and fonts. All others lead somewhere."""

import re

_PICTURE = re.compile(
    r"data:image/(?:png|jpe?g|gif|webp|avif|bmp|x-icon|vnd\.microsoft\.icon|svg\+xml)[;,]", re.IGNORECASE
)
_FONT = re.compile(
    r"data:(?:font/[a-z0-9+-]+|application/(?:x-)?font-[a-z0-9-]+|application/vnd\.ms-fontobject)[;,]", re.IGNORECASE
)
_SCRIPT = re.compile(r"(?:javascript|vbscript|livescript|mocha|data|blob|file|view-source|filesystem):", re.IGNORECASE)
_INVISIBLE = re.compile(r"[\x00-\x20\x7f-\xa0\u200b-\u200f\u2028\u2029\ufeff]+")


def is_picture(address: str) -> bool:
    return _PICTURE.match(address) is not None


def is_font(address: str) -> bool:
    return _FONT.match(address) is not None


def is_script(value: str) -> bool:
    """Whether a value would run or open something as an address, in an attribute that nobody thought of."""
    return _SCRIPT.match(_INVISIBLE.sub("", value[:1000])) is not None
