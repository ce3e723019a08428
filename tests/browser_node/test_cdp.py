"""browser_node.cdp and .frames: which messages are ours, and frames as bytes; pure."""

import json

import pytest

from browser_node import cdp, frames
from browser_node.cdp import CdpError
from browser_node.frames import Opcode
from tests.splice.harness import masked


def test_a_call_of_our_domain_is_a_command():
    command = cdp.parse(b'{"id":7,"method":"BrowserGrid.liveURL","params":{"ttl":5},"sessionId":"S"}')
    assert (command.id, command.method, command.params, command.session) == (
        7,
        "BrowserGrid.liveURL",
        {"ttl": 5},
        "S",
    )
    assert not command.is_close
    assert command.message["id"] == 7


@pytest.mark.parametrize("text", ['{"id":1,"method":"Browser.close"}', '{ "method" : "Browser.close", "id" : 1 }'])
def test_closing_the_browser_is_a_command(text):
    assert cdp.parse(text.encode()).is_close


@pytest.mark.parametrize(
    "text",
    [
        '{"id":1,"method":"Browser.getVersion"}',
        '{"id":1,"method":"Runtime.evaluate","params":{"expression":"\\"BrowserGrid.x\\""}}',
        '{"id":1,"method":"X.y","params":{"a":"Browser.close","b":["BrowserGrid.x"]}}',
        '{"method":"BrowserGrid.x"}',
        '{"id":"1","method":"BrowserGrid.x"}',
        '{"id":1,"method":["BrowserGrid.x"]}',
        '["BrowserGrid.x"]',
        '{"id":1,"method":"BrowserGrid.x"',
        '"BrowserGrid.x"',
        "[" * 5000 + '"BrowserGrid.x"',
    ],
)
def test_everything_else_is_chromiums(text):
    assert cdp.parse(text.encode()) is None
    assert cdp.parse(b"\xff" + text.encode()) is None


def test_answers_carry_the_id_and_the_session_of_the_call():
    command = cdp.parse(b'{"id":7,"method":"BrowserGrid.a","sessionId":"S"}')
    assert json.loads(cdp.result(command, {"x": 1})) == {"id": 7, "result": {"x": 1}, "sessionId": "S"}
    problem = CdpError(-32000, "no")
    error = {"code": -32000, "message": "no"}
    assert json.loads(cdp.error(command, problem)) == {"id": 7, "error": error, "sessionId": "S"}
    without = cdp.parse(b'{"id":8,"method":"BrowserGrid.a"}')
    assert json.loads(cdp.result(without, {})) == {"id": 8, "result": {}}
    assert json.loads(cdp.event("BrowserGrid.x", {"a": 1}, "S")) == {
        "method": "BrowserGrid.x",
        "params": {"a": 1},
        "sessionId": "S",
    }


def test_an_unknown_method_is_refused_in_chromiums_words():
    problem = cdp.not_found("BrowserGrid.nothing")
    assert (problem.code, problem.message) == (-32601, "'BrowserGrid.nothing' wasn't found")


@pytest.mark.parametrize("size", [0, 1, 5, 125, 126, 65535, 65536])
def test_a_frame_is_read_back_as_it_was_written(size):
    payload = bytes(index % 251 for index in range(size))
    whole = frames.frame(Opcode.TEXT, payload)
    head = frames.header_size(whole[1])
    assert frames.payload_size(whole[:head]) == size
    assert whole[head:] == payload
    sent = memoryview(masked(payload))
    head = frames.header_size(sent[1])
    assert frames.payload_size(sent[:head]) == size
    assert frames.unmask(sent[head:], bytes(sent[head - 4 : head])) == payload


def test_a_long_reason_is_cut_between_characters():
    whole = frames.close_frame(4000, "ž" * 100)
    assert whole[1] <= 125
    assert whole[4:].decode() == "ž" * 61


@pytest.mark.parametrize(
    ("message", "params"),
    [
        (
            {
                "method": "Browser.setDownloadBehavior",
                "params": {"behavior": "allow", "downloadPath": "/x", "eventsEnabled": True},
            },
            {"behavior": "allowAndName", "downloadPath": "/ours", "eventsEnabled": True},
        ),
        (
            {"method": "Page.setDownloadBehavior", "params": {"behavior": "allowAndName", "downloadPath": "/x"}},
            {"behavior": "allowAndName", "downloadPath": "/ours"},
        ),
        ({"method": "Browser.setDownloadBehavior", "params": {"behavior": "deny"}}, {"behavior": "deny"}),
        ({"method": "Runtime.evaluate", "params": {"behavior": "allow"}}, {"behavior": "allow"}),
    ],
)
def test_downloads_go_where_we_look_for_them(message, params):
    sent = json.dumps({"id": 3, "sessionId": "S", **message}).encode()
    told = json.loads(cdp.with_downloads_to("/ours", sent))
    assert told == {"id": 3, "sessionId": "S", "method": message["method"], "params": params}


@pytest.mark.parametrize("payload", [b"", b"{", b"[1]", b'{"method":5,"params":[]}', b'{"params":{}}', b"\xff"])
def test_what_is_no_command_is_left_to_chromium(payload):
    assert cdp.with_downloads_to("/ours", payload) == payload


@pytest.mark.parametrize("size", [0, 1, 125, 126, 65535, 65536])
def test_a_masked_frame_of_ours_reads_as_its_payload(size):
    payload = b"x" * size
    whole = frames.masked_frame(Opcode.TEXT, payload)
    head = frames.header_size(whole[1])
    assert (whole[0], whole[1] & 128, frames.payload_size(whole)) == (0x81, 128, size)
    assert frames.unmask(whole[head:], whole[head - 4 : head]) == payload
