"""Structured logs of every process, ours and our libraries', with no secret in them.

`LOGGING_CONFIG` names `configure`; Django calls it at set-up with `LOGGING`. Two walls keep secrets out: every record
is made by `SafeRecord`, whoever formats it, and our own formatter looks once more at the finished line.
"""

import logging
import re
import sys
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

HIDDEN = "[hidden]"
LONGEST_VALUE = 4000

_SECRET_NAMES = re.compile(
    r"(?i)\A(.*[_-])?(token|ticket|secret|password|passwd|authorization|cookie|set-cookie|api[_-]?key|x-api-key|credential_secret)\Z"
)
# Each with words of which one is in every text that it could find something in: most lines hold none of them.
_PATTERNS: tuple[tuple[tuple[str, ...], re.Pattern[str], str], ...] = (
    (("bg_",), re.compile(r"\bbg_[A-Za-z0-9]{8,}"), f"bg_{HIDDEN}"),
    (("whsec_",), re.compile(r"\bwhsec_[A-Za-z0-9+/=_-]{8,}"), f"whsec_{HIDDEN}"),
    (
        ("bearer", "basic"),
        re.compile(r"(?i)\b(bearer|basic)((?:\s|%20|\+)+)(?!\[hidden)[^\s\"',;)]{6,}"),
        rf"\1\2{HIDDEN}",
    ),
    (
        ("token", "ticket", "key", "secret", "passw"),
        re.compile(
            r"(?i)\b(token|ticket|access_token|api_?key|secret|password|passwd|claim_secret)"
            r"(=|%3d)(?!\[hidden)(?:(?!%26)[^&\s\"'<>;,)}])+"
        ),
        rf"\1\2{HIDDEN}",
    ),
    (
        ("authorization", "x-api-key", "cookie", "password", "token", "ticket"),
        re.compile(
            r"(?i)([\"']?\b(?:authorization|x-api-key|cookie|set-cookie|password|token|ticket)[\"']?\s*:\s*[bu]?[\"']?)"
            r"(?!\[hidden|bearer \[hidden|basic \[hidden)[^\"'\r\n,}]+"
        ),
        rf"\1{HIDDEN}",
    ),
    (
        ("session", "csrf"),
        re.compile(r"(?i)\b(\w+_session|sessionid|csrf\w*|\w+_csrf)=(?!\[hidden)[A-Za-z0-9:_-]{20,}"),
        rf"\1={HIDDEN}",
    ),
    ((".connect.",), re.compile(r"(?i)\b[a-z2-7]{32}(?=\.connect\.)"), HIDDEN),
    (("://",), re.compile(r"(?i)(\w://)[^/\s@\"']+@"), rf"\1{HIDDEN}@"),
)
_CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), 0x7F, *range(0x80, 0xA0)) if code != 0x09}
_literals: set[str] = set()


class SafeRecord(logging.LogRecord):
    """A record that never gives a secret away, whatever handler or formatter it meets."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if isinstance(self.msg, str):
            self.msg = redact(self.msg)
        if isinstance(self.args, tuple):
            self.args = tuple(redact(each) if isinstance(each, str) else each for each in self.args)
        elif isinstance(self.args, Mapping):
            self.args = _safe_mapping(self.args)

    def getMessage(self) -> str:  # noqa: N802 - logging's name
        return redact(super().getMessage())


class SafeFormatter(structlog.stdlib.ProcessorFormatter):
    """Looks at the finished line, tracebacks included."""

    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


def configure(wanted: Mapping[str, str]) -> None:
    """`format` (json or pretty), `level`, `hide` (further secrets, one a line). Repeatable; the last call counts."""
    _literals.clear()
    _literals.update(literal for literal in wanted.get("hide", "").splitlines() if len(literal) >= 8)
    logging.setLogRecordFactory(SafeRecord)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(_formatter(wanted.get("format", "pretty")))
    root = logging.getLogger()
    # A plain StreamHandler is a former one of ours, or a library's that would say everything twice.
    root.handlers[:] = [*(each for each in root.handlers if type(each) is not logging.StreamHandler), handler]
    root.setLevel(wanted.get("level", "INFO"))
    _bring_to_root()
    structlog.configure(
        processors=[*_shared(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.captureWarnings(True)  # noqa: FBT003 - the standard library's signature


def redact(text: str) -> str:
    """The text without tokens, tickets, passwords, cookies and the values of authorising headers."""
    for literal in _literals:
        text = text.replace(literal, HIDDEN)
    lowered = text.lower()
    for words, pattern, instead in _PATTERNS:
        if any(word in lowered for word in words):
            text = pattern.sub(instead, text)
    return text


def _formatter(kind: str) -> SafeFormatter:
    plain = structlog.dev.plain_traceback  # the rich one prints local variables
    renderer: Processor = (
        structlog.processors.JSONRenderer(default=str)
        if kind == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=plain)
    )
    ending: list[Processor] = [structlog.stdlib.ProcessorFormatter.remove_processors_meta]
    if kind == "json":
        ending.append(structlog.processors.format_exc_info)
    return SafeFormatter(
        foreign_pre_chain=[*_shared(), structlog.stdlib.ExtraAdder()],
        processors=[*ending, _hide_by_name, _escape, renderer],
    )


def _shared() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def _bring_to_root() -> None:
    """Libraries that print for themselves (uvicorn, Django, daphne, Celery) shall go the one way out."""
    for name in (
        *("uvicorn", "uvicorn.error", "uvicorn.access", "uvicorn.asgi"),
        *("django", "django.server", "django.request", "django.channels.server"),
        *("daphne", "daphne.server", "celery", "celery.task", "celery.redirected", "py.warnings"),
    ):
        logger = logging.getLogger(name)
        logger.handlers.clear()
        logger.propagate = True
        logger.disabled = False
    # A job of every second would fill the log with three lines each time; runs are told on the tasks page.
    for name in ("celery.beat", "celery.app.trace", "celery.worker.strategy"):
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("httpx", "httpcore", "websockets", "urllib3", "kombu", "amqp"):
        logging.getLogger(name).setLevel(logging.WARNING)  # they tell every request, at INFO, with its address


def _hide_by_name(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    return _safe_mapping(event)


def _escape(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """No value forges a line or a colour; tracebacks keep their lines."""
    tidy: Callable[[Any], Any] = lambda value: _one_line(value) if isinstance(value, str) else value  # noqa: E731
    return {name: value if name in {"exception", "stack"} else tidy(value) for name, value in event.items()}


def _one_line(text: str) -> str:
    cut = text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}… ({len(text)} letters)"
    return cut.translate(_CONTROL)


def _safe_mapping(values: Mapping[Any, Any]) -> MutableMapping[Any, Any]:
    safe: MutableMapping[Any, Any] = {}
    for name, value in values.items():
        if isinstance(name, str) and _SECRET_NAMES.match(name) and isinstance(value, str | bytes):
            safe[name] = HIDDEN
        elif isinstance(value, str):
            safe[name] = redact(value)
        elif isinstance(value, Mapping):
            safe[name] = _safe_mapping(value)
        else:
            safe[name] = value
    return safe
