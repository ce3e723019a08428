"""splice.pair and splice.ends: bytes flow whole, in order, at the pace of the slower side, and both sides end."""

import asyncio
import gc
import os
import random
import socket
import weakref
from collections import Counter

import psutil
import pytest

from splice import pair as pair_module
from splice.ends import End
from splice.handover import Handover
from splice.sockets import seconds_unanswered
from tests.splice.harness import Gate, eventually, frame, joined, masked, raw_upstream, serving

pytestmark = pytest.mark.asyncio


async def test_frames_dribbled_in_random_pieces_arrive_intact_both_ways():
    chance = random.Random(7)
    sizes = [chance.choice([0, 1, 100, 125, 126, 4000, 65535, 65536, 90_000]) for _ in range(120)]
    down = b"".join(frame(chance.randbytes(size)) for size in sizes)
    up = b"".join(masked(chance.randbytes(size)) for size in sizes)

    async def dribble(talk, data):
        position = 0
        while position < len(data):
            size = chance.choice([1, 2, 3, 7, 100, 5000, 70_000])
            await talk.send(data[position : position + size])
            position += size
            await asyncio.sleep(0)

    async with raw_upstream() as upstream, serving(Gate(upstream.address)) as served:
        client = await joined(served)
        talk = await upstream.talk()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(dribble(client, up))
            tasks.create_task(dribble(talk, down))
            got_up = tasks.create_task(talk.read(len(up)))
            got_down = tasks.create_task(client.read(len(down)))
    assert got_up.result() == up
    assert got_down.result() == down


async def test_many_slow_and_fast_readers_each_get_their_own_bytes():
    """The read buffer is shared: a slow peer must not see what others are sent."""
    async with raw_upstream() as upstream, serving(Gate(upstream.address)) as served:
        clients = [await joined(served) for _ in range(6)]
        await eventually(lambda: len(upstream.talks) == 6)

        async def send(number, talk):
            for _ in range(60):
                await talk.send(bytes([number]) * 100_000)

        async def read(client, pause):
            first = await client.read(1)
            for _ in range(60):
                rest = await client.read(100_000 if _ < 59 else 99_999)
                assert rest == first * len(rest)
                await asyncio.sleep(pause)
            return first[0]

        async with asyncio.TaskGroup() as tasks:
            for number, talk in enumerate(upstream.talks):
                tasks.create_task(send(number, talk))
            readers = [tasks.create_task(read(client, 0.002 * (i % 3))) for i, client in enumerate(clients)]
    assert sorted(reader.result() for reader in readers) == [0, 1, 2, 3, 4, 5]


async def test_forty_megabytes_pass_both_ways_and_many_of_them_unseen(monkeypatch):
    unseen = Counter()
    monkeypatch.setattr(End, "passed", lambda end, size: unseen.update({end: size}))
    data = os.urandom(40_000_000)
    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        client = await joined(served)
        talk = await upstream.talk()
        for sender, reader in ((client, talk), (talk, client)):
            sending = asyncio.create_task(sender.send(data))
            assert await reader.read(len(data)) == data
            await sending
        await client.close()
        closed = await eventually(lambda: gate.got("closed"))
    assert (closed["bytes_up"], closed["bytes_down"]) == (len(data), len(data))
    assert all(size > len(data) / 10 for size in unseen.values())  # how much waits at a time is the kernel's affair
    assert len(unseen) == 2


async def test_stalled_downloads_hold_little_memory_and_resume():
    size, count = 200_000_000, 10
    chunk = b"z" * 1_000_000

    async def pour(talk):
        for _ in range(size // len(chunk)):
            await talk.send(chunk)

    async with raw_upstream() as upstream, serving(Gate(upstream.address)) as served:
        clients = [await joined(served) for _ in range(count)]
        await eventually(lambda: len(upstream.talks) == count)
        for client in clients:
            client.reader._limit = 65536  # of the client's own buffer, which lives in this process, too
            client.writer.transport.pause_reading()
        before = psutil.Process().memory_info().rss
        pouring = [asyncio.create_task(pour(talk)) for talk in upstream.talks]
        ends = [each.pair.upstream for each in served.state.connections]
        await eventually(lambda: all(end.holds for end in ends), what="back-pressure")
        grown = psutil.Process().memory_info().rss - before
        assert grown < 45_000_000  # 1 MiB a direction here, and as much again in the test's own upstream

        clients[0].writer.transport.resume_reading()
        got = 0
        async with asyncio.timeout(20):
            while got < 30_000_000:
                got += len(await clients[0].reader.read(1_000_000))
        for task in pouring:
            task.cancel()
        for client in clients:
            client.reset()
        await asyncio.gather(*pouring, return_exceptions=True)


@pytest.mark.parametrize("side", ["client", "upstream"])
async def test_a_half_close_of_either_side_closes_both(side):
    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        client, talk = await joined(served), await upstream.talk()
        leaving, staying = (client, talk) if side == "client" else (talk, client)
        await leaving.send(b"last words")
        leaving.writer.write_eof()
        assert await staying.rest() == b"last words"
        await eventually(lambda: gate.got("disconnect") and not served.state.connections)


@pytest.mark.parametrize("side", ["client", "upstream"])
async def test_a_reset_of_either_side_closes_both(side):
    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        client, talk = await joined(served), await upstream.talk()
        (client if side == "client" else talk).reset()
        assert await (talk if side == "client" else client).rest() == b""
        await eventually(lambda: gate.got("disconnect") and not served.state.connections)


async def test_what_the_upstream_sent_before_it_closed_still_reaches_a_slow_client():
    data = os.urandom(3_000_000)
    async with raw_upstream() as upstream, serving(Gate(upstream.address)) as served:
        client, talk = await joined(served), await upstream.talk()
        client.writer.transport.pause_reading()
        sending = asyncio.create_task(talk.send(data))
        await asyncio.wait({sending}, timeout=0.2)
        client.writer.transport.resume_reading()
        await sending
        await talk.close()
        assert await client.rest() == data


@pytest.mark.parametrize("where", ["tcp", "unix"])
async def test_a_client_that_stopped_reading_does_not_hide_the_upstreams_end_for_ever(monkeypatch, tmp_path, where):
    monkeypatch.setattr(pair_module, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(pair_module, "STALL_SECONDS", 0.3)
    places = {"path": str(tmp_path / "u.sock")} if where == "unix" else {}
    async with raw_upstream(**places) as upstream, serving(gate := Gate(upstream.address)) as served:
        client, talk = await joined(served), await upstream.talk()
        client.writer.transport.pause_reading()
        (handover,) = served.state.connections
        browser = handover.pair.upstream
        while not browser.holds:
            talk.writer.write(b"x" * 500_000)
            await asyncio.sleep(0.01)
        talk.writer.write_eof()
        talk.writer.transport.abort()
        await eventually(lambda: gate.got("disconnect"), 3)
        await eventually(lambda: not served.state.connections, 3)


async def test_a_client_that_stopped_reading_is_waited_for_while_the_upstream_lives(monkeypatch):
    monkeypatch.setattr(pair_module, "BEAT_SECONDS", 0.02)
    monkeypatch.setattr(pair_module, "STALL_SECONDS", 0.1)
    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        client, talk = await joined(served), await upstream.talk()
        client.writer.transport.pause_reading()
        sending = asyncio.create_task(talk.send(b"x" * 30_000_000))
        await asyncio.wait({sending}, timeout=0.5)
        assert not gate.got("closed")
        client.writer.transport.resume_reading()
        assert len(await client.read(30_000_000)) == 30_000_000
        await sending


async def test_a_stalled_rest_is_cut_after_the_other_side_closed(monkeypatch):
    monkeypatch.setattr(pair_module, "STALL_SECONDS", 0.3)
    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        client, talk = await joined(served), await upstream.talk()
        client.writer.transport.pause_reading()
        (handover,) = served.state.connections
        while not handover.pair.client.transport.get_write_buffer_size():
            talk.writer.write(b"x" * 50_000)
            await asyncio.sleep(0.002)
        await talk.close()
        await eventually(lambda: gate.got("disconnect"))
        await eventually(lambda: not served.state.connections, 3)
        assert handover.pair.client.is_lost


async def test_a_connection_that_is_over_is_forgotten_at_once():
    """A timer of its lingering would hold both ends for twenty seconds more."""
    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        client = await joined(served)
        (handover,) = served.state.connections
        pair = weakref.ref(handover.pair)
        del handover
        await client.close()
        await eventually(lambda: not served.state.connections)
        gate.send = None  # it remembers its last client
        await eventually(lambda: gc.collect() >= 0 and pair() is None)


async def test_what_belonged_to_a_connection_goes_with_it_without_a_look_for_garbage():
    def handovers():
        return [each for each in gc.get_objects() if type(each) is Handover]  # isinstance would ask dead proxies

    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        gc.collect()
        before = len(handovers())
        gc.disable()
        try:
            client = await joined(served)
            assert len(handovers()) == before + 1
            await client.close()
            await eventually(lambda: not served.state.connections and not served.state.tasks)
            gate.send = None  # it remembers its last client
            await eventually(lambda: len(handovers()) == before)
        finally:
            gc.enable()


async def test_both_sides_are_tuned_for_small_messages_and_dead_peers():
    async with raw_upstream() as upstream, serving(Gate(upstream.address)) as served:
        await joined(served)
        (handover,) = served.state.connections
        for end in (handover.pair.client, handover.pair.upstream):
            sock = end.transport.get_extra_info("socket")
            assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
            assert sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
            idle = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE)
            interval = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL)
            probes = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT)
            assert idle + interval * probes <= 20
            assert seconds_unanswered(end.transport) == 0.0


async def test_a_peer_whose_kernel_answers_nothing_is_cut(monkeypatch):
    """A cable cannot be pulled on loopback; what the kernel would then say is put in its mouth."""
    monkeypatch.setattr(pair_module, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(pair_module, "seconds_unanswered", lambda transport: 15.0)
    async with raw_upstream() as upstream, serving(gate := Gate(upstream.address)) as served:
        client = await joined(served)
        assert await client.rest() == b""
        await eventually(lambda: gate.got("disconnect") and not served.state.connections)
