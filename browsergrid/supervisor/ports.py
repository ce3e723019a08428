"""Whether our port is free, and who has it otherwise. Asked before anything is started."""

import errno
import socket

import psutil


def taken(bind: str, port: int) -> str:
    """Empty when free; else a sentence that says what is wrong and what helps."""
    family = socket.AF_INET6 if ":" in bind else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((bind, port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is taken{_by_whom(port)}. Choose another: BROWSERGRID_PORT={port + 1} make up"
            if error.errno == errno.EACCES:
                return f"Port {port} may only be opened by root. Choose another: BROWSERGRID_PORT=8000 make up"
            return f"Cannot listen on {bind}:{port}: {error.strerror}. Check BROWSERGRID_BIND and BROWSERGRID_PORT."
    return ""


def _by_whom(port: int) -> str:
    try:
        for connection in psutil.net_connections("tcp"):
            if connection.status == psutil.CONN_LISTEN and connection.laddr.port == port and connection.pid:
                return f" by {psutil.Process(connection.pid).name()} (process {connection.pid})"
    except psutil.Error:
        return ""  # another user's process: its name is not ours to see
    return ""
