"""The node's configuration."""

import re
from pathlib import Path

import pytest

from browser_node.config import (
    ConfigurationError,
    HostPort,
    Listen,
    default_max_browsers,
    handed_on,
    parse_blocked,
    parse_listen,
    read_config,
)

GIVEN = {"BROWSERGRID_NODE_KEY": "k" * 32, "BROWSERGRID_NODE_DIR": "/var/lib/node"}
GIB = 2**30


def test_defaults() -> None:
    config = read_config(GIVEN)
    assert config.name == "local"
    assert config.listen == Listen(host="127.0.0.1", port=9000)
    assert config.directory == Path("/var/lib/node")
    assert config.max_browsers >= 1
    assert not config.allow_no_sandbox
    assert not config.die_with_parent
    assert config.log_format == "json"
    assert "k" * 32 not in repr(config)
    assert config.boot_id != read_config(GIVEN).boot_id


def test_everything_can_be_set() -> None:
    config = read_config(
        {
            **GIVEN,
            "BROWSERGRID_NODE_NAME": "one",
            "BROWSERGRID_NODE_LISTEN": "unix:/run/node.sock",
            "BROWSERGRID_NODE_MAX_BROWSERS": "3",
            "BROWSERGRID_NODE_CHROMIUM": "/opt/chrome",
            "BROWSERGRID_ALLOW_NO_SANDBOX": "1",
            "BROWSERGRID_NODE_BLOCKED": "127.0.0.1:8000, localhost:6379,[::1]:5432",
            "BROWSERGRID_NODE_LOG": "pretty",
            "BROWSERGRID_NODE_DIE_WITH_PARENT": "true",
            "BROWSERGRID_NODE_RECORDER": "/opt/rrweb.js",
            "BROWSERGRID_NODE_CAPTURE_MB": "7",
            "BROWSERGRID_NODE_FILES_MB": "9",
        }
    )
    assert (config.recorder, config.capture_bytes, config.files_bytes) == (Path("/opt/rrweb.js"), 7 * 2**20, 9 * 2**20)
    assert (config.name, config.listen, config.max_browsers) == ("one", Listen(path="/run/node.sock"), 3)
    assert config.allow_no_sandbox
    assert config.die_with_parent
    assert config.blocked == (HostPort("127.0.0.1", 8000), HostPort("localhost", 6379), HostPort("::1", 5432))


def test_the_nodes_own_port_is_always_blocked() -> None:
    config = read_config({**GIVEN, "BROWSERGRID_NODE_LISTEN": "0.0.0.0:9100"})
    assert config.blocked == (HostPort("127.0.0.1", 9100),)


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ({"BROWSERGRID_NODE_KEY": ""}, "BROWSERGRID_NODE_KEY"),
        ({"BROWSERGRID_NODE_KEY": "short"}, "BROWSERGRID_NODE_KEY"),
        ({"BROWSERGRID_NODE_DIR": ""}, "BROWSERGRID_NODE_DIR"),
        ({"BROWSERGRID_NODE_LISTEN": "9000"}, "BROWSERGRID_NODE_LISTEN"),
        ({"BROWSERGRID_NODE_LISTEN": "unix:relative"}, "BROWSERGRID_NODE_LISTEN"),
        ({"BROWSERGRID_NODE_LISTEN": "x:0"}, "BROWSERGRID_NODE_LISTEN"),
        ({"BROWSERGRID_NODE_MAX_BROWSERS": "0"}, "BROWSERGRID_NODE_MAX_BROWSERS"),
        ({"BROWSERGRID_NODE_MAX_BROWSERS": "many"}, "BROWSERGRID_NODE_MAX_BROWSERS"),
        ({"BROWSERGRID_NODE_BLOCKED": "localhost"}, "BROWSERGRID_NODE_BLOCKED"),
        ({"BROWSERGRID_ALLOW_NO_SANDBOX": "maybe"}, "BROWSERGRID_ALLOW_NO_SANDBOX"),
        ({"BROWSERGRID_NODE_LOG": "xml"}, "BROWSERGRID_NODE_LOG"),
    ],
)
def test_a_wrong_value_is_named(change: dict[str, str], name: str) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(name)):
        read_config({**GIVEN, **change})


@pytest.mark.parametrize(
    ("memory", "cores", "browsers"),
    [(GIB, 2, 1), (2 * GIB, 2, 1), (4 * GIB, 2, 7), (4 * GIB, 1, 4), (24 * GIB, 2, 8), (0, 1, 1), (64 * GIB, 16, 64)],
)
def test_room_follows_memory_and_cores(memory: int, cores: int, browsers: int) -> None:
    assert default_max_browsers(memory, cores) == browsers


def test_addresses() -> None:
    assert parse_listen("[::1]:9000") == Listen(host="::1", port=9000)
    assert parse_blocked("") == ()
    assert parse_blocked("a:1,,b:2,") == (HostPort("a", 1), HostPort("b", 2))


def test_a_browser_is_handed_nothing_that_a_page_could_use() -> None:
    environment = {
        "PATH": "/usr/bin",
        "BROWSERGRID_FAMILY": "mark",
        "BROWSERGRID_NODE_KEY": "key",
        "CLOUD_SECRET_KEY": "of the operator",
    }
    assert handed_on(environment) == {"PATH": "/usr/bin", "BROWSERGRID_FAMILY": "mark"}


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "9999999"])
def test_how_much_is_kept_is_a_number_of_megabytes(text: str) -> None:
    for name in ("BROWSERGRID_NODE_CAPTURE_MB", "BROWSERGRID_NODE_FILES_MB"):
        with pytest.raises(ConfigurationError, match=name):
            read_config({**GIVEN, name: text})


def test_the_recorder_is_looked_for_where_npm_builds_it() -> None:
    assert read_config(GIVEN).recorder.parts[-4:] == ("static", "player", "built", "rrweb-record.js")
