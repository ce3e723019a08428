"""All that comes is read as UTF-8, whatever it says of itself.

Django takes the codec that the request names, and Python has some that are none of text: `charset=zlib` failed before
any view or middleware was asked.
"""

from typing import Any

from django.core.handlers.asgi import ASGIRequest
from django.utils.http import parse_header_parameters


class Utf8Request(ASGIRequest):
    """For `ASGIHandler.request_class`."""

    def _set_content_type_params(self, meta: dict[str, Any]) -> None:
        self.content_type, self.content_params = parse_header_parameters(meta.get("CONTENT_TYPE", ""))
