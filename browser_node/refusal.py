"""The answers that the forwarding proxy gives itself: a small page that says why, for a person and for a program."""

from html import escape
from http import HTTPStatus

_PAGE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>{title}</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; color: #1c1e21; background: #f6f7f8; margin: 0; }}
main {{ max-width: 38rem; margin: 12vh auto; padding: 0 1.5rem; }}
h1 {{ font-size: 1.375rem; }} code {{ overflow-wrap: anywhere; }}
</style>
<main><h1>{title}</h1><p>{reason}</p><p>{remedy}</p><p><small>BrowserGrid</small></p></main></html>
"""


def answer(status: HTTPStatus, title: str, reason: str, remedy: str = "") -> bytes:
    """A whole HTTP response; the connection ends with it."""
    body = _PAGE.format(title=escape(title), reason=escape(reason), remedy=escape(remedy)).encode()
    head = (
        f"HTTP/1.1 {status.value} {status.phrase}\r\n"
        "Content-Type: text/html; charset=utf-8\r\n"
        f"Content-Length: {len(body)}\r\n"
        "Cache-Control: no-store\r\n"
        "X-Content-Type-Options: nosniff\r\n"
        "Connection: close\r\n\r\n"
    )
    return head.encode() + body
