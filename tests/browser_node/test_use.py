"""The node as the gateway uses it: upgrades, documents, pages, goodbyes, our own domain."""

import asyncio
import json
import os
import signal
from collections.abc import Callable

import pytest
import websockets

from browser_node.client import NodeRefused
from browser_node.wire import LaunchSpec
from tests.browser_node.node_processes import chromium_of
from tests.support.cdp import Cdp, headers
from tests.support.eventually import eventually_async
from tests.support.node import RunningNode, launch_spec

pytestmark = pytest.mark.browser
Start = Callable[..., LaunchSpec]


@pytest.mark.parametrize("prepare", [True, False])
async def test_the_page_has_exactly_the_viewport(node: RunningNode, start: Start, prepare: bool) -> None:
    spec = start(prepare=prepare)
    async with await Cdp.connect(node, spec) as cdp:
        assert len(await cdp.pages()) == 1
        assert await cdp.evaluate(await cdp.page(), "[innerWidth, innerHeight]") == [1280, 720]


async def test_a_page_is_there_again_after_a_client_closed_all(node: RunningNode, start: Start) -> None:
    spec = start(prepare=True)
    async with await Cdp.connect(node, spec) as cdp:
        for target in await cdp.pages():
            await cdp.send("Target.closeTarget", targetId=target["targetId"])
    async with await Cdp.connect(node, spec) as cdp:
        assert await cdp.evaluate(await cdp.page(), "[innerWidth, innerHeight]") == [1280, 720]


async def test_a_page_of_a_clients_own_context_does_not_count_as_the_page(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        context = (await cdp.send("Target.createBrowserContext", disposeOnDetach=False))["browserContextId"]
        (page,) = await cdp.pages()
        await cdp.send("Target.createTarget", url="about:blank", browserContextId=context)
        await cdp.send("Target.closeTarget", targetId=page["targetId"])
    async with await Cdp.connect(node, spec) as cdp:
        assert any(page["browserContextId"] != context for page in await cdp.pages())


async def test_chromes_documents_come_unmodified_and_list_the_page_only(node: RunningNode, start: Start) -> None:
    spec = start()
    listed = node.client.json(spec.instance_id, "list", spec.credential)
    assert [(target["type"], target["url"]) for target in listed] == [("page", "about:blank")]
    version = node.client.document(spec.instance_id, "version", spec.credential)
    assert version.headers["content-type"].startswith("application/json")
    assert version.json()["webSocketDebuggerUrl"].startswith("ws://127.0.0.1/devtools/browser/")
    assert "domains" in node.client.json(spec.instance_id, "protocol", spec.credential)
    with pytest.raises(NodeRefused):
        node.client.json(spec.instance_id, "new", spec.credential)
    path = f"devtools/page/{listed[0]['id']}"
    async with await Cdp.connect(node, spec, path) as cdp:
        assert (await cdp.send("Runtime.evaluate", expression="1+1"))["result"]["value"] == 2


async def test_an_unknown_page_is_refused_with_chromes_own_status(node: RunningNode, start: Start) -> None:
    spec = start()
    for path, status in (("devtools/page/" + "0" * 32, 404), ("devtools/page/..%2fbrowser", 404), ("devtools/x", 404)):
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await Cdp.connect(node, spec, path)
        assert refusal.value.response.status_code in (status, 500), path


async def test_two_clients_share_one_browser(node: RunningNode, start: Start) -> None:
    spec = start()
    async with (
        await Cdp.connect(node, spec, connection="con_one") as one,
        await Cdp.connect(node, spec, "devtools/browser/anything", connection="con_two") as two,
    ):
        await one.send("Target.createTarget", url="data:text/html,shared")
        assert "data:text/html,shared" in [page["url"] for page in await two.pages()]
        assert node.observed(spec.instance_id).connections == 2  # type: ignore[union-attr]
        with pytest.raises(websockets.InvalidStatus) as refusal:
            await Cdp.connect(node, spec, connection="con_one")
        assert refusal.value.response.status_code == 409
    node.wait_for(spec.instance_id, lambda seen: seen and not seen.connections, what="no connections")


async def test_a_connection_is_closed_by_its_name_with_a_code(node: RunningNode, start: Start) -> None:
    spec = start()
    async with (
        await Cdp.connect(node, spec, connection="con_one") as one,
        await Cdp.connect(node, spec, connection="con_two") as two,
    ):
        await eventually_async(lambda: node.observed(spec.instance_id).connections == 2)  # type: ignore[union-attr]
        assert node.client.close_connection(spec.instance_id, "con_one", spec.credential, code=4001, reason="revoked")
        assert await one.closed() == (4001, "revoked")
        await two.send("Browser.getVersion")
        assert not node.client.close_connection(spec.instance_id, "con_three", spec.credential)


async def test_a_clients_browser_close_ends_its_use_and_not_the_browser(node: RunningNode, start: Start) -> None:
    spec = start()
    pid = chromium_of(node, spec)
    async with await Cdp.connect(node, spec) as cdp:
        assert await cdp.ask("Browser.close") == {"id": 1, "result": {}}
        assert await cdp.closed() == (1000, "")
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.send("Browser.getVersion")
    assert chromium_of(node, spec) == pid


async def test_a_stop_tells_clients_the_code_and_reason(node: RunningNode) -> None:
    spec = launch_spec()
    node.run_browser(spec)
    async with await Cdp.connect(node, spec) as cdp:
        node.client.stop(spec.instance_id, grace_seconds=5, code=4008, reason="idle")
        assert await cdp.closed() == (4008, "idle")
    node.wait_for(spec.instance_id, lambda seen: seen is None, what="the end")


async def test_a_gateway_answers_our_own_domain_and_is_told_facts(node: RunningNode, start: Start) -> None:
    spec = start()
    told = headers(spec)
    async with (
        await Cdp.connect(node, spec, connection="con_one") as cdp,
        websockets.connect(node.websocket_url(spec.instance_id, "events"), additional_headers=told) as gateway,
    ):
        asking = asyncio.create_task(cdp.ask("BrowserGrid.getSession", verbose=True))
        question = json.loads(await gateway.recv())
        assert question["connection"] == "con_one"
        assert (question["method"], question["params"]) == ("BrowserGrid.getSession", {"verbose": True})
        await gateway.send(json.dumps({"request": question["request"], "result": {"sessionId": "ses_1"}}))
        assert (await asking)["result"] == {"sessionId": "ses_1"}
        asking = asyncio.create_task(cdp.ask("BrowserGrid.nothing"))
        question = json.loads(await gateway.recv())
        refusal = {"code": -32601, "message": "'BrowserGrid.nothing' wasn't found"}
        await gateway.send(json.dumps({"request": question["request"], "error": refusal}))
        assert (await asking)["error"] == refusal
        event = {"connection": "con_one", "event": "BrowserGrid.takeoverStarted", "params": {"by": "a person"}}
        await gateway.send(json.dumps(event))
        await cdp.send("Browser.getVersion")
        await eventually_async(lambda: cdp.events)
        assert cdp.events[-1] == {"method": "BrowserGrid.takeoverStarted", "params": {"by": "a person"}}
        os.kill(chromium_of(node, spec), signal.SIGKILL)
        assert json.loads(await gateway.recv()) == {"fact": "crashed"}


async def test_without_a_gateway_our_domain_answers_with_an_error(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        assert (await cdp.ask("BrowserGrid.getSession"))["error"]["code"] == -32000
