"""What is taken out of addresses, headers and texts before they are kept: values whose names speak of secrets. Pure."""

import re
from collections.abc import Mapping
from urllib.parse import unquote_plus

REDACTED = "REDACTED"

# Wherever they stand in a name; the short words only as words of it: "key" is no part of "keyboard".
_FRAGMENTS = re.compile(r"token|secret|passw|passphrase|authori[sz]|signature|credential|apikey|cookie|csrf|xsrf")
_WORDS = re.compile(r"key|auth|code|sig|pwd|pass|pin|otp|sid|jwt|nonce|session|ticket|assertion|hmac|ssn|cvc|cvv|iban")
_ADDRESS_HEADERS = frozenset({"location", "referer", "content-location", "origin"})

_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_USERINFO = re.compile(r"^([a-z][a-z0-9+.-]*://)[^/?#@]*@", re.IGNORECASE)
# Names begin at their beginning: tried at each letter of what a page says, they would cost it seconds.
_PAIR = re.compile(r"(?<![^&;=#?])([^&;=#?]+)=([^&;#]*)")
_ADDRESS = re.compile(r"\b[a-z][a-z0-9+.-]{1,15}://[^\s\"'<>]+", re.IGNORECASE)
_SPOKEN = re.compile(
    r"""((?<![\w.-])(?P<name>[\w.-]++)["']?\s{0,3}[:=]\s{0,3}["']?)(?!\s)(?P<value>[^\s"',;&]{1,4096})""",
)
_BEARER = re.compile(r"\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}", re.IGNORECASE)

_MOST_ADDRESS = 4096
_MOST_INLINE = 64  # of a data: address


def is_secret(name: str) -> bool:
    """Whether a parameter, header or field of this name is likely to hold one."""
    return _has_fragment(name) or any(_WORDS.fullmatch(word.lower()) for word in _SPLIT.split(name))


def address(url: str) -> str:
    """Without user, password and the values of secret parameters, also behind the #; data: is cut short."""
    if url[:5].lower() == "data:":
        return url if len(url) <= _MOST_INLINE else f"{url[:_MOST_INLINE]}…"
    url = _USERINFO.sub(rf"\1{REDACTED}@", url[:_MOST_ADDRESS])
    start = min((place for place in (url.find("?"), url.find("#")) if place >= 0), default=-1)
    if start < 0:
        return url
    return url[:start] + _PAIR.sub(_pair, url[start:])


def headers(named: Mapping[str, object]) -> list[list[str]]:
    """As pairs, in order; a value that came several times stands in one, line by line."""
    return [[name, _header(name, str(value))] for name, value in named.items()]


def text(words: str, limit: int = 8192) -> str:
    """What a page or a browser said, without what is written like a secret."""
    cut = words[:limit]
    cut = _ADDRESS.sub(lambda match: address(match[0]), cut)
    cut = _BEARER.sub(rf"\1 {REDACTED}", cut)
    cut = _SPOKEN.sub(_spoken, cut)
    return cut if len(words) <= limit else f"{cut}…"


def _pair(match: re.Match[str]) -> str:
    return f"{match[1]}={REDACTED}" if match[2] and is_secret(unquote_plus(match[1])) else match[0]


def _spoken(match: re.Match[str]) -> str:
    # Short words are too common here: "status code: 500".
    if match["value"].startswith(("//", REDACTED)) or not _has_fragment(match["name"]):
        return match[0]
    return match[1] + REDACTED


def _has_fragment(name: str) -> bool:
    return _FRAGMENTS.search(name.lower().replace("-", "").replace("_", "")) is not None


def _header(name: str, value: str) -> str:
    if is_secret(name):  # cookies and authorization among them
        return REDACTED
    return address(value) if name.lower() in _ADDRESS_HEADERS else value[:_MOST_ADDRESS]
