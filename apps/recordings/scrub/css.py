"""Style sheets that load nothing. Everything else of them stays as it was."""

import re
from functools import lru_cache

from apps.recordings.scrub.addresses import is_font, is_picture

FRAME = "bg-frame"  # what a recorded <iframe> becomes
NOTHING = 'url("data:,")'

_BREAKING = re.compile(r'["\\\n\r\f]')
_ESCAPED = re.compile(r"\\(?:([0-9a-fA-F]{1,6})(?:\r\n|[ \t\r\n\f])?|([g-zG-Z]))")
_STRING = r'"(?:[^"\\\n\r\f]|\\.)*"' + r"|'(?:[^'\\\n\r\f]|\\.)*'"
_INTERESTING = re.compile(
    rf"""(?P<comment>/\*.*?(?:\*/|\Z))
    |(?P<string>{_STRING})
    |(?P<url>(?:url|src)\(\s*(?P<quoted>{_STRING}|)(?P<bare>(?:[^)\\]|\\.)*)\)?)
    |(?P<image>(?:image-set|image|cross-fade|expression)\()
    |(?P<rule>@(?:import|namespace|charset)(?![\w-])(?:{_STRING}|/\*.*?\*/|\((?:[^)\\]|\\.)*\)|[^;{{}}"'(])*;?)
    |(?P<frame>(?<![\w.\#:\\-])iframe(?![\w-]))
    |(?P<root>:root(?![\w-]))""",
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)


@lru_cache(maxsize=128)  # the same sheets come again with every page of a site
def quiet_css(text: str, *, in_frame: bool = False) -> str:
    """A sheet, a rule or declarations. `in_frame`: its page is rebuilt as a shadow tree, which has no :root."""

    def kept(match: re.Match[str]) -> str:
        what = match.lastgroup
        if match["url"] is not None:
            return _address(match["quoted"][1:-1] if match["quoted"] else match["bare"])
        if match["image"] is not None:
            return f"no-{match['image']}"  # unknown: the whole declaration is void
        if match["rule"] is not None:
            return ""
        if match["frame"] is not None:
            return FRAME
        if what == "root" and in_frame:
            return "html"
        return match[0]

    return _INTERESTING.sub(kept, _plain(text))


def _plain(text: str) -> str:
    """Letters that were written as escapes are letters again, which means the same and hides nothing."""
    return _ESCAPED.sub(_letter, text) if "\\" in text else text


def _letter(match: re.Match[str]) -> str:
    if match[2]:
        return match[2]
    value = int(match[1], 16)
    character = chr(value) if value < 0x80 else ""
    return character if character.isalpha() or character == "-" else match[0]


def _address(address: str) -> str:
    address = address.strip()
    if re.fullmatch(r"#[\w.:-]+", address):
        return f'url("{address}")'
    if is_picture(address) or is_font(address):
        return f'url("{_BREAKING.sub(_encoded, address)}")'
    return NOTHING


def _encoded(match: re.Match[str]) -> str:
    return f"%{ord(match[0]):02x}"
