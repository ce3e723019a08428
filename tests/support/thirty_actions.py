"""Thirty things that people do with Playwright, each with what it gave: to be compared between two runs."""

import struct
from collections.abc import Awaitable, Callable
from typing import Any

from playwright.async_api import Browser, Dialog, Page, Route

from tests.support.site import Page as SitePage
from tests.support.site import Site

TEXT = b"""<!doctype html><title>Actions</title><body style="margin:0;height:4000px">
<style>@media (prefers-color-scheme: dark) { body { color: rgb(1, 2, 3) } }</style>
<input id=name> <button id=go onclick="document.title = 'Hello ' + document.querySelector('#name').value">go</button>
<input id=check type=checkbox> <select id=choice><option>one<option>two</select> <textarea id=area></textarea>
<button id=twice ondblclick="this.textContent = 'twice'">once</button>
<button id=over onmouseenter="this.textContent = 'over'">out</button>
<input id=file type=file multiple> <iframe src=/inner></iframe>
<a id=popup href=/other target=_blank rel=opener>popup</a> <a id=download href=/file download>download</a>
<div id=drag draggable=true ondragstart="event.dataTransfer.setData('text', 'x')">drag</div>
<div id=drop>drop</div> <button id=later>later</button>
<button id=touch ontouchstart="this.textContent = 'touched'">touch</button>
<script>
  const find = (id) => document.getElementById(id);
  find("drop").ondragover = (event) => event.preventDefault();
  find("drop").ondrop = (event) => { event.preventDefault(); event.target.textContent = "dropped" };
  const late = () => document.body.append(Object.assign(document.createElement("p"), {id: "late"}));
  find("later").onclick = () => setTimeout(late, 50);
</script></body>"""
SIZES = "[innerWidth, innerHeight, outerWidth, devicePixelRatio, screen.width, 'ontouchstart' in window]"
NAMES = "[...document.querySelector('#file').files].map((each) => each.name)"

Action = Callable[[Page, str], Awaitable[object]]
_ACTIONS: list[tuple[str, Action]] = []


def action(do: Action) -> Action:
    _ACTIONS.append((getattr(do, "__name__", ""), do))
    return do


async def perform(browser: Browser, site: Site) -> dict[str, object]:
    """All of them in order on the browser's first page; each outcome by its name."""
    site.pages["/actions"] = SitePage(TEXT)
    site.pages["/inner"] = SitePage(b"<!doctype html><p id=inner>inner</p>")
    page = browser.contexts[0].pages[0]
    page.set_default_timeout(15_000)
    outcomes: dict[str, object] = {}
    for name, do in _ACTIONS:
        outcomes[name] = await do(page, f"{site.url}/actions")
        outcomes[f"{name}: size"] = await sizes(page)
    return outcomes


async def sizes(page: Page) -> Any:
    return await page.evaluate(SIZES)


def png_size(png: bytes) -> tuple[int, int]:
    width, height = struct.unpack_from(">II", png, 16)
    return width, height


@action
async def goto(page: Page, url: str) -> object:
    answer = await page.goto(url)
    return answer and answer.status, await page.title()


@action
async def fill(page: Page, _: str) -> object:
    await page.fill("#name", "you")
    return await page.input_value("#name")


@action
async def click(page: Page, _: str) -> object:
    await page.click("#go")
    return await page.title()


@action
async def press(page: Page, _: str) -> object:
    await page.press("#name", "End")
    await page.press("#name", "Backspace")
    return await page.input_value("#name")


@action
async def type_text(page: Page, _: str) -> object:
    await page.locator("#area").press_sequentially("some words")
    return await page.input_value("#area")


@action
async def shortcut(page: Page, _: str) -> object:
    await page.focus("#area")
    await page.keyboard.press("Control+A")
    await page.keyboard.press("Delete")
    return await page.input_value("#area")


@action
async def check(page: Page, _: str) -> object:
    await page.check("#check")
    return await page.is_checked("#check")


@action
async def select(page: Page, _: str) -> object:
    return await page.select_option("#choice", "two")


@action
async def double_click(page: Page, _: str) -> object:
    await page.dblclick("#twice")
    return await page.text_content("#twice")


@action
async def hover(page: Page, _: str) -> object:
    await page.hover("#over")
    return await page.text_content("#over")


@action
async def drag(page: Page, _: str) -> object:
    await page.drag_and_drop("#drag", "#drop")
    return await page.text_content("#drop")


@action
async def wheel(page: Page, _: str) -> object:
    await page.mouse.wheel(0, 300)
    await page.wait_for_function("scrollY == 300")
    await page.evaluate("scrollTo(0, 0)")
    return True


@action
async def frame(page: Page, _: str) -> object:
    return await page.frame_locator("iframe").locator("#inner").text_content()


@action
async def wait(page: Page, _: str) -> object:
    await page.click("#later")
    return await page.wait_for_selector("#late", state="attached") is not None


@action
async def popup(page: Page, _: str) -> object:
    async with page.expect_popup() as opening:
        await page.click("#popup")
    opened = await opening.value
    await opened.wait_for_load_state()
    told = await opened.title(), await sizes(opened), len(page.context.pages)
    await opened.close()
    return *told, len(page.context.pages)


@action
async def dialog_without_handler(page: Page, _: str) -> object:
    return await page.evaluate("[confirm('sure?'), alert('so'), prompt('name?')]")


@action
async def dialog_with_handler(page: Page, _: str) -> object:
    said = []

    async def answer(dialog: Dialog) -> None:
        said.append((dialog.type, dialog.message, dialog.default_value))
        await dialog.accept("me")

    page.once("dialog", answer)
    return await page.evaluate("prompt('name?', 'you')"), said


@action
async def file_chooser(page: Page, _: str) -> object:
    async with page.expect_file_chooser() as opening:
        await page.click("#file")
    chooser = await opening.value
    await chooser.set_files([{"name": "a.txt", "mimeType": "text/plain", "buffer": b"a"}])
    return chooser.is_multiple(), await page.evaluate(NAMES)


@action
async def input_files(page: Page, _: str) -> object:
    await page.set_input_files("#file", [{"name": "b.txt", "mimeType": "text/plain", "buffer": b"bb"}])
    return await page.evaluate("document.querySelector('#file').files[0].text()")


@action
async def download(page: Page, _: str) -> object:
    async with page.expect_download() as starting:
        await page.click("#download")
    started = await starting.value
    return started.suggested_filename, await started.failure()


@action
async def route(page: Page, url: str) -> object:
    async def mock(route: Route) -> None:
        await route.fulfill(body="mocked")

    await page.route("**/mock", mock)
    told = await page.evaluate("fetch('/mock').then((answer) => answer.text())")
    await page.unroute("**/mock")
    return told


@action
async def request(page: Page, url: str) -> object:
    async with page.expect_response("**/other") as coming:
        await page.evaluate("fetch('/other')")
    return (await coming.value).status


@action
async def screenshot(page: Page, _: str) -> object:
    whole = png_size(await page.screenshot(full_page=True))
    return png_size(await page.screenshot()), whole, png_size(await page.locator("#go").screenshot()) != (0, 0)


@action
async def viewport(page: Page, _: str) -> object:
    await page.set_viewport_size({"width": 801, "height": 502})
    return await sizes(page), png_size(await page.screenshot())


@action
async def media(page: Page, _: str) -> object:
    await page.emulate_media(color_scheme="dark")
    colour = await page.evaluate("getComputedStyle(document.body).color")
    await page.emulate_media(color_scheme="light")
    return colour


@action
async def init_script(page: Page, url: str) -> object:
    await page.add_init_script("window.early = 1")
    await page.expose_function("double", lambda number: 2 * number)
    await page.reload()
    return await page.evaluate("Promise.all([early, double(21)])")


@action
async def cookies(page: Page, url: str) -> object:
    await page.context.add_cookies([{"name": "a", "value": "1", "url": url}])
    return await page.evaluate("document.cookie")


@action
async def history(page: Page, url: str) -> object:
    await page.goto(url.replace("/actions", "/other"))
    await page.go_back(wait_until="commit")  # kept as it was: it does not load again
    back = await page.title()
    await page.go_forward(wait_until="commit")
    return back, await page.title()


@action
async def context_of_its_own(page: Page, url: str) -> object:
    assert page.context.browser is not None
    context = await page.context.browser.new_context(viewport={"width": 900, "height": 600})
    other = await context.new_page()
    await other.goto(url)
    told = await other.title(), await sizes(other), png_size(await other.screenshot())
    await context.close()
    return told


@action
async def telephone(page: Page, url: str) -> object:
    assert page.context.browser is not None
    context = await page.context.browser.new_context(
        viewport={"width": 390, "height": 844}, device_scale_factor=2, is_mobile=True, has_touch=True
    )
    other = await context.new_page()
    await other.goto(url)
    await other.tap("#touch")
    told = await other.text_content("#touch"), await sizes(other), png_size(await other.screenshot())
    await context.close()
    return told
