"""Frames become a film with the times and the size that they had."""

import io

import pytest

from apps.recordings.film import NoFrames, make
from apps.recordings.reading import Frame
from tests.recordings.pictures import Film, jpeg, looked_into

START = 1_700_000_000_000.0


def film_of(frames: list[Frame], end_ms: float) -> Film:
    out = io.BytesIO()
    make(iter(frames), START, START + end_ms, out)
    return looked_into(out.getvalue())


def frame(at_ms: float, shade: int = 128, width: int = 320, height: int = 240) -> Frame:
    return Frame(START + at_ms, width, height, jpeg(width, height, shade))


def test_it_lasts_from_the_start_to_the_end_though_frames_come_with_changes_only():
    film = film_of([frame(600, 50), frame(1633, 200)], 9866)
    assert film.times[0] == 0
    assert film.times[-1] == pytest.approx(9.866, abs=0.002)


def test_each_frame_is_shown_at_its_time():
    film = film_of([frame(0, 50), frame(599, 100), frame(1633, 200)], 2000)
    assert film.times == pytest.approx([0, 0.599, 1.633, 2.0], abs=0.002)
    assert film.shades == pytest.approx([50, 100, 200, 200], abs=6)


def test_it_is_vp9_in_the_size_of_the_page():
    film = film_of([frame(0, width=321, height=241)], 100)
    assert (film.codec, film.width, film.height) == ("vp9", 320, 240)


def test_a_page_that_changes_its_shape_is_fitted_inside_on_black():
    film = film_of([frame(0, 200), frame(500, 200, width=120, height=240)], 1000)
    assert (film.width, film.height) == (320, 240)
    assert film.shades[-1] == pytest.approx(200, abs=6)


def test_two_frames_at_one_instant_follow_each_other():
    film = film_of([frame(0, 50), frame(100, 90), frame(100, 150), frame(90, 200)], 500)
    assert film.times == sorted(film.times)
    assert len(set(film.times)) == len(film.times)


def test_a_broken_picture_is_left_out():
    broken = Frame(START + 300, 320, 240, b"\xff\xd8 nothing of the kind")
    film = film_of([frame(0, 50), broken, frame(600, 200)], 1000)
    assert film.shades[-1] == pytest.approx(200, abs=6)


def test_without_a_frame_there_is_no_film():
    with pytest.raises(NoFrames):
        make(iter([]), START, START + 1000, io.BytesIO())


def test_what_is_light_does_not_become_white_nor_what_is_dark_black():
    film = film_of([frame(0, 0), frame(500, 12), frame(1000, 244), frame(1500, 255)], 2000)
    assert film.shades == pytest.approx([0, 12, 244, 255, 255], abs=4)
