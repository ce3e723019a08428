"""What is typed is never kept: canaries in every kind of field, by keys, at once and by script, none on the disk."""

import json
from collections.abc import Callable

import pytest

from browser_node.wire import LaunchSpec
from tests.browser_node.capture.kept import bodies, keep, wait_for_text
from tests.support.cdp import Cdp
from tests.support.node import RunningNode
from tests.support.site import Page, running_site

pytestmark = pytest.mark.browser

# What is typed into each; digits where a field takes nothing else.
CANARIES = {
    "text": "canarytext1",
    "password": "canarypass2",
    "email": "canary3@example.com",
    "tel": "0049893337003",
    "url": "https://canary4.example",
    "search": "canarysearch5",
    "number": "7391468205",
    "textarea": "canaryarea7",
    "editable": "canaryrich8",
    "shown": "canaryshown9",  # a password that a button shows as text
    "shadow": "canaryshadow10",
    "frame": "canaryframe11",
    "far": "canaryfar12",  # in a frame of another origin
}
FIELDS = "".join(
    f"<input id={kind} type={kind}>" for kind in ("text", "password", "email", "tel", "url", "search", "number")
)
FORM = f"""<!doctype html><h1>form</h1>{FIELDS}<textarea id=textarea></textarea><div id=editable contenteditable>x</div>
<input id=shown type=password><div id=host></div><iframe id=near src=/near></iframe><iframe src=FAR></iframe>
<form id=form action=/sent><input type=hidden name=access_token value=canaryhidden13><input name=pwd></form>
<script>host.attachShadow({{mode: 'open'}}).innerHTML = '<input id=shadow>'</script>"""
FRAME = b"<!doctype html><input id=field autofocus><p>frame"


async def type_into(cdp: Cdp, session: str, focus: str, text: str) -> None:
    """Half of it by keys, half of it at once; and once more as an attribute, as some frameworks write it."""
    await cdp.evaluate(session, f"{focus}.focus()")
    for character in text[:4]:
        for kind in ("keyDown", "keyUp"):
            said = {"text": character} if kind == "keyDown" else {}
            await cdp.send("Input.dispatchKeyEvent", session, type=kind, key=character, **said)
    await cdp.send("Input.insertText", session, text=text[4:])
    await cdp.evaluate(session, f"{focus}.setAttribute('value', {json.dumps(text)})")


async def test_no_canary_reaches_the_disk(node: RunningNode, start: Callable[..., LaunchSpec]) -> None:
    with running_site() as site, running_site() as far:
        site.pages["/form"] = Page(FORM.replace("FAR", f"http://127.0.0.1:{far.port}/far").encode())
        site.pages["/near"] = far.pages["/far"] = Page(FRAME)
        spec = start(allow=(f"localhost:{site.port}", f"127.0.0.1:{far.port}"))
        keep(node, spec, dom=True, video=True, logs=True)
        async with await Cdp.connect(node, spec) as cdp:
            page = await cdp.page()
            await cdp.goto(page, site.url + "/form")
            for kind in (
                "text",
                "password",
                "email",
                "tel",
                "url",
                "search",
                "number",
                "textarea",
                "editable",
                "shown",
            ):
                await type_into(cdp, page, kind, CANARIES[kind])
            await cdp.evaluate(page, "shown.type = 'text'; shown.value += '!'")
            await type_into(cdp, page, "host.shadowRoot.querySelector('input')", CANARIES["shadow"])
            await type_into(cdp, page, "near.contentDocument.querySelector('input')", CANARIES["frame"])
            await type_into(cdp, await _frame(cdp, far.port), "field", CANARIES["far"])
            typed = await cdp.evaluate(page, "text.value + password.value + number.value + editable.innerText")
            assert all(CANARIES[kind] in typed for kind in ("text", "password", "number", "editable"))
            await cdp.evaluate(
                page, "console.log('password: canarysaid14', 'Bearer canarybearer15'), form.pwd.value='canarypw16'"
            )
            await cdp.evaluate(page, "document.body.append('the end'), form.submit()")
            wait_for_text(node, spec, "the end")
            await cdp.send("Browser.getVersion")
        kept = bodies(node, spec)
    assert {stream.value for stream, _ in kept} >= {"dom", "video", "input", "console", "network", "command", "page"}
    everything = b"".join(body for _, body in kept).decode("latin-1")
    for canary in (*CANARIES.values(), *(f"canary{name}" for name in ("hidden13", "said14", "bearer15", "pw16"))):
        assert canary not in everything, canary
        assert canary[4:] not in everything, canary
    assert "***********" in everything  # fields are masked, not left out


async def test_without_masking_passwords_are_masked_all_the_same(
    node: RunningNode, start: Callable[..., LaunchSpec]
) -> None:
    with running_site() as site:
        site.pages["/"] = Page(b"<!doctype html><input id=open><input id=password type=password>")
        spec = start(allow=(f"localhost:{site.port}",))
        keep(node, spec, dom=True, mask_inputs=False)
        async with await Cdp.connect(node, spec) as cdp:
            page = await cdp.page()
            await cdp.goto(page, site.url + "/")
            await cdp.evaluate(page, "password.focus()")
            await cdp.send("Input.insertText", page, text="canarypass")
            await cdp.evaluate(page, "window.open.focus?.(), document.querySelector('#open').focus()")
            await cdp.send("Input.insertText", page, text="not a secret")
            wait_for_text(node, spec, "not a secret")
        assert b"canarypass" not in b"".join(body for _, body in bodies(node, spec))


async def _frame(cdp: Cdp, port: int) -> str:
    """A session of the frame from that port."""
    targets = (await cdp.send("Target.getTargets", filter=[{}]))["targetInfos"]
    target = next(each["targetId"] for each in targets if f":{port}/" in each["url"])
    return str((await cdp.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"])
