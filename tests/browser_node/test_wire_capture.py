"""Captures and files as they travel."""

import json

import pytest

from browser_node.fields import InvalidSpec
from browser_node.wire import LaunchSpec
from browser_node.wire_capture import CaptureState, CaptureWish, FileKind, NodeFile, Segment, Stream
from tests.support.node import launch_spec

WISH = CaptureWish(dom=True, video=True, logs=True, mask_inputs=False, block=(".secret", "#x"))


@pytest.mark.parametrize(
    "value",
    [
        WISH,
        CaptureWish(),
        CaptureState(WISH, {"dom": "not built"}, 5, 6),
        Segment(Stream.VIDEO, 3, 10, 20, 99, "a" * 64, is_last=True),
        NodeFile("a.txt", FileKind.DOWNLOAD, 5, 6, "https://example.com/", is_complete=False),
    ],
)
def test_what_is_written_is_read_again(value: CaptureWish | CaptureState | Segment | NodeFile) -> None:
    told = json.loads(json.dumps(value.to_json()))
    assert type(value).from_json({**told, "news": "of a newer node"}) == value


def test_a_launch_carries_its_wish_and_an_older_sender_wishes_nothing() -> None:
    spec = launch_spec()
    told = json.loads(json.dumps({**spec.to_json(), "capture": WISH.to_json()}))
    assert LaunchSpec.from_json(told).capture == WISH
    del told["capture"]
    assert LaunchSpec.from_json(told) == spec


@pytest.mark.parametrize(
    "wish", [{"dom": 1}, {"mask_inputs": None, "video": "x"}, {"block": "x"}, {"block": ["x"] * 33}, []]
)
def test_a_wish_is_read_strictly(wish: object) -> None:
    with pytest.raises(InvalidSpec):
        CaptureWish.from_json(wish)


def test_only_video_is_no_lines_and_nothing_wished_is_false() -> None:
    assert [stream for stream in Stream if not stream.is_lines] == [Stream.VIDEO]
    assert not CaptureWish(mask_inputs=True, block=("x",))
    assert CaptureWish(logs=True)
