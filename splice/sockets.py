"""What the kernel knows of a connection: set its options, ask for its addresses and its health.

Nothing here decides what follows from the answer.
"""

import asyncio
import select
import socket
import struct

# A peer that vanished from a quiet connection is noticed after 10 + 3 * 3 = 19 s.
KEEPALIVE_IDLE_SECONDS = 10
KEEPALIVE_INTERVAL_SECONDS = 3
KEEPALIVE_PROBES = 3
_KEEPALIVE = (
    (socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, KEEPALIVE_IDLE_SECONDS),
    (socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, KEEPALIVE_INTERVAL_SECONDS),
    (socket.IPPROTO_TCP, socket.TCP_KEEPCNT, KEEPALIVE_PROBES),
    (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1),  # last: each change afterwards would set the kernel's timer anew
)

# struct tcp_info of Linux: the third byte counts retransmissions, then whole words from byte 8 on.
_TCP_INFO_SIZE = 60
_RETRANSMITS_BYTE = 2
_UNACKED_OFFSET = 24
_LAST_ACK_OFFSET = 56


def watch_peer(transport: asyncio.Transport) -> None:
    """Have the kernel probe a quiet peer; without the three options it would begin after two hours.

    Small messages leave at once already: every event loop sets TCP_NODELAY.
    """
    offered: socket.socket | None = transport.get_extra_info("socket")
    if offered is None or not isinstance(transport.get_extra_info("peername"), tuple):
        return  # a unix socket's name is no tuple
    # What uvloop offers makes a socket object of the descriptor for each option; one will do, and must not close it.
    # SocketType is the bare class of the kernel's calls: no more of a socket object is needed here, nor its family.
    sock = socket.SocketType(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP, offered.fileno())
    try:
        for level, option, value in _KEEPALIVE:
            sock.setsockopt(level, option, value)
    finally:
        sock.detach()


def descriptor(transport: asyncio.Transport) -> int:
    """The kernel's number of a connection, to move its bytes as they are; -1 for TLS, and for one that is ending."""
    if transport.is_closing() or transport.get_extra_info("sslcontext"):
        return -1
    sock: socket.socket | None = transport.get_extra_info("socket")
    return -1 if sock is None else sock.fileno()


def own_address(transport: asyncio.Transport) -> tuple[str, int | None] | None:
    """Where the peer reached us, as ASGI says it. Asked of the transport, which has it: a socket asks the kernel."""
    name = transport.get_extra_info("sockname")
    if isinstance(name, tuple):
        return str(name[0]), int(name[1])
    return (name, None) if isinstance(name, str) else None


def peer_address(transport: asyncio.Transport) -> tuple[str, int] | None:
    """Who the peer is; None for a unix socket."""
    name = transport.get_extra_info("peername")
    return (str(name[0]), int(name[1])) if isinstance(name, tuple) else None


def peer_has_closed(transport: asyncio.Transport) -> bool:
    """Whether the peer ended its sending, also while we read nothing and the event loop therefore cannot tell."""
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is None or sock.fileno() < 0:
        return False
    poll = select.poll()
    poll.register(sock.fileno(), select.POLLRDHUP)
    return bool(poll.poll(0))


def seconds_unanswered(transport: asyncio.Transport) -> float:
    """How long the peer's kernel has left our retransmitted data unacknowledged; 0 where nothing is outstanding.

    Keepalive probes are not sent while data is outstanding, and retransmission alone gives up after a quarter of an
    hour. A peer that merely stopped reading still acknowledges, so it is not mistaken for a dead one.
    """
    sock: socket.socket | None = transport.get_extra_info("socket")
    if sock is None or sock.family == socket.AF_UNIX or sock.fileno() < 0:
        return 0.0
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _TCP_INFO_SIZE)
    (unacknowledged,) = struct.unpack_from("=I", info, _UNACKED_OFFSET)
    if not unacknowledged or not info[_RETRANSMITS_BYTE]:
        return 0.0
    (milliseconds,) = struct.unpack_from("=I", info, _LAST_ACK_OFFSET)
    return float(milliseconds) / 1000
