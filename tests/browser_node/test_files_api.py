"""Files of a real browser over HTTP: downloads by any client, uploads in its file choosers, and no way out."""

from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from browser_node.client import NodeRefused
from browser_node.wire import LaunchSpec
from browser_node.wire_capture import FileKind, NodeFile, Stream
from tests.browser_node.capture.kept import keep, lines
from tests.support.cdp import Cdp
from tests.support.eventually import eventually
from tests.support.node import RunningNode, launch_spec
from tests.support.site import FILE, Page, Site, running_site

pytestmark = pytest.mark.browser

Start = Callable[..., LaunchSpec]


@pytest.fixture
def site() -> Iterator[Site]:
    with running_site() as running:
        yield running


def files(node: RunningNode, spec: LaunchSpec) -> list[NodeFile]:
    return node.client.files(spec.instance_id, spec.credential)


def fetched(node: RunningNode, spec: LaunchSpec, name: str) -> bytes:
    with node.client.file(spec.instance_id, spec.credential, name) as pieces:
        return b"".join(pieces)


def wait_for_downloads(node: RunningNode, spec: LaunchSpec, count: int) -> list[NodeFile]:
    eventually(lambda: len([file for file in files(node, spec) if file.is_complete]) >= count, what=f"{count} files")
    return files(node, spec)


async def download(cdp: Cdp, page: str, site: Site) -> None:
    await cdp.goto(page, site.url + "/")
    await cdp.evaluate(page, "document.querySelector('#download').click()")


@pytest.mark.parametrize("behavior", ["", "allow", "allowAndName"])
async def test_a_download_is_listed_and_fetched_wherever_the_client_wanted_it(
    node: RunningNode, start: Start, site: Site, behavior: str
) -> None:
    spec = start(allow=(f"localhost:{site.port}",))
    keep(node, spec, logs=True)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        if behavior:
            wanted = {"behavior": behavior, "downloadPath": "/nowhere/at/all", "eventsEnabled": True}
            await cdp.send("Browser.setDownloadBehavior", **wanted)
        await download(cdp, page, site)
        (file,) = wait_for_downloads(node, spec, 1)
        if behavior:
            assert any(event.get("method") == "Browser.downloadWillBegin" for event in await _events(cdp))
    assert (file.name, file.kind, file.bytes, file.url) == (
        "numbers.txt",
        FileKind.DOWNLOAD,
        len(FILE),
        site.url + "/file",
    )
    assert fetched(node, spec, "numbers.txt") == FILE
    told = [(line["name"], line["state"], line["bytes"]) for line in lines(node, spec, Stream.DOWNLOAD)]
    assert told == [("numbers.txt", "started", 0), ("numbers.txt", "completed", len(FILE))]


async def test_downloads_go_on_when_the_client_that_redirected_them_has_left(
    node: RunningNode, start: Start, site: Site
) -> None:
    spec = start(allow=(f"localhost:{site.port}",))
    site.pages["/later"] = Page(
        b"<!doctype html><a href=/file download id=a>x</a><script>setInterval(() => a.click(), 700)</script>"
    )
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.send("Browser.setDownloadBehavior", behavior="allow", downloadPath="/nowhere")
        await cdp.goto(await cdp.page(), site.url + "/later")
        before = len(wait_for_downloads(node, spec, 1))
    eventually(lambda: len(files(node, spec)) >= before + 3, within=15, what="downloads without a client")


async def test_an_upload_can_be_chosen_by_the_page(node: RunningNode, start: Start, site: Site) -> None:
    site.pages["/choose"] = Page(b"<!doctype html><input type=file id=f>")
    spec = start(allow=(f"localhost:{site.port}",))
    file = node.client.put_file(spec.instance_id, spec.credential, "Foto 1.txt", iter([b"chosen ", b"bytes"]))
    assert (file.bytes, file.is_complete) == (12, True)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        await cdp.goto(page, site.url + "/choose")
        field = (await cdp.send("Runtime.evaluate", page, expression="f"))["result"]["objectId"]
        await cdp.send("DOM.setFileInputFiles", page, files=[file.path], objectId=field)
        assert await cdp.evaluate(page, "f.files[0].text()") == "chosen bytes"
    node.client.delete_file(spec.instance_id, spec.credential, "Foto 1.txt")
    node.client.delete_file(spec.instance_id, spec.credential, "Foto 1.txt")
    assert files(node, spec) == []


@pytest.mark.wide
@pytest.mark.parametrize(
    "path",
    [
        "..%2f..%2fnode.log",
        "%2e%2e",
        "..%5c..%5cx",
        "%2fetc%2fpasswd",
        "a%00b",
        ".hidden",
        "x%2f..%2fy",
        "con",
    ],
)
def test_no_name_leads_out_of_the_browsers_directory(node: RunningNode, start: Start, path: str) -> None:
    spec = start()
    url = f"http://{node.address}/browsers/{spec.instance_id}/files/{path}"
    known = {"Authorization": f"Bearer {spec.credential}"}
    before = _everything(node.directory)
    with httpx.Client(trust_env=False) as http:
        assert http.get(url, headers=known).status_code == 404
        assert http.put(url, headers=known, content=b"x").status_code in (404, 405, 422)
        assert http.delete(url, headers=known).status_code in (204, 404, 405)
    assert files(node, spec) == []
    assert {path for path in _everything(node.directory) - before if "profile" not in path.parts} == set()


def test_files_open_to_the_browsers_credential_and_the_nodes_key_alone(node: RunningNode, start: Start) -> None:
    spec, other = start(), start()
    node.client.put_file(spec.instance_id, spec.credential, "a", b"a")
    assert node.client.files(spec.instance_id, "")  # the node's key
    for credential in ("wrong-credential-of-nobody", "x"):
        with pytest.raises(NodeRefused, match="401"):
            node.client.files(spec.instance_id, credential)
    with pytest.raises(NodeRefused, match="404"), node.client.file(other.instance_id, other.credential, "a"):
        pass


def test_an_upload_that_is_too_large_is_refused(tmp_path: Path) -> None:
    with RunningNode(tmp_path, environment={"BROWSERGRID_NODE_FILES_MB": "1"}) as node:
        spec = launch_spec()
        node.run_browser(spec)
        with pytest.raises(NodeRefused, match="413"):
            node.client.put_file(spec.instance_id, spec.credential, "big", (b"x" * 65536 for _ in range(17)))
        assert files(node, spec) == []


async def _events(cdp: Cdp) -> list[dict]:
    await cdp.send("Browser.getVersion")
    return cdp.events


def _everything(directory: Path) -> set[Path]:
    return set(directory.rglob("*"))
