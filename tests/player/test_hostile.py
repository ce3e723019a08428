"""Recordings that attack: no script of theirs runs and nothing is asked of anybody, with each wall by itself."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from apps.recordings.scrub import Scrubber
from tests.player.payloads import PAYLOADS
from tests.player.served import HOST, Served

pytestmark = [pytest.mark.browser, pytest.mark.timeout(180), pytest.mark.wide]

REPLAY = """async (events) => {
  const { PageView } = await import("/static/player/js/page-view.js");
  window.hits ??= (addEventListener("message", ({ data }) => data === "hit" && window.hits.push(data)), []);
  window.view?.element.remove();
  const view = window.view = new PageView({ frame: "/replay/frame/", title: "hostile", changed() {} });
  document.querySelector("main").append(view.element);
  Object.assign(view.element, { width: 800, height: 600, inert: false });
  await view.ready;
  view.port.postMessage({ do: "load", events });
  const late = new Promise((resolve) => setTimeout(resolve, 3000, { isEmpty: true })); // the frame may have broken
  const replayed = async () => (await view.at(0), await view.at(500), await view.ask({ do: "picture" }), view.at(5000));
  return Promise.race([replayed(), late]);
}"""
HARMLESS = {
    "typed text",
    "image with its own data",
    "image-set",
}  # a field's text, a picture's own, a rule that is void
PRESS = """() => { for (const one of [...document.querySelectorAll("*")]) { one.focus?.(); one.click?.(); } }"""


@pytest.fixture
def hostile(served: Served, chromium: Browser) -> Iterator[tuple[Page, Served]]:
    for path in ("/replay/track.json", "/live/notices/", "/live/tally/"):
        served.data(path, {})
    context = chromium.new_context()
    page = context.new_page()
    served.attach(page)
    page.goto(f"{HOST}/replay/")
    yield page, served
    context.close()


def scrubbed(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    scrubber = Scrubber()
    return [kept for event in events if (kept := scrubber.scrubbed(event))]


def raw(events: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return events


@pytest.mark.parametrize("first_wall", [scrubbed, raw], ids=["scrubbed", "in the sandbox alone"])
def test_no_script_of_a_recording_runs_and_nothing_is_asked_of_anybody(
    hostile: tuple[Page, Served], first_wall: Callable[[list[dict[str, Any]]], list[dict[str, Any]]]
) -> None:
    page, served = hostile
    dialogs: list[str] = []
    page.on("dialog", lambda dialog: (dialogs.append(dialog.message), dialog.dismiss()))
    assert len(PAYLOADS) >= 60
    broken = []
    for name, events in PAYLOADS.items():
        answer = page.evaluate(REPLAY, json.loads(json.dumps(first_wall(events))))
        if first_wall is scrubbed:
            frame = next(frame for frame in page.frames if frame.url.startswith(f"{HOST}/replay/frame/"))
            frame.evaluate(PRESS)
            if answer["isEmpty"]:
                broken.append(name)
        if page.evaluate("window.hits.length") or served.outside:
            broken.append(name)
            break
    page.wait_for_timeout(500)  # whatever comes late
    assert broken == []
    assert (page.evaluate("window.hits"), served.outside, dialogs) == ([], [], [])
    assert page.url == f"{HOST}/replay/"


def test_nothing_hostile_is_left_in_what_was_scrubbed() -> None:
    for name, events in PAYLOADS.items():
        text = json.dumps(
            [event["data"].get("node") or event["data"].get("adds") or event["data"] for event in scrubbed(events)]
        )
        if name not in HARMLESS:
            assert "evil.example" not in text, name
            assert "javascript:" not in text, name
