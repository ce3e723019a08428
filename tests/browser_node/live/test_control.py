"""A browser driven by hand from a live view: what the person does is what the page feels."""

import asyncio
from collections.abc import AsyncIterator, Callable

import pytest

from browser_node.wire import LaunchSpec
from tests.support.cdp import Cdp
from tests.support.eventually import eventually_async
from tests.support.live import Live
from tests.support.node import RunningNode

pytestmark = pytest.mark.browser
Start = Callable[..., LaunchSpec]

CTRL, SHIFT = 2, 8
FORM = """data:text/html,<title>Form</title><body style='margin:0;height:3000px'>
<script>told = []; for (const kind of ['mousedown', 'mouseup', 'click', 'dblclick', 'contextmenu', 'wheel', 'keydown',
 'beforeinput', 'compositionstart', 'compositionend', 'touchstart', 'touchend', 'submit'])
 addEventListener(kind, (event) => { told.push([kind, event.isTrusted, event.key ?? event.button ?? event.data]);
  if (kind == 'submit') event.preventDefault() }, {capture: true})</script>
<form><input id=field style='position:absolute;left:0;top:0;width:400px;height:40px'></form>
<textarea id=area style='position:absolute;left:0;top:60px;width:400px;height:40px'></textarea>
<p id=text style='position:absolute;left:0;top:120px'>some words</p>
<input id=secret type=password value=hunter2 style='position:absolute;left:0;top:200px;width:400px;height:40px'>"""


class Driven:
    """One browser with the form in its page, a client, and a person in control."""

    def __init__(self, cdp: Cdp, page: str, live: Live) -> None:
        self.cdp, self.page, self.live = cdp, page, live

    async def see(self, expression: str, expected: object) -> None:
        """Until that is so. While the page navigates there is nothing to be seen."""
        seen: object = None
        for _ in range(200):
            reply = await self.cdp.ask("Runtime.evaluate", self.page, expression=expression, returnByValue=True)
            seen = reply.get("result", {}).get("result", {}).get("value")
            if seen == expected:
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{expression} is {seen!r}, not {expected!r}")


@pytest.fixture
async def driven(node: RunningNode, start: Start) -> AsyncIterator[Driven]:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec, control=True) as live:
        page = await cdp.page()
        await cdp.goto(page, FORM)
        await live.heard("hello", mode="control")
        await live.frame()
        yield Driven(cdp, page, live)


async def test_a_click_is_trusted_and_lands_where_it_was_made(driven: Driven) -> None:
    await driven.live.click(200, 20)
    await driven.see("document.activeElement.id", "field")
    await driven.see(
        "told.filter((each) => each[0] != 'beforeinput')",
        [["mousedown", True, 0], ["mouseup", True, 0], ["click", True, 0]],
    )


async def test_buttons_and_double_clicks_are_told_apart(driven: Driven) -> None:
    place = {"x": 600, "y": 300}
    for kind in ("down", "up"):
        await driven.live.say("mouse", kind=kind, **place, button="right", buttons=2 if kind == "down" else 0, clicks=1)
    await driven.see("told.map((each) => each[0])", ["mousedown", "contextmenu", "mouseup"])
    await driven.cdp.evaluate(driven.page, "told.length = 0")
    for clicks in (1, 2):
        for kind, buttons in (("down", 1), ("up", 0)):
            await driven.live.say("mouse", kind=kind, **place, button=0, buttons=buttons, clicks=clicks)
    await driven.see("told.filter((each) => each[0] == 'dblclick').length", 1)


async def test_the_wheel_scrolls(driven: Driven) -> None:
    await driven.live.say("wheel", x=600, y=300, dx=0, dy=240)
    await driven.see("Math.round(scrollY) == 240", True)


async def test_keys_type_and_enter_submits(driven: Driven) -> None:
    await driven.live.click(200, 20)
    for letter in "né✓":
        await driven.live.press(letter, text=letter)
    await driven.see("field.value", "né✓")
    await driven.live.press("Backspace", "Backspace", number=8)
    await driven.see("field.value", "né")
    await driven.live.press("Enter", "Enter", number=13)
    await driven.see("told.filter((each) => each[0] == 'submit').length", 1)
    await driven.live.press("Tab", "Tab", number=9)
    await driven.see("document.activeElement.id", "area")


async def test_shortcuts_of_editing_work(driven: Driven) -> None:
    await driven.live.click(200, 20)
    await driven.live.say("text", text="one two")
    await driven.see("field.value", "one two")
    await driven.live.press("a", "KeyA", number=65, modifiers=CTRL)
    await driven.live.press("x", "KeyX", number=88, modifiers=CTRL)
    await driven.see("field.value", "")
    await driven.live.press("z", "KeyZ", number=90, modifiers=CTRL)
    await driven.see("field.value", "one two")
    await driven.live.click(200, 80)
    await driven.live.press("v", "KeyV", number=86, modifiers=CTRL)
    await driven.see("area.value", "one two")


async def test_an_input_method_composes_and_commits(driven: Driven) -> None:
    await driven.live.click(200, 20)
    await driven.live.say("compose", text="に")
    await driven.live.say("compose", text="にほん")
    await driven.see("field.value", "にほん")
    await driven.live.say("text", text="日本")
    await driven.see("field.value", "日本")
    await driven.see(
        "told.filter((each) => each[0].startsWith('composition')).map((each) => each[0])",
        [
            "compositionstart",
            "compositionend",
        ],
    )


async def test_what_is_selected_comes_out_and_a_password_does_not(driven: Driven) -> None:
    await driven.cdp.evaluate(driven.page, "getSelection().selectAllChildren(text)")
    await driven.live.say("copy")
    assert (await driven.live.heard("clipboard"))["text"] == "some words"
    await driven.live.click(200, 80)
    await driven.live.say("text", text="in the area")
    await driven.live.press("a", "KeyA", number=65, modifiers=CTRL)
    await driven.live.say("copy")
    await driven.live.heard("clipboard", text="in the area")
    await driven.live.click(200, 220)
    await driven.live.press("a", "KeyA", number=65, modifiers=CTRL)
    await driven.live.say("copy")
    await driven.live.heard("clipboard", text="")


async def test_touch_reaches_the_page(driven: Driven) -> None:
    await driven.live.say("touch", kind="start", points=[{"x": 200, "y": 20}])
    await driven.live.say("touch", kind="end", points=[])
    await driven.see(
        "told.map((each) => each[0]).filter((kind) => kind.startsWith('touch'))", ["touchstart", "touchend"]
    )


async def test_a_dialog_is_answered_and_what_followed_is_done(driven: Driven) -> None:
    await driven.cdp.evaluate(driven.page, "setTimeout(() => answer = prompt('Name?', 'Me'), 1)")
    await driven.live.heard("dialog", kind="prompt", message="Name?", default="Me")
    await driven.live.say("dialog_answer", accept=True, text="You")
    await driven.live.heard("dialog_closed")
    await driven.see("globalThis.answer", "You")


async def test_a_click_that_opens_a_dialog_does_not_tie_the_hands(driven: Driven) -> None:
    await driven.cdp.evaluate(driven.page, "area.onclick = () => confirmed = confirm('Sure?'); 0")
    await driven.live.click(200, 80)
    await driven.live.heard("dialog", kind="confirm")
    await driven.live.say("dialog_answer", accept=True, text="")
    await driven.see("globalThis.confirmed", True)
    await driven.live.click(200, 20)
    await driven.see("document.activeElement.id", "field")


async def test_addresses_back_and_forward(driven: Driven) -> None:
    await driven.live.say("navigate", url="data:text/html,<title>Next</title>")
    await driven.see("document.title", "Next")
    await driven.live.say("navigate", url="back")
    await driven.see("document.title", "Form")
    await driven.live.say("navigate", url="forward")
    await driven.see("document.title", "Next")
    await driven.cdp.evaluate(driven.page, "document.title = 'Changed'")
    await driven.live.say("navigate", url="reload")
    await driven.see("document.title", "Next")
    await driven.live.say("navigate", url="file:///etc/passwd")
    await driven.live.heard("error")
    await driven.see("document.title", "Next")


async def test_pages_are_opened_and_closed(driven: Driven) -> None:
    first = (await driven.cdp.pages())[0]["targetId"]
    await driven.live.say("new_page")
    await eventually_async(lambda: len(driven.live.pages()) == 2)
    (second,) = driven.live.pages() - {first}
    await driven.live.heard("page", id=second)
    await driven.live.say("close_page", page=second)
    await eventually_async(lambda: driven.live.pages() == {first} and driven.live.shown() == first)
    await driven.live.say("close_page", page="another")
    await driven.live.heard("error", message="That page is closed.")


async def test_the_window_is_fitted_when_the_person_says_so(driven: Driven) -> None:
    await driven.live.say("resize", width=901, height=602)
    await driven.see("[innerWidth, innerHeight]", [901, 602])
    await eventually_async(lambda: (driven.live.frames[-1].width, driven.live.frames[-1].height) == (901, 602))


async def test_a_persons_first_page_is_made(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Live.open(node, spec, control=True) as live:
        frame = await live.frame()
        assert (frame.width, frame.height) == (1280, 720)


async def test_a_person_without_a_page_is_told_so(driven: Driven) -> None:
    await driven.live.say("close_page")
    await driven.live.heard("pages", pages=[])
    await driven.live.click(1, 1)
    await driven.live.heard("error", message="There is no page.")
    await driven.live.say("fly")
    await driven.live.heard("error", message="There is no message 'fly'.")


async def test_moves_that_come_too_fast_end_where_the_last_was(driven: Driven) -> None:
    await driven.cdp.evaluate(driven.page, "addEventListener('mousemove', (event) => last = event.clientX); 0")
    for x in range(500):
        await driven.live.say("mouse", kind="move", x=x, y=300)
    await driven.see("globalThis.last", 499)


async def test_something_is_dragged_and_dropped(driven: Driven) -> None:
    await driven.cdp.evaluate(
        driven.page,
        """document.body.insertAdjacentHTML('beforeend', `<div id=thing draggable=true
          style='position:absolute;left:500px;top:0;width:60px;height:60px;background:red'></div><div id=place
          style='position:absolute;left:700px;top:200px;width:90px;height:90px;background:blue'></div>`);
        thing.ondragstart = (event) => event.dataTransfer.setData('text/plain', 'it');
        place.ondragover = (event) => event.preventDefault();
        place.ondrop = (event) => { event.preventDefault(); dropped = event.dataTransfer.getData('text/plain') }; 0""",
    )
    say = driven.live.say
    await say("mouse", kind="move", x=530, y=30, button="none", buttons=0)
    await say("mouse", kind="down", x=530, y=30, button="left", buttons=1, clicks=1)
    for step in range(11):
        await say("mouse", kind="move", x=530 + step * 20, y=30 + step * 20, button="none", buttons=1)
        await asyncio.sleep(0.03)
    await say("mouse", kind="up", x=740, y=240, button="left", buttons=0, clicks=1)
    await driven.see("globalThis.dropped", "it")


async def test_text_is_selected_by_dragging_over_it(driven: Driven) -> None:
    say = driven.live.say
    await say("mouse", kind="down", x=1, y=140, button="left", buttons=1, clicks=1)
    for x in (20, 60, 76):
        await say("mouse", kind="move", x=x, y=140, button="none", buttons=1)
    await say("mouse", kind="up", x=76, y=140, button="left", buttons=0, clicks=1)
    await driven.see("String(getSelection())", "some words")
