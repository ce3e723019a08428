"""No secret in any line, whoever writes it; no value that forges one."""

import io
import json
import logging
import logging.config
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from uvicorn.config import LOGGING_CONFIG as UVICORN

from browsergrid import logs

TOKEN = "bg_CanaryCanaryCanaryCanaryCanary12ABCDEF"
TICKET = "canarycanarycanarycanarycanary22"
STATIC = "a-static-canary-of-24-letters"


@pytest.fixture
def sink(request: pytest.FixtureRequest) -> Iterator[io.StringIO]:
    """Everything that our handler would write; the former configuration comes back afterwards."""
    root, factory = logging.getLogger(), logging.getLogRecordFactory()
    handlers, level = list(root.handlers), root.level
    logging.config.dictConfig(UVICORN)  # as uvicorn does before it loads us
    logs.configure({"format": getattr(request, "param", "json"), "level": "DEBUG", "hide": STATIC})
    handler = next(each for each in root.handlers if type(each) is logging.StreamHandler)
    stream = io.StringIO()
    handler.setStream(stream)
    yield stream
    root.handlers[:], root.level = handlers, level
    logging.setLogRecordFactory(factory)
    logs.configure({"format": "pretty", "level": "INFO"})


LINES = [
    f'127.0.0.1:5 - "WebSocket /connect?token={TOKEN}" [accepted]',
    f'127.0.0.1:5 - "GET /connect/json/version?pool=x&token={STATIC}&a=b HTTP/1.1" 200',
    f"GET /sessions/ses_1/connect/devtools/browser/x?ticket={TICKET}",
    f"GET /connect?token%3D{TOKEN}",
    f"Authorization: Bearer {TOKEN}",
    f"{{'authorization': 'Bearer {STATIC}'}}",
    f"(b'authorization', b'Basic {TOKEN}')",
    f"X-API-Key: {STATIC}",
    f"cookie: browsergrid_session={TICKET}; x=y",
    f"http://someone:{TOKEN}@proxy.example:8080/",
    f"GET http://{TICKET}.connect.localhost:8000/json/version",
    f"webhook with whsec_{TICKET}",
    f"a token of another kind: token={STATIC}",
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.parametrize(
    "name",
    [
        "uvicorn.access",
        "uvicorn.error",
        "daphne",
        "django.server",
        "django.request",
        "celery",
        "celery.task",
        "anybody",
    ],
)
@pytest.mark.parametrize("sink", ["json", "pretty"], indirect=True)
def test_no_logger_lets_a_secret_through(sink: io.StringIO, name: str, line: str) -> None:
    logging.getLogger(name).warning(line)
    logging.getLogger(name).warning("said %s", line)
    logging.getLogger(name).warning("extra", extra={"line": line})
    written = sink.getvalue()
    assert written.count("\n") >= 3
    for secret in (TOKEN, TICKET, STATIC):
        assert secret not in written


@pytest.mark.parametrize("sink", ["json", "pretty"], indirect=True)
def test_tracebacks_and_structured_values_are_hidden_too(sink: io.StringIO) -> None:
    try:
        raise ValueError(f"no such address: /connect?token={TOKEN}")
    except ValueError:
        logging.getLogger("x").exception("failed")
    structlog.get_logger("y").info("asked", token=TOKEN, ticket="whatever", headers={"authorization": "Bearer abcdef"})
    written = sink.getvalue()
    assert "Traceback" in written
    assert TOKEN not in written
    assert "whatever" not in written
    assert "abcdef" not in written


def test_another_library_s_own_handler_is_covered_as_well(sink: io.StringIO) -> None:
    own = io.StringIO()
    handler = logging.StreamHandler(own)
    logger = logging.getLogger("a.library.with.its.own.handler")
    logger.addHandler(handler)
    logger.warning("GET %s", f"/connect?token={TOKEN}")
    logger.removeHandler(handler)
    assert own.getvalue() == "GET /connect?token=[hidden]\n"


def test_uvicorn_s_own_access_formatter_finds_what_it_needs(sink: io.StringIO) -> None:
    logging.getLogger("uvicorn.access").info(
        '%s - "%s %s HTTP/%s" %d', "127.0.0.1:5", "GET", f"/connect?token={TOKEN}", "1.1", 200
    )
    assert json.loads(sink.getvalue())["event"] == '127.0.0.1:5 - "GET /connect?token=[hidden] HTTP/1.1" 200'


def test_a_line_carries_the_names_bound_to_its_request(sink: io.StringIO) -> None:
    with structlog.contextvars.bound_contextvars(request_id="req_1", session="ses_1"):
        logging.getLogger("x").info("gateway.joined", extra={"bytes_up": 3})
    told = json.loads(sink.getvalue())
    assert (told["request_id"], told["session"], told["bytes_up"], told["level"]) == ("req_1", "ses_1", 3, "info")


@pytest.mark.parametrize("sink", ["json", "pretty"], indirect=True)
def test_no_value_forges_a_line(sink: io.StringIO) -> None:
    logging.getLogger("x").info("a\r\nb\x1b[31m", extra={"agent": "c\nd\x9b"})
    assert sink.getvalue().count("\n") == 1
    assert "\x1b[31m" not in sink.getvalue()


def test_harmless_words_stay() -> None:
    line = "2 tokens issued; token tok_01jd; the ticket office; basic facts; password reset asked"
    assert logs.redact(line) == line


@given(st.text(), st.text())
def test_hiding_twice_is_hiding_once(before: str, after: str) -> None:
    once = logs.redact(f"{before}?token={TOKEN}&{after}")
    assert TOKEN not in once
    assert logs.redact(once) == once
