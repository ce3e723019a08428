"""browser_node.relay while somebody listens: what is heard, what is put in its place, and nothing else changes."""

import functools
import json
import random

import pytest

from browser_node.cdp import with_downloads_to
from browser_node.relay_ends import PEEK, VIEW_LIMIT
from tests.browser_node.relay_parties import call, parties
from tests.browser_node.test_relay_framing import SIZES, Recorder, cut, read_in_pieces, read_messages
from tests.splice.harness import frame as browser_frame
from tests.splice.harness import masked

pytestmark = pytest.mark.asyncio


class Ear:
    """A listener that remembers."""

    def __init__(self):
        self.client, self.browser = [], []

    def said(self, payload):
        self.client.append(bytes(payload))

    def answered(self, beginning):
        self.browser.append(bytes(beginning))


@pytest.mark.parametrize("seed", range(60))
async def test_the_beginning_of_every_answer_is_heard_however_it_is_cut_and_every_byte_passes(seed):
    chance = random.Random(seed)
    relay, stream, texts = Recorder(), b"", []
    relay.listener = ear = Ear()
    for _ in range(chance.randint(5, 25)):
        payload = chance.randbytes(chance.choice([*SIZES, PEEK - 1, PEEK, PEEK + 1]))
        kind = chance.choice([1, 1, 1, 2])
        part, _ = cut(payload, chance, kind, browser_frame)
        first_frame = read_messages(part)[0][0][1] if part[0] & 128 else None
        stream += part
        if kind == 1:
            texts.append((payload, first_frame is not None))
    read_in_pieces(relay.browser, stream, chance)
    assert bytes(relay.client.transport.written) == stream
    assert len(ear.browser) == len(texts)
    for heard, (payload, is_whole) in zip(ear.browser, texts, strict=True):
        assert payload.startswith(heard)
        assert heard == payload[:PEEK] or not is_whole


@pytest.mark.parametrize("seed", range(60))
async def test_every_text_of_a_client_is_heard_and_passes_as_it_was(seed):
    chance = random.Random(seed)
    relay, stream, sent, pings = Recorder(), b"", [], []
    relay.listener = ear = Ear()
    for _ in range(chance.randint(5, 25)):
        sent.append((chance.choice([1, 1, 1, 2]), chance.randbytes(chance.choice(SIZES))))
        part, its_pings = cut(sent[-1][1], chance, sent[-1][0], masked)
        stream += part
        pings += its_pings
    read_in_pieces(relay.client, stream, chance)
    assert relay.to_browser == (sent, pings)
    texts = [payload for kind, payload in sent if kind == 1]
    # One that is long in pieces is heard as far as its first piece, or not at all.
    short = [payload for payload in texts if len(payload) <= VIEW_LIMIT]
    assert [heard for heard in ear.client if heard in short] == short
    assert all(any(payload.startswith(heard) for payload in texts) for heard in ear.client)


async def test_a_listener_may_come_and_go_in_the_middle_of_a_message():
    relay = Recorder()
    stream = browser_frame(b"a" * 1000) + browser_frame(b"b" * 1000)
    relay.listener = ear = Ear()
    read_in_pieces(relay.browser, stream[:50], random.Random(1))
    relay.listener = None
    read_in_pieces(relay.browser, stream[50:], random.Random(2))
    assert ear.browser == []
    assert bytes(relay.client.transport.written) == stream


@pytest.mark.parametrize("seed", range(20))
async def test_where_downloads_go_is_rewritten_in_its_place_and_order(seed):
    chance = random.Random(seed)
    relay, stream, said = Recorder(), b"", []
    relay.rewrite = functools.partial(with_downloads_to, "/ours")
    for number in range(20):
        method = chance.choice(["Page.enable", "Browser.setDownloadBehavior", "Runtime.evaluate"])
        params = {"behavior": "allow", "downloadPath": "/theirs", "pad": "p" * chance.choice([0, 10, 200])}
        payload = json.dumps({"id": number, "method": method, "params": params}).encode()
        said.append((method, params["pad"]))
        stream += cut(payload, chance, 1, masked)[0]
    read_in_pieces(relay.client, stream, chance)
    told = [json.loads(payload) for _, payload in relay.to_browser[0]]
    assert [(each["method"], each["params"]["pad"]) for each in told] == said
    assert [each["id"] for each in told] == list(range(20))
    for each in told:
        is_it = each["method"] == "Browser.setDownloadBehavior"
        assert each["params"]["downloadPath"] == ("/ours" if is_it else "/theirs")


async def test_a_real_socket_takes_the_message_that_was_put_in_the_place():
    async with parties(rewrite=functools.partial(with_downloads_to, "/ours")) as all_:
        await all_.client.send(masked(call(1, "Browser.setDownloadBehavior", behavior="allow", downloadPath="/x")))
        await all_.client.send(masked(call(2, "Page.enable")))
        _, payload = await all_.browser.frame()
        assert json.loads(payload)["params"] == {"behavior": "allowAndName", "downloadPath": "/ours"}
        assert json.loads((await all_.browser.frame())[1])["id"] == 2
