import os
import socket

from browsergrid.supervisor import ports


def test_a_free_port_is_no_obstacle():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    assert ports.taken("127.0.0.1", port) == ""


def test_a_taken_port_is_named_with_its_holder_and_a_way_out():
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        said = ports.taken("127.0.0.1", port)
    assert f"Port {port} is taken" in said
    assert f"process {os.getpid()}" in said
    assert f"BROWSERGRID_PORT={port + 1}" in said


def test_an_address_that_is_not_ours_is_named():
    assert "BROWSERGRID_BIND" in ports.taken("192.0.2.1", 8000)
