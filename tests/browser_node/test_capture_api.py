"""Wishes and segments over HTTP, with a real browser: who may, what outlives what, and what is freed."""

import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from browser_node.client import NodeRefused
from browser_node.wire import LaunchSpec
from browser_node.wire_capture import CaptureWish, Stream
from tests.browser_node.capture.kept import keep, lines
from tests.support.cdp import Cdp
from tests.support.eventually import eventually
from tests.support.node import RunningNode, launch_spec

pytestmark = pytest.mark.browser

Start = Callable[..., LaunchSpec]


def test_a_wish_is_told_back_and_may_be_repeated(node: RunningNode, start: Start) -> None:
    spec = start()
    assert node.client.capture_state(spec.instance_id, spec.credential).wish == CaptureWish()
    wish = CaptureWish(logs=True, mask_inputs=False, block=(".x",))
    for _ in range(2):
        assert node.client.capture(spec.instance_id, spec.credential, wish).wish == wish
    assert node.client.capture_state(spec.instance_id, spec.credential).wish == wish
    assert node.client.capture(spec.instance_id, spec.credential, {"dom": False}).wish == CaptureWish()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"dom": "yes"}, "dom"),
        ({"block": ["x"] * 33}, "block"),
        ({"block": ["x" * 257]}, "block"),
        ([], "capture"),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused_by_name(
    node: RunningNode, start: Start, body: object, field: str
) -> None:
    spec = start()
    url = f"http://{node.address}/browsers/{spec.instance_id}/capture"
    answer = httpx.put(url, json=body, headers={"Authorization": f"Bearer {spec.credential}"}, trust_env=False)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_captures_open_to_the_browsers_credential_and_the_nodes_key_alone(node: RunningNode, start: Start) -> None:
    spec, other = start(), start()
    keep(node, spec, logs=True)
    node.client.mark(spec.instance_id, spec.credential, "x")
    keep(node, spec)
    for credential in (spec.credential, ""):
        assert node.client.segments(spec.instance_id, credential)
    for call in (
        lambda wrong: node.client.segments(spec.instance_id, wrong),
        lambda wrong: node.client.segment(spec.instance_id, wrong, Stream.MARK, 1),
        lambda wrong: node.client.free(spec.instance_id, wrong),
        lambda wrong: node.client.capture(spec.instance_id, wrong, CaptureWish()),
        lambda wrong: node.client.capture_state(spec.instance_id, wrong),
        lambda wrong: node.client.mark(spec.instance_id, wrong, "x"),
    ):
        with pytest.raises(NodeRefused, match="401"):
            call("wrong-credential-of-nobody")
    with pytest.raises(NodeRefused, match="404"):
        node.client.segments(other.instance_id, other.credential)  # nothing was wished of that one
    unkeyed = httpx.get(
        f"http://{node.address}/captures", headers={"Authorization": f"Bearer {spec.credential}"}, trust_env=False
    )
    assert unkeyed.status_code == 401


def test_segments_are_freed_one_by_one_or_all(node: RunningNode, start: Start) -> None:
    spec = start()
    keep(node, spec, logs=True)
    for label in ("one", "two"):
        node.client.mark(spec.instance_id, spec.credential, label)
        node.client.segments(spec.instance_id, spec.credential, flush=True)
    node.client.free(spec.instance_id, spec.credential, Stream.MARK, 1)
    node.client.free(spec.instance_id, spec.credential, Stream.MARK, 1)
    with pytest.raises(NodeRefused, match="404"):
        node.client.segment(spec.instance_id, spec.credential, Stream.MARK, 1)
    assert [line["label"] for line in lines(node, spec, Stream.MARK)] == ["two"]
    node.client.free(spec.instance_id, spec.credential)
    assert node.client.segments(spec.instance_id, spec.credential) == []
    node.client.mark(spec.instance_id, spec.credential, "three")
    assert [line["label"] for line in lines(node, spec, Stream.MARK)] == ["three"]
    for stream in ("nothing", "..%2f..", "credential"):
        url = f"http://{node.address}/captures/{spec.instance_id}/{stream}/1"
        assert httpx.get(url, headers={"Authorization": f"Bearer {node.key}"}, trust_env=False).status_code == 404


def test_what_was_kept_outlives_the_browser_until_it_is_freed(node: RunningNode) -> None:
    spec = replace(launch_spec(), capture=CaptureWish(logs=True))
    node.run_browser(spec)
    node.client.mark(spec.instance_id, "", "before the end")
    node.stop_browser(spec.instance_id)
    assert spec.instance_id in node.client.captures()
    segments = node.client.segments(spec.instance_id, spec.credential)
    last = {segment.stream for segment in segments if segment.is_last}
    assert last == {segment.stream for segment in segments}
    assert "before the end" in str(lines(node, spec, Stream.MARK))
    node.client.free(spec.instance_id, spec.credential)
    assert spec.instance_id not in node.client.captures()


async def test_a_killed_node_leaves_all_but_the_last_seconds(tmp_path: Path) -> None:
    node = RunningNode(tmp_path, tcp=True)
    with node:
        spec = replace(launch_spec(), capture=CaptureWish(dom=True, video=True, logs=True))
        node.run_browser(spec)
        async with await Cdp.connect(node, spec) as cdp:
            page = await cdp.page()
            await cdp.evaluate(page, "document.title = 'early'")
            # No flush is asked for: segments close by themselves.
            for stream in (Stream.DOM, Stream.VIDEO, Stream.COMMAND):
                eventually(
                    lambda stream=stream: (
                        stream in {each.stream for each in node.client.segments(spec.instance_id, "")}
                    ),
                    within=15,
                    what=f"a segment of {stream}",
                )
            before = node.client.segments(spec.instance_id, "")
            node._end(signal.SIGKILL)
        node.start()
        after = node.client.segments(spec.instance_id, spec.credential)
        assert {(each.stream, each.number, each.sha256) for each in before} <= {
            (each.stream, each.number, each.sha256) for each in after
        }
        assert {each.stream for each in after if each.is_last} == {each.stream for each in after}
        assert "Runtime.evaluate" in str(lines(node, spec, Stream.COMMAND))


def test_a_relaunch_goes_on_in_the_same_capture(node: RunningNode, start: Start) -> None:
    spec = start()
    keep(node, spec, logs=True)
    again = replace(launch_spec(spec.instance_id, locale="de-DE"), credential=spec.credential)
    node.run_browser(again)
    assert node.client.capture_state(spec.instance_id, "").wish == CaptureWish(logs=True)
    assert not node.client.capture_state(spec.instance_id, "").refused
    node.client.mark(spec.instance_id, "", "after the relaunch")
    assert "after the relaunch" in str(lines(node, spec, Stream.MARK))
