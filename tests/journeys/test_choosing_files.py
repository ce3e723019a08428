"""A page asks for a file while a person has control: they pick one of their own machine, and the page gets it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.test_live_view import SHOWN, at, session_of
from tests.journeys.windows import Open, Shoot, automated, until_live
from tests.support.product import Product

pytestmark = [pytest.mark.browser]
PAGE = """<title>Apply</title><body style="margin:0;font:32px sans-serif;background:#fff">
<p style="margin:40px"><label>CV <input id="cv" type="file" style="font:inherit"></label></p>
<p style="margin:40px"><label>Papers <input id="papers" type="file" multiple style="font:inherit"></label></p>
<p id="said" style="margin:40px"></p>
<script>const told = async (file) => `${file.name}: ${await file.text()}`;
for (const field of [cv, papers]) field.onchange = async () => {
  said.textContent = (await Promise.all([...field.files].map(told))).join(", ");
}</script>"""


@pytest.fixture
def driven(running_product: Product, chromium: Browser) -> Iterator[Page]:
    """The page of an automation, which asks for files; its session lasts as long as the test."""
    with automated(running_product, chromium, PAGE) as page:
        yield page


@pytest.fixture
def papers(tmp_path: Path) -> list[Path]:
    """On the person's own machine."""
    found = [tmp_path / "cv.pdf", tmp_path / "letter.txt"]
    for path in found:
        path.write_text(f"words of {path.stem}")
    return found


def in_control(page: Page, driven: Page) -> Locator:
    page.goto(f"/sessions/{session_of(driven)}/")
    until_live(page)
    page.get_by_role("button", name="Take control").click()
    stage = page.locator("bg-stage[data-control=mine][data-live]")
    expect(stage).to_be_visible(timeout=SHOWN)
    return stage


def pick(page: Page, stage: Locator, paths: list[Path]) -> None:
    """In the window that asks, from this device."""
    with page.expect_file_chooser() as asked:
        stage.get_by_role("button", name="Choose from this device").click()
    asked.value.set_files(paths)


def test_files_of_the_persons_own_machine_reach_the_page_that_asks(
    driven: Page, running_product: Product, open_page: Open, shoot: Shoot, papers: list[Path]
) -> None:
    page = open_page(running_product.user_email)
    stage = in_control(page, driven)
    asks = stage.locator("[data-part=chooser]")
    expect(asks).to_be_hidden()
    stage.locator("canvas").click(position=at(stage, driven, "#cv"))
    expect(asks).to_contain_text("The page asks for a file.")
    expect(stage.get_by_role("button", name="Choose from this device")).to_be_focused()
    shoot(page, "chooser")
    pick(page, stage, papers[:1])
    expect(driven.locator("#said")).to_have_text("cv.pdf: words of cv")
    expect(asks).to_be_hidden()

    papers[0].write_text("better words")  # once more under the same name, and another beside it
    stage.locator("canvas").click(position=at(stage, driven, "#papers"))
    expect(asks).to_contain_text("The page asks for files.")
    pick(page, stage, papers)
    expect(driven.locator("#said")).to_have_text("cv (1).pdf: better words, letter.txt: words of letter")
    files = running_product.api("GET", f"/sessions/{session_of(driven)}/files", email=running_product.user_email).json()
    assert {file["name"] for file in files["results"]} == {"cv.pdf", "cv (1).pdf", "letter.txt"}


def test_a_person_may_choose_nothing_and_go_on(driven: Page, running_product: Product, open_page: Open) -> None:
    page = open_page(running_product.user_email)
    stage = in_control(page, driven)
    stage.locator("canvas").click(position=at(stage, driven, "#cv"))
    stage.get_by_role("button", name="Cancel").click()
    expect(stage.locator("[data-part=chooser]")).to_be_hidden()
    driven.evaluate("document.body.insertAdjacentHTML('afterbegin', '<input id=code autofocus>'); code.focus()")
    page.keyboard.type("42")
    expect(driven.locator("#code")).to_have_value("42")
    assert driven.evaluate("cv.files.length") == 0


def test_whoever_reloads_the_page_in_control_is_asked_again(
    driven: Page, running_product: Product, open_page: Open, papers: list[Path]
) -> None:
    page = open_page(running_product.user_email)
    stage = in_control(page, driven)
    stage.locator("canvas").click(position=at(stage, driven, "#cv"))
    expect(stage.locator("[data-part=chooser]")).to_be_visible()
    page.reload()
    page.get_by_role("button", name="Take control").click()
    stage = page.locator("bg-stage[data-control=mine]")
    expect(stage.locator("[data-part=chooser]")).to_be_visible(timeout=SHOWN)
    pick(page, stage, papers[:1])
    expect(driven.locator("#said")).to_have_text("cv.pdf: words of cv")


def test_behind_an_interactive_address_it_works_without_an_account(
    driven: Page, running_product: Product, chromium: Browser, papers: list[Path]
) -> None:
    path, owner = f"/sessions/{session_of(driven)}/live", {"email": running_product.user_email}
    made = running_product.api("POST", path, json={"ttl": 60, "interactive": True}, **owner).json()
    page = chromium.new_page()
    page.goto(made["url"])
    stage = page.locator("bg-stage[data-control=mine][data-live]")
    expect(stage).to_be_visible(timeout=SHOWN)
    stage.locator("canvas").click(position=at(stage, driven, "#cv"))
    pick(page, stage, papers[:1])
    expect(driven.locator("#said")).to_have_text("cv.pdf: words of cv")
    assert page.context.cookies() == []
    page.close()
