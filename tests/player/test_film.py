"""Films that the player makes of itself."""

import io
from pathlib import Path

import av
import pytest
from playwright.sync_api import Page, expect

from tests.player.conftest import Play

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.wide]
MADE = 90_000
WATCH = """() => { window.gaps = [];
  let last = performance.now();
  const beat = () => { const now = performance.now(); gaps.push(now - last); last = now;
    setTimeout(beat, 10); };
  beat(); }"""


def ask(page: Page, form: str, start: str = "0:02", end: str = "0:04") -> None:
    page.get_by_role("button", name="Export as a film").click()
    page.get_by_text(form, exact=True).click()
    page.get_by_label("From").fill(start)
    page.get_by_label("To", exact=True).fill(end)
    page.get_by_role("button", name="Make the film").click()


@pytest.mark.parametrize(("view", "form", "codec"), [("page", "MP4", "h264"), ("video", "WebM", "vp9")])
def test_a_film_is_made_while_the_page_goes_on(
    play: Play, tmp_path: Path, shoot, view: str, form: str, codec: str
) -> None:
    page = play(f"?view={view}&look=studio")
    page.evaluate(WATCH)
    ask(page, form)
    expect(page.get_by_role("progressbar", name="Made so far")).to_be_visible()
    shoot(page, f"film-{view}")
    link = page.get_by_role("link", name="Download")
    expect(link).to_be_visible(timeout=MADE)
    assert page.evaluate("Math.max(...gaps)") < 1000
    with page.expect_download() as download:
        link.click()
    download.value.save_as(tmp_path / "film")
    with av.open(io.BytesIO((tmp_path / "film").read_bytes())) as box:
        film = box.streams.video[0]
        frames = sum(1 for _ in box.decode(film))
        assert film.codec_context.name == codec
        assert (film.width, film.height, frames) == (1280, 720, 60)
        assert box.duration is not None
        assert box.duration / 1_000_000 == pytest.approx(2, abs=0.08)
    assert download.value.suggested_filename.endswith(f".{form.lower()}")


def test_a_film_is_called_off(play: Play) -> None:
    page = play("?look=studio")
    ask(page, "MP4", "0:00", "0:15")
    page.get_by_role("button", name="Stop").click()
    expect(page.get_by_role("button", name="Make the film")).to_be_visible()


@pytest.mark.parametrize(("start", "end"), [("0:05", "0:02"), ("soon", "0:02")])
def test_a_span_that_is_none_is_refused_in_words(play: Play, start: str, end: str) -> None:
    page = play()
    ask(page, "MP4", start, end)
    expect(page.get_by_role("alert")).to_contain_text("Give a start that comes before the end")
