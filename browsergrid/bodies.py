"""How long a body may be that Django is given: it would write any length to disk before it asks who sends it."""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string

from apps.api.errors import answer_for
from browsergrid.uploads import longest_body

Message = MutableMapping[str, Any]  # the values are the ASGI specification's
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
PAGE_POLICY = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; frame-ancestors 'none'"
Application = Callable[[Message, Receive, Send], Awaitable[None]]


async def measured(application: Application, scope: Message, receive: Receive, send: Send) -> None:
    """Serve with `application`; a body beyond what this request may have gets 413, whatever it says of its length."""
    limit = await longest_body(scope)
    if _said_length(scope) > limit:
        await _too_large(scope, send)
        return
    length, has_answered = 0, False

    async def count() -> Message:
        nonlocal length
        message = await receive()
        length += len(message.get("body", b""))
        return {"type": "http.disconnect"} if length > limit else message

    async def answer(message: Message) -> None:
        nonlocal has_answered
        has_answered = True
        await send(message)

    await application(dict(scope), count, answer)
    if length > limit and not has_answered:
        await _too_large(scope, send)


def _said_length(scope: Message) -> int:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return 0


async def _too_large(scope: Message, send: Send) -> None:
    answer: HttpResponseBase = _page() if _is_for_a_person(scope) else answer_for(RequestDataTooBig())
    content = getattr(answer, "content", b"")
    headers = [(name.lower().encode(), value.encode("latin-1")) for name, value in answer.items()]
    headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": answer.status_code, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _is_for_a_person(scope: Message) -> bool:
    accepts = b",".join(value for name, value in scope["headers"] if name == b"accept")
    return b"text/html" in accepts and not str(scope["path"]).startswith("/api/")


def _page() -> HttpResponse:
    """No middleware comes by here: the page brings its own policy."""
    return HttpResponse(render_to_string("413.html"), status=413, headers={"Content-Security-Policy": PAGE_POLICY})
