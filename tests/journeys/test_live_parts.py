"""What keeps an open page true for days, its pieces, its list, its line; and what must not undo a person's work."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Route, WebSocketRoute, expect

from tests.journeys.windows import Open, until_live
from tests.support.eventually import eventually
from tests.support.product import Product

pytestmark = [pytest.mark.browser]


@pytest.fixture
def sessions(running_product: Product, open_page: Open) -> Iterator[Page]:
    """The list, with two sessions that live until they are released."""
    made = [running_product.api("POST", "/sessions?wait=30", json={"keep_alive": True}).json() for _ in range(2)]
    page = open_page(running_product.admin_email)
    page.goto("/sessions/")
    until_live(page)
    yield page
    for session in made:
        running_product.api("DELETE", f"/sessions/{session['id']}")


def with_module(page: Page, name: str, does: str) -> Any:
    """What `does`, a function of that module, gives: the very module that the page has loaded."""
    return page.evaluate(
        f"""async () => {{
          const is = (url) => /[/]js[/]{name}([.][0-9a-f]+)?[.]js$/.test(url);
          const url = performance.getEntriesByType("resource").map((entry) => entry.name).find(is);
          return ({does})(await import(url));
        }}"""
    )


def test_what_only_looks_like_a_live_part_is_asked_of_nobody(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    with page.expect_response(re.compile("/overview/parts/")):
        with_module(
            page,
            "parts",
            """(parts) => {
              document.querySelector("main").append(Object.assign(document.createElement("b"), { id: "b" }));
              document.getElementById("b").dataset.live = ""; // as a stage says that it shows something
              parts.everything();
            }""",
        )
    assert [url for url in asked if "undefined" in url] == []


def test_a_long_list_asks_for_sessions_in_general(page: Page) -> None:
    topics = with_module(
        page,
        "parts",
        """({ topics }) => {
          const rows = Array.from({ length: 1000 }, (_, n) => `<i data-live="ses_${n}" data-live-src="/"></i>`);
          document.querySelector("main").insertAdjacentHTML("beforeend", rows.join(""));
          return topics();
        }""",
    )
    assert "session" in topics
    assert len(topics) < 900


def test_pictures_stay_with_their_sessions_when_the_wall_changes(page: Page) -> None:
    found = with_module(
        page,
        "morph",
        """({ morph }) => {
          const wall = (keys, width) => {
            const template = document.createElement("template");
            const stage = (key) => `<bg-stage src="${key}"><canvas width="${width}"></canvas></bg-stage>`;
            const tile = (key) => `<li data-key="${key}">${stage(key)}</li>`;
            template.innerHTML = `<ul>${keys.map(tile).join("")}</ul>`;
            return template.content.firstChild;
          };
          const shown = wall(["a", "b"], 640);
          morph(shown, wall(["c", "a"], 480));
          const told = (stage) => [stage.getAttribute("src"), stage.firstChild.width];
          return [...shown.querySelectorAll("bg-stage")].map(told);
        }""",
    )
    assert found == [["c", 480], ["a", 640]]


@pytest.mark.wide
def test_a_list_that_is_open_for_long_stays_short(sessions: Page) -> None:
    with_module(
        sessions,
        "parts",
        """({ place }) => {
          const list = document.querySelector("tbody[data-live-add]");
          for (let n = 0; n < 500; n += 1) {
            const row = Object.assign(document.createElement("tr"), { id: `row-made-${n}` });
            list.dispatchEvent(new CustomEvent("bg:arrival", { bubbles: true, cancelable: true, detail: row }));
            place(list, row);
          }
        }""",
    )
    expect(sessions.locator("tr[id^=row-made]")).to_have_count(0)
    expect(sessions.locator("tr[id^=row-ses]").first).to_be_visible()


def test_rows_that_wait_are_counted_once_and_move_nothing(sessions: Page) -> None:
    row = sessions.locator("tr[id^=row-ses]").first
    row.hover()
    before = row.bounding_box()
    sessions.evaluate(
        """() => {
          const row = Object.assign(document.createElement("tr"), { id: "row-made" });
          const arrival = () => new CustomEvent("bg:arrival", { bubbles: true, cancelable: true, detail: row });
          for (let n = 0; n < 3; n += 1) document.querySelector("tbody[data-live-add]").dispatchEvent(arrival());
        }"""
    )
    expect(sessions.locator(".fresh")).to_have_text("1 new. Show")
    assert row.bounding_box() == before


def test_after_a_release_the_keys_go_on_from_that_row(sessions: Page) -> None:
    rows = sessions.locator("tr[id^=row-ses]")
    names = [rows.nth(number).get_attribute("id") for number in range(2)]
    sessions.keyboard.press("j")
    sessions.keyboard.press("r")
    expect(sessions.locator(f"#{names[0]}[data-current]:not([data-state=claimed])")).to_be_visible()
    sessions.keyboard.press("j")
    expect(sessions.locator("tr[data-current]")).to_have_attribute("id", str(names[1]))


def test_a_line_that_is_never_answered_is_given_up(running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.admin_email)
    lines: list[WebSocketRoute] = []

    def routed(line: WebSocketRoute) -> None:
        lines.append(line)

    page.route_web_socket(re.compile("/live$"), routed)
    page.clock.install()
    page.goto("/")
    eventually(lambda: lines)
    page.clock.run_for(30_000)
    eventually(lambda: len(lines) > 1)


def test_the_answer_to_a_form_goes_before_a_cookie_that_it_made_void(page: Page) -> None:
    """The form is held until the line has said that this cookie signs nobody in."""
    sent: list[Route] = []

    def asked(route: Route) -> None:
        if route.request.method == "POST":
            sent.append(route)
        elif route.request.url.endswith("?out"):
            route.abort()
            sent[0].fulfill(content_type="text/html", body="<p>This is saved</p>")
        else:
            route.continue_()

    page.route(re.compile("/settings/([?]out)?$"), asked)
    page.goto("/settings/")
    until_live(page)
    page.evaluate(
        """() => {
          const { socket } = document.querySelector("bg-live").line;
          const out = () => { socket.onclose({ code: 4001 }); fetch("/settings/?out").catch(() => {}); };
          document.addEventListener("submit", () => setTimeout(out, 200));
        }"""
    )
    page.get_by_role("button", name="Save").click(no_wait_after=True)
    expect(page.get_by_text("This is saved")).to_be_visible()


def test_without_a_clipboard_it_is_copied_within_a_dialog_and_the_focus_stays(page: Page) -> None:
    page.evaluate(
        """() => {
          Object.defineProperty(navigator, "clipboard", { value: undefined });
          const copy = '<bg-copy text="abc"><button>Copy it</button></bg-copy>';
          document.body.insertAdjacentHTML("beforeend", `<dialog id="d">${copy}</dialog>`);
          document.getElementById("d").showModal();
        }"""
    )
    button = page.get_by_role("button", name="Copy it")
    button.press("Enter")
    expect(page.locator("#d bg-copy")).to_have_attribute("data-done", "")
    expect(button).to_be_focused()


def test_a_dialog_closes_by_its_backdrop_and_not_by_a_selection_that_ends_there(page: Page) -> None:
    page.evaluate(
        """() => {
          document.body.insertAdjacentHTML("beforeend", '<dialog id="d"><p>Some words to select</p></dialog>');
          document.getElementById("d").showModal();
        }"""
    )
    words = page.locator("#d p").bounding_box()
    assert words is not None
    page.mouse.move(words["x"] + 5, words["y"] + 5)
    page.mouse.down()
    page.mouse.move(5, 5)
    page.mouse.up()
    page.mouse.click(words["x"] - 6, words["y"] + 5)  # its own edge
    expect(page.locator("#d")).to_be_visible()
    page.mouse.click(5, 5)
    expect(page.locator("#d")).to_be_hidden()


def test_a_form_whose_answer_is_a_file_can_be_sent_again(page: Page, running_product: Product) -> None:
    page.goto("/settings/data/delete/")
    page.get_by_label("Your password").fill(running_product.password)
    page.get_by_role("button", name="Confirm").click()
    page.wait_for_url("/settings/data/delete/")
    page.goto("/settings/data/")
    for _ in range(2):
        with page.expect_download() as download:
            page.get_by_role("button", name="Download").click()
        assert download.value.suggested_filename == "browsergrid.zip"


def test_what_asks_again_by_itself_complains_to_nobody(page: Page) -> None:
    page.evaluate(
        """() => {
          const fail = (elt) => document.dispatchEvent(new CustomEvent("htmx:sendError", { detail: { elt } }));
          fail(Object.assign(document.createElement("li")));
          const again = document.createElement("li");
          again.dataset.again = "";
          fail(again);
        }"""
    )
    expect(page.locator(".toast")).to_have_count(1)
