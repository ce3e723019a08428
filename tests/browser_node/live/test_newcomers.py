"""Who comes while a page waits for an answer is told so: a dialog that is open, files that are asked for."""

import asyncio
from collections.abc import Callable

import pytest

from browser_node.wire import LaunchSpec
from tests.support.cdp import Cdp
from tests.support.live import Live
from tests.support.node import RunningNode

pytestmark = pytest.mark.browser
Start = Callable[..., LaunchSpec]

FIELD = "data:text/html,<input id=file type=file style='position:absolute;left:0;top:0;width:300px;height:40px'>"


async def told_nothing(live: Live, kind: str) -> bool:
    """After all that it is told at first."""
    await live.heard("pages")
    await live.frame()
    return live.last(kind) is None


async def test_a_dialog_that_is_open_is_told_to_whoever_comes(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as first:
        page = await cdp.page()
        await first.frame()
        await cdp.evaluate(page, "setTimeout(() => answer = prompt('Name?', 'Me'), 1); 0")
        await first.heard("dialog")
        async with await Live.open(node, spec) as second, await Live.open(node, spec, control=True) as person:
            await second.heard("dialog", kind="prompt", message="Name?", default="Me")
            await person.heard("dialog", message="Name?")
            await person.say("dialog_answer", accept=True, text="You")
            for each in (first, second, person):
                await each.heard("dialog_closed")
            assert await cdp.evaluate(page, "answer") == "You"


async def test_the_only_one_who_watches_may_leave_and_come_back_to_a_dialog(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Live.open(node, spec, control=True) as person:
        await person.frame()
        await person.say("navigate", url="data:text/html,<title>Asks</title><script>answer = confirm('Sure?')</script>")
        await person.heard("dialog", kind="confirm")
    async with await Live.open(node, spec) as other, await Live.open(node, spec, control=True) as person:
        await other.heard("dialog", kind="confirm", message="Sure?")
        await person.heard("dialog", kind="confirm")
        await person.say("dialog_answer", accept=True, text="")
        await person.heard("dialog_closed")
        async with await Cdp.connect(node, spec) as cdp:
            assert await cdp.evaluate(await cdp.page(), "answer") is True


async def test_a_chooser_is_told_to_whoever_takes_over_and_not_to_who_looks_on(node: RunningNode, start: Start) -> None:
    spec = start()
    node.client.put_file(spec.instance_id, spec.credential, "one.txt", b"one")
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, FIELD)
        first = await Live.open(node, spec, control=True)
        await first.frame()
        await first.click(40, 20)
        await first.heard("chooser", multiple=False)
        async with await Live.open(node, spec) as viewer, await Live.open(node, spec, control=True) as second:
            await second.heard("chooser", multiple=False)
            assert await told_nothing(viewer, "chooser")
            await first.socket.close()
            await second.say("files", names=["one.txt"])
            await second.heard("chooser_closed")
            for _ in range(100):
                if name := await cdp.evaluate(page, "document.querySelector('#file').files[0]?.name"):
                    break
                await asyncio.sleep(0.02)
            assert name == "one.txt"
            await second.click(40, 20)  # who left has not taken the choosers along
            await second.heard("chooser")


async def test_a_page_that_is_left_asks_for_nothing_more(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec, control=True) as person:
        page = await cdp.page()
        await cdp.goto(page, FIELD)
        await person.frame()
        await person.click(40, 20)
        await person.heard("chooser")
        await cdp.goto(page, "data:text/html,<title>Elsewhere</title>")
        await person.heard("chooser_closed")
        await person.say("files", names=[])
        await person.heard("error", message="No page asks for files now.")
