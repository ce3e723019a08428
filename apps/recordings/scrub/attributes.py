"""Attributes of recorded elements: how they look stays, what they do or load goes."""

import re
from collections.abc import Mapping
from typing import Any

from apps.recordings.scrub.addresses import is_picture, is_script
from apps.recordings.scrub.css import quiet_css

Attributes = dict[str, Any]

_NAME = re.compile(r"[A-Za-z_:][\w:.-]{0,99}")
_PROPERTY = re.compile(r"-{0,2}[A-Za-z_][\w-]{0,199}")
_LONGEST = 200_000  # characters; data of pictures apart
_PICTURE_OF = {"img": {"src"}, "input": {"src"}, "image": {"href", "xlink:href"}, "feimage": {"href", "xlink:href"},
               "video": {"poster"}, "canvas": set()}  # fmt: skip
_WITHIN = {"use", "textpath", "lineargradient", "radialgradient", "pattern", "mask", "clippath", "filter", "mpath"}
_LINKS = {"a", "area"}
SPECIAL = frozenset(_PICTURE_OF) | _WITHIN | _LINKS  # elements whose attributes are judged by their name
_ADDRESSES = frozenset(
    [
        "action",
        "archive",
        "attributionsrc",
        "background",
        "cite",
        "classid",
        "code",
        "codebase",
        "data",
        "dynsrc",
        "formaction",
        "href",
        "icon",
        "imagesrcset",
        "longdesc",
        "lowsrc",
        "manifest",
        "ping",
        "poster",
        "profile",
        "src",
        "srcset",
        "to",
        "usemap",
        "values",
        "xlink:href",
        "xml:base",
    ]
)
_ACTING = frozenset(
    [
        "allow",
        "autofocus",
        "autoplay",
        "charset",
        "contenteditable",
        "content",
        "csp",
        "download",
        "for-nonce",
        "form",
        "formmethod",
        "formtarget",
        "http-equiv",
        "integrity",
        "is",
        "language",
        "name",
        "nonce",
        "popovertarget",
        "popovertargetaction",
        "preload",
        "rel",
        "sandbox",
        "srcdoc",
        "target",
        "type-nonce",
    ]
)
_OWN = {"rr_width", "rr_height", "rr_scrollLeft", "rr_scrollTop"}  # rrweb's, of elements that were not recorded


def quiet_attributes(tag: str, attributes: object, *, in_frame: bool = False) -> Attributes:
    """Of a whole element, or those that a mutation sets (`None`: removed)."""
    if not isinstance(attributes, Mapping):
        return {}
    kept: Attributes = {}
    for name, value in attributes.items():
        if isinstance(name, str) and _NAME.fullmatch(name):
            wanted = _kept(tag.lower(), name, value, in_frame)
            if wanted is not ...:
                kept[name] = wanted
    return kept


def _kept(tag: str, name: str, value: object, in_frame: bool) -> Any:  # noqa: FBT001 - `...`: left out
    word = name.lower()
    if word.startswith("on") or word in _ACTING:
        return _group(tag, value) if (tag, word) == ("input", "name") else ...
    if value is None:
        return None
    if word == "style" and isinstance(value, Mapping):
        return _declared(value, in_frame=in_frame)
    if word.startswith("rr_"):
        return _rrweb(name, value)
    if isinstance(value, bool | int | float):
        return value if word not in _ADDRESSES else ...
    if not isinstance(value, str):
        return ...
    if word in {"style", "_csstext"}:
        return quiet_css(value[: _LONGEST * 10], in_frame=in_frame)
    if word in _ADDRESSES:
        return _address(tag, word, value)
    return ... if is_script(value) else value[:_LONGEST]


def _address(tag: str, name: str, value: str) -> Any:
    if name in _PICTURE_OF.get(tag, ()):
        return value if is_picture(value) else ...
    if name in {"href", "xlink:href"} and tag in _WITHIN:
        return value if re.fullmatch(r"#[\w.:-]+", value) else ...
    return "#" if name == "href" and tag in _LINKS else ...  # still looks like a link


def _rrweb(name: str, value: object) -> Any:
    if name == "rr_dataURL":
        return value if isinstance(value, str) and is_picture(value) else ...
    if name == "rr_open_mode":
        return value if value in ("modal", "non-modal") else ...
    if name not in _OWN:
        return ...
    return value if isinstance(value, int | float) or re.fullmatch(r"[\d.]+(px)?", str(value)) else ...


def _group(tag: str, value: object) -> Any:
    """Buttons of one name exclude each other; a name of its own shadows nothing that scripts need."""
    return f"recorded-{value[:200]}" if isinstance(value, str) else ...


def _declared(style: Mapping[Any, Any], *, in_frame: bool) -> Attributes:
    """rrweb's `{property: value | [value, priority] | false}`."""
    kept: Attributes = {}
    for name, value in style.items():
        if not isinstance(name, str) or not _PROPERTY.fullmatch(name):
            continue
        if value is False:
            kept[name] = False
        elif isinstance(value, str):
            kept[name] = quiet_css(value, in_frame=in_frame)
        elif isinstance(value, list) and len(value) == 2 and all(isinstance(part, str) for part in value):
            kept[name] = [quiet_css(value[0], in_frame=in_frame), "important" if value[1] == "important" else ""]
    return kept
