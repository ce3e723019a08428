"""The node's log."""

import json
import logging

from browser_node.journal import JsonFormatter, PrettyFormatter


def record(message: str, **facts: object) -> logging.LogRecord:
    made = logging.makeLogRecord({"msg": message, "levelname": "INFO", "name": "x"})
    vars(made).update(facts)
    return made


def test_one_event_is_one_object_with_its_facts() -> None:
    entry = json.loads(JsonFormatter().format(record("refused", browser="b", detail="a\nb")))
    assert (entry["event"], entry["browser"], entry["detail"], entry["level"]) == ("refused", "b", "a\nb", "info")


def test_what_a_page_said_cannot_forge_a_line() -> None:
    for formatter in (JsonFormatter(), PrettyFormatter()):
        line = formatter.format(record("refused", detail="x\n00:00:00 error forged\x1b[31m"))
        assert "\n" not in line
        assert "\x1b" not in line
