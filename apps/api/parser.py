"""Bodies as JSON, and nothing that two readers could read in two ways."""

import json
import math
from collections.abc import Mapping
from typing import IO, Any, NoReturn

from rest_framework.exceptions import ParseError, UnsupportedMediaType
from rest_framework.parsers import JSONParser

LONGEST_DIGITS = 40  # which numbers a field takes is the field's to say; this bounds the work
UTF_8 = {"utf-8", "utf8", "us-ascii", "ascii"}


class StrictJson(JSONParser):
    """UTF-8 alone; no name twice in an object, no NaN, no number beyond what computers hold, no endless nesting."""

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        if _charset(media_type or "") not in UTF_8:
            raise UnsupportedMediaType(media_type or "", detail="JSON is read in UTF-8 alone.")
        try:
            return json.loads(
                stream.read().decode(),
                object_pairs_hook=_object,
                parse_float=_number,
                parse_int=_whole,
                parse_constant=_no_number,
            )
        except RecursionError as error:
            raise ParseError("The body is nested too deeply.") from error
        except ValueError as error:  # UnicodeDecodeError and JSONDecodeError are such
            raise ParseError(str(error) if isinstance(error, _Doubtful) else "The body is not valid JSON.") from error


class _Doubtful(ValueError):
    """Valid by the letter of the format, in words for the caller."""


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise _Doubtful("An object in the body has a name twice.")
    return found


def _number(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise _Doubtful("A number in the body is too large.")
    return value


def _whole(text: str) -> int:
    if len(text) > LONGEST_DIGITS:
        raise _Doubtful("A number in the body is too large.")
    return int(text)


def _no_number(text: str) -> NoReturn:
    raise _Doubtful(f"{text} is not valid JSON.")


def _charset(media_type: str) -> str:
    for part in media_type.split(";")[1:]:
        name, _, value = part.partition("=")
        if name.strip().lower() == "charset":
            return value.strip().strip("\"'").lower()
    return "utf-8"
