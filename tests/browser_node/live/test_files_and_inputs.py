"""Files given and taken by way of a live view, and what somebody else did as a viewer is told of it."""

import asyncio
from collections.abc import Callable

import pytest

from browser_node.wire import LaunchSpec
from tests.support.cdp import Cdp
from tests.support.eventually import eventually_async
from tests.support.live import Live
from tests.support.node import RunningNode
from tests.support.pictures import colour
from tests.support.site import Page, running_site

pytestmark = pytest.mark.browser
Start = Callable[..., LaunchSpec]

FIELD = "<input id=file type=file %s style='position:absolute;left:0;top:0;width:300px;height:40px'>"
PICKER = f"<!doctype html><body style='background:red'>{FIELD % ''}".encode()


async def test_files_uploaded_before_are_given_to_the_page_that_asks(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec, control=True) as live:
        page = await cdp.page()
        await cdp.goto(page, f"data:text/html,{FIELD % 'multiple'}")
        await live.frame()
        for name in ("one.txt", "two.txt"):
            node.client.put_file(spec.instance_id, spec.credential, name, f"this is {name}".encode())
        await live.say("files", names=["one.txt"])
        await live.heard("error", message="No page asks for files now.")
        await live.click(40, 20)
        assert (await live.heard("chooser"))["multiple"] is True
        await live.say("files", names=["three.txt"])
        await live.heard("error", message="There is no uploaded file 'three.txt'.")
        await live.say("files", names=["one.txt", "two.txt"])
        texts = "Promise.all([...document.querySelector('#file').files].map((file) => file.text()))"
        for _ in range(100):
            if found := await cdp.evaluate(page, texts):
                break
            await asyncio.sleep(0.02)
        assert found == ["this is one.txt", "this is two.txt"]


async def test_a_frame_of_another_origin_may_ask_too(node: RunningNode, start: Start) -> None:
    with running_site() as site:
        site.pages["/picker"] = Page(PICKER)
        inner = f"<!doctype html><body style='margin:0'><iframe src=http://127.0.0.1:{site.port}/picker></iframe>"
        site.pages["/outer"] = Page(inner.encode())
        spec = start(allow=(f"localhost:{site.port}", f"127.0.0.1:{site.port}"))
        node.client.put_file(spec.instance_id, spec.credential, "one.txt", b"one")
        async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec, control=True) as live:
            page = await cdp.page()
            await cdp.goto(page, f"{site.url}/outer")
            await eventually_async(lambda: live.frames and colour(live.frames[-1].jpeg, 0.1, 0.15)[1] < 90)
            await live.click(60, 25)
            await live.heard("chooser", multiple=False)
            await live.say("files", names=["one.txt", "two.txt"])
            await live.heard("error", message="The page takes one file.")
            await live.say("files", names=["one.txt"])
            frames = (await cdp.send("Target.getTargets", filter=[{"type": "iframe"}]))["targetInfos"]
            attached = await cdp.send("Target.attachToTarget", targetId=frames[0]["targetId"], flatten=True)
            name = "document.querySelector('#file').files[0]?.name"
            for _ in range(100):
                if found := await cdp.evaluate(attached["sessionId"], name):
                    break
                await asyncio.sleep(0.02)
            assert found == "one.txt"


async def test_a_download_is_told(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        page = await cdp.page()
        await live.frame()
        save = "a = document.createElement('a'); a.href = 'data:text/plain,hello'; a.download = 'x.txt'; a.click()"
        await cdp.evaluate(page, save)
        told = await live.heard("download", state="completed")
        assert (told["name"], told["bytes"]) == ("x.txt", 5)


async def test_what_others_do_is_told_to_who_wants_it_without_what_they_typed(node: RunningNode, start: Start) -> None:
    spec = start()
    async with (
        await Cdp.connect(node, spec) as cdp,
        await Live.open(node, spec) as live,
        await Live.open(node, spec) as other,
        await Live.open(node, spec, control=True) as person,
    ):
        page = await cdp.page()
        await live.say("want", inputs=True)
        for each in (live, other, person):
            await each.frame()
        await cdp.send("Input.dispatchMouseEvent", page, type="mousePressed", x=7, y=9, button="left", clickCount=1)
        told = await live.heard("input", by="client", method="Input.dispatchMouseEvent")
        assert (told["params"]["x"], told["params"]["y"]) == (7, 9)
        await person.say("text", text="canary")
        await live.heard("input", by="person", method="Input.insertText")
        assert "canary" not in str(live.told)
        assert not [message for message in other.told if message["type"] == "input"]


async def test_a_clients_input_makes_its_page_the_active_one(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp, await Live.open(node, spec) as live:
        page = await cdp.page()
        first = (await live.heard("page"))["id"]
        second = (await cdp.send("Target.createTarget", url="about:blank"))["targetId"]
        await live.heard("page", id=second)
        await cdp.send("Input.dispatchMouseEvent", page, type="mouseMoved", x=7, y=9)
        await eventually_async(lambda: [m["id"] for m in live.told if m["type"] == "page"] == [first, second, first])


async def test_the_automations_input_waits_while_a_person_who_was_asked_for_is_there(
    node: RunningNode, start: Start
) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, "data:text/html,<input id=field autofocus>")
        person = await Live.open(node, spec, control=True, name="con_person", holds=True)
        await person.heard("hello")
        typing = asyncio.create_task(cdp.ask("Input.insertText", page, text="by the automation"))
        await asyncio.sleep(0.2)
        async with await Cdp.connect(node, spec) as other:
            session = await other.page()
            assert await other.evaluate(session, "field.value") == ""
            assert not typing.done()
            node.client.close_connection(spec.instance_id, "con_person", spec.credential)
            assert "error" not in await typing
            assert await other.evaluate(session, "field.value") == "by the automation"
        await person.socket.close()


async def test_a_dialog_that_was_there_before_the_viewer_holds_up_nothing(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.send("Page.enable", page)
        await cdp.evaluate(page, "setTimeout(() => alert('here'), 1)")
        await asyncio.sleep(0.2)
        async with await Live.open(node, spec) as live:
            assert len((await live.heard("pages"))["pages"]) == 1
            await cdp.send("Page.handleJavaScriptDialog", page, accept=True)
            await live.frame()
