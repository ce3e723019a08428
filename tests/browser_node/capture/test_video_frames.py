"""The form of a video stream."""

from browser_node.capture.video_frames import VideoFrame, unpacked


def test_frames_are_read_as_they_were_written() -> None:
    frames = [VideoFrame(1_795_288_756_751.25, 1280, 720, b"\xff\xd8jpeg"), VideoFrame(1_795_288_761_751.5, 1280, 720)]
    data = b"".join(frame.packed() for frame in frames)
    assert len(data) == sum(frame.size for frame in frames)
    assert list(unpacked(data)) == frames


def test_what_was_cut_ends_with_the_last_whole_frame() -> None:
    data = VideoFrame(1.0, 2, 3, b"first").packed() + VideoFrame(2.0, 2, 3, b"second").packed()
    for end in range(len(data)):
        whole = list(unpacked(data[:end]))
        assert [frame.jpeg for frame in whole] == ([b"first"] if end >= 21 else [])
