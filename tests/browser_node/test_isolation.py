"""What a page can reach from a real browser: 0 of the machine's services, the node, other browsers, private networks.

With the egress list empty, and with 127.0.0.0/8 in it for what may never be opened.
"""

import asyncio
import os
import socket
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from browser_node.processes import Snapshot
from browser_node.wire import LaunchSpec
from tests.browser_node.test_app import keeper_of
from tests.support.canary import Canary
from tests.support.cdp import Cdp
from tests.support.node import RunningNode
from tests.support.spellings import METADATA

pytestmark = pytest.mark.browser
Start = Callable[..., LaunchSpec]
NOTHING = pytest.param((), marks=pytest.mark.wide)  # the easier one of two lists

LOOPBACK_SPELLINGS = (
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0177.0.0.1",
    "127.0.0.2",
    "0.0.0.0",
    "0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "a.localhost",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[64:ff9b::7f00:1]",
    "[2002:7f00:1::]",
)

# Tries everything a page has; each try resolves to what it saw of the canary.
PROBE = """
(async (hosts, port) => {
  const seen = [];
  const late = promise => Promise.race([promise, new Promise(done => setTimeout(done, 4000))]);
  await Promise.all(hosts.map(async host => {
    const at = `${host}:${port}`;
    await late(fetch(`http://${at}/fetch`).then(async r => { if ((await r.text()) == 'canary') seen.push(at); },
                                                () => 0));
    await late(fetch(`https://${at}/tls`, {mode: 'no-cors'}).catch(() => 0));
    await late(new Promise(done => {
      try { const s = new WebSocket(`ws://${at}/ws`); s.onopen = s.onerror = s.onclose = done; } catch (e) { done(); }
    }));
    await late(new Promise(done => {
      const f = document.createElement('iframe'); f.src = `http://${at}/frame`; f.onload = done;
      document.body.append(f);
    }));
    await late(new Promise(done => {
      const i = new Image(); i.onload = i.onerror = done; i.src = `http://${at}/image`;
    }));
    navigator.sendBeacon(`http://${at}/beacon`, 'x');
    const link = document.createElement('link'); link.rel = 'prefetch'; link.href = `http://${at}/prefetch`;
    document.head.append(link);
  }));
  try {
    const peer = new RTCPeerConnection({iceServers: hosts.slice(0, 3).map(h => ({urls: `stun:${h}:${port}`}))});
    peer.createDataChannel('x'); await peer.setLocalDescription(await peer.createOffer());
    await new Promise(done => setTimeout(done, 500)); peer.close();
  } catch (e) { }
  return seen;
})
"""


async def probe(node: RunningNode, spec: LaunchSpec, hosts: list[str], port: int) -> list[str]:
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        async with asyncio.timeout(60):
            seen: list[str] = await cdp.evaluate(page, f"{PROBE}({hosts!r}, {port})")
            return seen


def own_addresses() -> list[str]:
    """This machine's addresses beyond loopback."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe_socket:
        try:
            probe_socket.connect(("10.255.255.1", 9))
        except OSError:
            return []
        return [str(probe_socket.getsockname()[0])]


@pytest.fixture(scope="module")
def service() -> Iterator[Canary]:
    with Canary("0.0.0.0") as canary:
        yield canary


@pytest.fixture(scope="module")
def node(service: Canary) -> Iterator[RunningNode]:
    """The service stands for the control plane: it is blocked by its port, and the node's own port is by itself."""
    blocked = {"BROWSERGRID_NODE_BLOCKED": f"127.0.0.1:{service.port}"}
    with (
        tempfile.TemporaryDirectory(prefix="bg-node-") as directory,
        RunningNode(Path(directory), tcp=True, environment=blocked) as running,
    ):
        yield running


@pytest.mark.parametrize("allow", [NOTHING, ("127.0.0.0/8", "::1/128", "0.0.0.0/0", "::/0")])
async def test_a_page_reaches_no_blocked_service_of_this_machine(
    node: RunningNode, start: Start, service: Canary, allow: tuple[str, ...]
) -> None:
    spec = start(allow=allow)
    service.hits.clear()
    assert await probe(node, spec, [*LOOPBACK_SPELLINGS, *own_addresses()], service.port) == []
    assert service.hits == []


async def test_with_an_empty_list_a_page_reaches_no_service_of_this_machine(node: RunningNode, start: Start) -> None:
    spec = start()
    with Canary("0.0.0.0") as other:
        assert await probe(node, spec, [*LOOPBACK_SPELLINGS, *own_addresses()], other.port) == []
        assert other.hits == []


async def test_an_entry_opens_exactly_its_port(node: RunningNode, start: Start) -> None:
    with Canary() as opened, Canary() as closed:
        spec = start(allow=(f"localhost:{opened.port}",))
        assert await probe(node, spec, ["localhost", "127.0.0.1"], opened.port)
        assert opened.hits
        assert await probe(node, spec, ["localhost", "127.0.0.1"], closed.port) == []
        assert closed.hits == []


@pytest.mark.parametrize("allow", [(), ("127.0.0.0/8",)])
async def test_a_page_does_not_reach_the_node(node: RunningNode, start: Start, allow: tuple[str, ...]) -> None:
    spec = start(allow=allow)
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        text = await cdp.goto(page, f"http://127.0.0.1:{node.port}/health")
        assert "No setting opens it" in text or "egress" in text
        assert await cdp.evaluate(page, "performance.getEntriesByType('navigation')[0].responseStatus") == 403


@pytest.mark.parametrize("allow", [NOTHING, ("127.0.0.0/8",)])
async def test_a_page_reaches_no_devtools_port_of_its_own_or_another_browser(
    node: RunningNode, start: Start, allow: tuple[str, ...]
) -> None:
    spec, _ = start(allow=allow), start()
    for port in (9222, 3128):
        async with await Cdp.connect(node, spec) as cdp:
            page = await cdp.page()
            for host in ("127.0.0.1", "localhost", "[::1]", "192.0.2.2"):
                text = await cdp.goto(page, f"http://{host}:{port}/json/version")
                assert "webSocketDebuggerUrl" not in text
                assert "BrowserGrid" in text  # the proxy's own page


@pytest.mark.parametrize("allow", [NOTHING, ("127.0.0.0/8", "169.254.0.0/16", "*:80")])
async def test_metadata_addresses_are_refused_in_every_spelling(
    node: RunningNode, start: Start, allow: tuple[str, ...]
) -> None:
    spec = start(allow=allow)
    hosts = (
        *METADATA,
        "[2002:a9fe:a9fe::]",
        "[fd00:ec2::254]",
        "169.254.170.2",
        "168.63.129.16",
        "100.100.100.200",
    )
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        for host in hosts:
            text = await cdp.goto(page, f"http://{host}/latest/meta-data/")
            assert "cloud metadata address" in text, host
            assert "No setting opens it" in text


async def test_private_addresses_are_refused_with_the_setting_that_opens_them(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        for host in ("10.0.0.1", "192.168.1.1", "172.20.0.1", "100.64.0.1", "[fd00::1]", "[fe80::1]", "224.0.0.1"):
            text = await cdp.goto(page, f"http://{host}:8080/")
            assert "This address is closed to browsers" in text, host
            assert f"BROWSERGRID_EGRESS_ALLOW={host}:8080" in text


async def test_a_clients_own_proxy_settings_do_not_lead_out(node: RunningNode, start: Start, service: Canary) -> None:
    """A context without proxy, or with another one, finds an empty network."""
    spec = start()
    service.hits.clear()
    settings = (
        {"proxyServer": "direct://"},
        {"proxyServer": f"http://127.0.0.1:{service.port}"},
        {"proxyServer": "http://127.0.0.1:3128", "proxyBypassList": "127.0.0.1;localhost"},
    )
    async with await Cdp.connect(node, spec) as cdp:
        for proxy in settings:
            context = (await cdp.send("Target.createBrowserContext", **proxy))["browserContextId"]
            target = (await cdp.send("Target.createTarget", url="about:blank", browserContextId=context))["targetId"]
            page = (await cdp.send("Target.attachToTarget", targetId=target, flatten=True))["sessionId"]
            await cdp.send("Page.enable", page)
            for host in ("127.0.0.1", *own_addresses()):
                answer = await cdp.ask("Page.navigate", page, url=f"http://{host}:{service.port}/")
                assert "canary" not in str(answer)
    assert service.hits == []


async def test_a_redirect_and_a_script_do_not_lead_further_than_an_address(
    node: RunningNode, start: Start, service: Canary
) -> None:
    with Redirector(f"http://127.0.0.1:{service.port}/") as redirector:
        spec = start(allow=(f"localhost:{redirector.port}",))
        service.hits.clear()
        async with await Cdp.connect(node, spec) as cdp:
            page = await cdp.page()
            await cdp.goto(page, f"http://localhost:{redirector.port}/")
    assert redirector.hits
    assert service.hits == []


class Redirector(Canary):
    """A page that is allowed, and sends the browser to one that is not."""

    def __init__(self, target: str) -> None:
        super().__init__()
        body = f"<meta http-equiv=refresh content='0;url={target}'><script>location={target!r}</script>".encode()
        self.answer = b"HTTP/1.1 302 Found\r\nLocation: %b\r\nContent-Length: %d\r\n\r\n%b" % (
            target.encode(),
            len(body),
            body,
        )


def renderers_of(keeper: int) -> list[str]:
    """The status of each renderer below it; none of its processes runs without a sandbox."""
    found = []
    for process in Snapshot().tree(keeper):
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert b"--no-sandbox" not in arguments.split(b"\0")
        if b"--type=renderer" in arguments:
            found.append(Path(f"/proc/{process.pid}/status").read_text())
    return found


async def test_renderers_are_in_their_own_sandbox_within_ours(node: RunningNode, start: Start) -> None:
    spec = start(prepare=True)
    async with await Cdp.connect(node, spec) as cdp:
        await cdp.evaluate(await cdp.page(), "1")
        renderers = renderers_of(keeper_of(node, spec))
        assert renderers
        for status in renderers:
            fields = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
            assert fields["Seccomp"] == "2"
            assert len(fields["NSpid"].split()) >= 3
            if os.getuid() == 0:
                assert fields["Uid"].split()[0] != "0"


async def test_a_browser_sees_no_files_but_the_systems_and_its_own(node: RunningNode, start: Start) -> None:
    spec = start()
    start()
    async with await Cdp.connect(node, spec) as cdp:
        page = await cdp.page()
        root = await cdp.goto(page, "file:///")
        names = {line.split("\t")[0].strip("/") for line in root.splitlines() if "\t" in line} - {"Name"}
        assert names, root
        assert names <= {"bin", "lib", "lib32", "lib64", "usr", "etc", "dev", "proc", "tmp", "home", "sys"}
        assert "browser" in await cdp.goto(page, "file:///home/")
        etc = await cdp.goto(page, "file:///etc/")
        assert "passwd" not in etc
        environment = await cdp.goto(page, "file:///proc/self/environ")
        assert node.key not in environment
        assert "BROWSERGRID" not in environment


async def test_browsers_do_not_see_each_others_processes(node: RunningNode, start: Start) -> None:
    spec = start()
    start()
    async with await Cdp.connect(node, spec) as cdp:
        text = await cdp.goto(await cdp.page(), "file:///proc/")
        pids = [int(line.split("/")[0]) for line in text.splitlines() if line.split("/")[0].isdigit()]
        assert pids
        assert len(pids) < 60
    if os.getuid() == 0:
        keepers = [keeper_of(node, one) for one in (spec,)]
        assert all(os.stat(f"/proc/{pid}").st_uid >= 61000 for pid in keepers)


def test_each_browser_has_a_network_of_its_own(node: RunningNode, start: Start) -> None:
    one, other = start(), start()
    networks = {os.readlink(f"/proc/{keeper_of(node, spec)}/ns/net") for spec in (one, other)}
    assert len(networks | {os.readlink("/proc/self/ns/net")}) == 3


async def test_the_browser_thinks_it_is_online(node: RunningNode, start: Start) -> None:
    spec = start()
    async with await Cdp.connect(node, spec) as cdp:
        assert await cdp.evaluate(await cdp.page(), "navigator.onLine") is True
