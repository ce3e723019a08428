"""A client's commands as its relay hears them pass."""

import json
from typing import Any

import pytest

from browser_node.capture.commands import Commands

SESSION, TARGET = "A" * 32, "B" * 32


@pytest.fixture
def told() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def acted() -> list[tuple[str, str, Any]]:
    return []


@pytest.fixture
def commands(told: list[dict[str, Any]], acted: list[tuple[str, str, Any]]) -> Commands:
    return Commands("con_1", "", lambda line, _: told.append(line), lambda *input_: acted.append(input_))


def encode(**message: Any) -> bytes:
    return json.dumps(message, separators=(",", ":")).encode()


@pytest.mark.parametrize(
    "message",
    [
        encode(id=7, method="Page.navigate", params={"id": 9}, sessionId=SESSION),  # as Playwright writes it
        encode(
            method="Page.navigate", params={"id": 9, "url": "x" * 500}, id=7, sessionId=SESSION
        ),  # as Puppeteer does
        b'{ "id" : 7 , "method" : "Page.navigate" }',
    ],
)
def test_a_command_is_told_with_its_answer_whoever_wrote_it(
    commands: Commands, told: list[dict[str, Any]], message: bytes
) -> None:
    commands.said(message)
    assert told == []
    commands.answered(b'{"id":9,"result":{}}')
    commands.answered(b'{"id":7,"result":{"frameId":"' + b"x" * 200)
    (line,) = told
    assert (line["connection"], line["method"], line["error"]) == ("con_1", "Page.navigate", "")
    assert line["ms"] >= 0
    commands.answered(b'{"id":7,"result":{}}')
    assert len(told) == 1


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (b'{"id":1,"error":{"code":-32000,"message":"Cannot find \\"x\\""}}', 'Cannot find "x"'),
        (b'{"id":1,"error":{"code":-32000,"message":"password: hunter2"}}', "password: REDACTED"),
        (b'{"id":1,"error":{"code":-32000,"message":"cut in the mid', "cut in the mid"),
        (b'{"id":1,"error":{}}', "refused"),
    ],
)
def test_a_refusal_is_told_in_chromiums_words(
    commands: Commands, told: list[dict[str, Any]], answer: bytes, error: str
) -> None:
    commands.said(encode(id=1, method="Page.navigate"))
    commands.answered(answer)
    assert told[0]["error"] == error


def test_arguments_are_never_told(commands: Commands, told: list[dict[str, Any]]) -> None:
    commands.said(encode(id=1, method="Runtime.evaluate", params={"expression": "canary"}))
    commands.answered(b'{"id":1,"result":{"value":"canary"}}')
    assert "canary" not in json.dumps(told)


def test_an_input_is_told_with_the_page_its_session_belongs_to(
    commands: Commands, acted: list[tuple[str, str, Any]]
) -> None:
    press = {"type": "mousePressed", "x": 1, "y": 2}
    commands.said(encode(id=1, method="Input.dispatchMouseEvent", params=press, sessionId=SESSION))
    commands.answered(
        f'{{"method":"Target.attachedToTarget","params":{{"sessionId":"{SESSION}","targetInfo":{{"targetId":"{TARGET}","type":"pa'.encode()
    )
    commands.said(encode(id=2, method="Input.dispatchMouseEvent", params=press, sessionId=SESSION))
    commands.said(encode(id=3, method="Target.attachToTarget", params={"targetId": "C" * 32, "flatten": True}))
    commands.answered(f'{{"id":3,"result":{{"sessionId":"{"D" * 32}"}}}}'.encode())
    commands.said(encode(id=4, method="Input.insertText", params={"text": "x"}, sessionId="D" * 32))
    assert [target for target, _, _ in acted] == ["", TARGET, "C" * 32]
    assert acted[1] == (TARGET, "Input.dispatchMouseEvent", press)


@pytest.mark.parametrize(
    "message",
    [
        *(b"", b"{", b"[]", b"null", b"\xff\xfe", b'"Input.x"', b'{"id":' + b"9" * 400 + b"}"),
        b'{"method":"Input.insertText"',
        b'{"id":1,"method":"Input.insertText","params":5}',
        b'{"id":1,"method":"Input.insertText","params":{"text":"' + b"x" * 50,
    ],
)
def test_what_is_no_command_is_passed_over(commands: Commands, acted: list[Any], message: bytes) -> None:
    commands.said(message)
    commands.answered(message)
    assert acted == []


def test_commands_that_are_never_answered_do_not_pile_up(commands: Commands, told: list[dict[str, Any]]) -> None:
    for number in range(5000):
        commands.said(encode(id=number, method="Page.enable"))
    assert len(commands._pending) <= 4096
    commands.answered(b'{"id":4999,"result":{}}')
    assert len(told) == 1
