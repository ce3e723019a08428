"""One resident process around one browser: it cuts off the network, then starts what it was given, and dies with it.

    python -I -S keeper.py CONTROL WALLS UID PROXY_PORT HOME BINARY_DIRECTORY -- PROGRAM ARGUMENT…

Standard library only, and run by path: it may import nothing of this package. In order:
drop root to UID (a uid of the browser's own) · a new user and network namespace with loopback and one dead interface ·
a listener for the forwarding proxy, handed to the node over CONTROL (a SOCK_SEQPACKET descriptor) · start PROGRAM.
Then it serves CONTROL: `C<port>` → `C` with a socket connected to that loopback port inside, or `c<errno>`.
It tells `L` (the listener), `S` (started), `X<wait status>` (the program ended) and `E<text>` (it never started).
WALLS is `walled`, or `bare` where the operator allowed browsers without a sandbox: then nothing is cut off.
The end of CONTROL, of the node or of the keeper is the end of the browser: bubblewrap dies with its parent. It asks for
that late, though, after it has begun to start the browser; who dies in between is noticed at the other end of a leash:
PROGRAM's standard input is a pipe that only the keeper could write to, and `sandbox` has somebody inside read it.
"""

import contextlib
import ctypes
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import sys

STAGE = "/mnt"  # an empty directory of every Linux; covered in our own mount namespace only

_NEW_MOUNTS, _NEW_USER, _NEW_NETWORK = 0x00020000, 0x10000000, 0x40000000
_BIND, _RECURSIVE, _PRIVATE = 0x1000, 0x4000, 0x40000
_SET_DEATH_SIGNAL, _SET_DUMPABLE = 1, 4
_GET_FLAGS, _SET_FLAGS, _SET_ADDRESS = 0x8913, 0x8914, 0x8916
_UP = 0x1

_libc = ctypes.CDLL(None, use_errno=True)


class Refused(Exception):
    """A step that the kernel refused; the message is for people."""


def main(arguments: list[str]) -> int:
    control = socket.socket(fileno=int(arguments[0]))
    control.set_inheritable(False)
    is_walled, uid, proxy_port, home, binary_directory = arguments[1] == "walled", *arguments[2:6]
    program = arguments[7:]
    parent = os.getppid()
    try:
        _prefer_to_lose()
        if is_walled:
            if int(uid) >= 0:
                home, binary_directory = _stage(home, binary_directory)
                _become(int(uid))
            _enter_namespaces()
            _raise_network()
        _die_with(parent)
        listener = _listen(int(proxy_port))
    except (Refused, OSError) as refusal:
        control.send(b"E" + str(refusal).encode())
        return 1
    socket.send_fds(control, [b"L"], [listener.fileno()])
    listener.close()

    wakeup = _watch_children()
    places = {"@home@": home, "@binary@": binary_directory}
    child = _start([places.get(argument, argument) for argument in program], is_walled=is_walled)
    control.send(b"S")
    return _serve(control, wakeup, child)


def _prefer_to_lose() -> None:
    """When memory runs out, a browser goes before the node and the control plane do."""
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("300")


def _stage(home: str, binary_directory: str) -> tuple[str, str]:
    """Make both reachable for the uid we are about to take, whatever directories they stand below."""
    if _libc.unshare(_NEW_MOUNTS):
        return home, binary_directory  # root without the power to mount, in a container: the paths must do as they are
    _mount("none", "/", "", _PRIVATE | _RECURSIVE)
    _mount("tmpfs", STAGE, "tmpfs", 0, "mode=0755,size=64k")
    staged = []
    for name, path in (("home", home), ("binary", binary_directory)):
        if path:
            os.mkdir(f"{STAGE}/{name}")
            _mount(path, f"{STAGE}/{name}", "", _BIND)
        staged.append(path and f"{STAGE}/{name}")
    return staged[0], staged[1]


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    _libc.prctl(_SET_DUMPABLE, 1, 0, 0, 0)  # else /proc/self, and with it our own uid_map, belongs to root


def _enter_namespaces() -> None:
    uid, gid = os.getuid(), os.getgid()
    if _libc.unshare(_NEW_USER | _NEW_NETWORK):
        raise Refused(f"unprivileged user and network namespaces: {os.strerror(ctypes.get_errno())}")
    for name, text in (("setgroups", "deny"), ("uid_map", f"{uid} {uid} 1"), ("gid_map", f"{gid} {gid} 1")):
        descriptor = os.open(f"/proc/self/{name}", os.O_WRONLY)
        try:
            os.write(descriptor, text.encode())
        finally:
            os.close(descriptor)


def _die_with(parent: int) -> None:
    """After the last change of credentials, which clears the request."""
    _libc.prctl(_SET_DEATH_SIGNAL, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        raise Refused("the parent is gone")


def _raise_network() -> None:
    ioctl = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    _raise_interface(ioctl, b"lo")
    with contextlib.suppress(OSError):  # no such driver here: pages see navigator.onLine false, and everything works
        _add_dead_interface(ioctl)
    ioctl.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.bind((b"127.0.0.1", port))  # bytes: a str would need the idna codec, unreadable for this uid
    listener.listen(256)
    return listener


def _add_dead_interface(ioctl: socket.socket) -> None:
    """A pair of joined interfaces that leads nowhere: Chromium calls a machine with only loopback offline."""

    def attribute(kind: int, data: bytes) -> bytes:
        return struct.pack("HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)

    name, info, info_kind, info_data, peer = 3, 18, 1, 2, 1
    link = struct.pack("BxHiII", 0, 0, 0, 0, 0)
    other = attribute(peer, link + attribute(name, b"dead1\0"))
    body = link + attribute(name, b"dead0\0")
    body += attribute(info, attribute(info_kind, b"veth") + attribute(info_data, other))
    request, acknowledge, create, exclusive, new_link = 0x1, 0x4, 0x400, 0x200, 16
    flags = request | acknowledge | create | exclusive
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as netlink:
        netlink.send(struct.pack("IHHII", 16 + len(body), new_link, flags, 1, 0) + body)
        error = -struct.unpack_from("i", netlink.recv(4096), 16)[0]
    if error:
        raise OSError(error, os.strerror(error))
    address = struct.pack("16sHH4s8x", b"dead0", socket.AF_INET, 0, bytes((192, 0, 2, 2)))
    fcntl.ioctl(ioctl, _SET_ADDRESS, address)
    _raise_interface(ioctl, b"dead0")
    _raise_interface(ioctl, b"dead1")


def _raise_interface(ioctl: socket.socket, name: bytes) -> None:
    flags = struct.unpack_from("H", fcntl.ioctl(ioctl, _GET_FLAGS, struct.pack("16s16x", name)), 16)[0]
    fcntl.ioctl(ioctl, _SET_FLAGS, struct.pack("16sH14x", name, flags | _UP))


def _watch_children() -> int:
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    return readable


def _start(program: list[str], *, is_walled: bool) -> int:
    keeper, (leash, _held) = os.getpid(), os.pipe()  # close-on-exec: the program gets the leash alone
    child = os.fork()
    if child:
        os.close(leash)
        return child
    try:
        if is_walled:  # it dies by its leash: a bubblewrap that is killed half-way leaves a part of it waiting for ever
            os.dup2(leash, 0)
        else:
            _die_with(keeper)
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        os.execv(program[0], program)  # noqa: S606 - what the node gave us; there is no shell
    except (OSError, Refused) as error:
        os.write(2, f"{program[0]}: {error}\n".encode())
    finally:
        os._exit(127)


def _serve(control: socket.socket, wakeup: int, child: int) -> int:
    poll = select.poll()
    poll.register(control, select.POLLIN)
    poll.register(wakeup, select.POLLIN)
    while True:
        for descriptor, _ in poll.poll():
            if descriptor == wakeup:
                os.read(wakeup, 64)
                ended, status = os.waitpid(child, os.WNOHANG)
                if ended:
                    control.send(b"X%d" % status)
                    return 0
            else:
                message = control.recv(64)
                if not message:
                    return 0
                _connect(control, int(message[1:]))


def _connect(control: socket.socket, port: int) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as inside:
        inside.setblocking(False)  # noqa: FBT003 - the standard library's signature
        code = inside.connect_ex((b"127.0.0.1", port))
        if code in (0, errno.EINPROGRESS):  # the node waits for the rest, so that we never do
            socket.send_fds(control, [b"C"], [inside.fileno()])
        else:
            control.send(b"c%d" % code)


def _mount(source: str, target: str, kind: str, flags: int, data: str = "") -> None:
    texts = (source.encode(), target.encode(), kind.encode() or None)
    if _libc.mount(*texts, flags, data.encode() or None):
        raise Refused(f"mount {source} at {target}: {os.strerror(ctypes.get_errno())}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
