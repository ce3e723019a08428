from dataclasses import replace
from pathlib import Path

import pytest

from browsergrid.supervisor.plan import Chore, Installation, Part, blocked_by_node, make_plan

HERE = Installation(
    python="/venv/bin/python",
    base_dir=Path("/grid"),
    data_dir=Path("/grid/var"),
    run_dir=Path("/grid/var/run"),
    bind="127.0.0.1",
    port=8000,
    drain_seconds=20,
    redis_url="unix:///grid/var/run/redis.sock",
    redis_program="/usr/bin/redis-server",
    database_url="",
    node_address="unix:/grid/var/run/node.sock",
    node_key="secret-of-the-node",
    environment={
        "PATH": "/usr/bin",
        "DATABASE_URL": "postgres://grid:secret@db.internal/grid",
        "BROWSERGRID_SECRET_KEY": "secret-of-django",
        "BROWSERGRID_NODE_CHROMIUM": "/opt/chromium",
        "PGPASSWORD": "secret-of-postgres",
        "AWS_SECRET_ACCESS_KEY": "secret-of-the-bucket",
    },
)


def child(plan, name):
    return next(child for child in plan.children if child.name == name)


def test_redis_comes_first_then_the_chores_beside_the_node_then_the_applications():
    plan = make_plan(HERE)
    assert [[child.name for child in stage.children] for stage in plan.stages] == [
        ["redis"],
        ["node"],
        ["web", "worker", "watcher"],
    ]
    assert [stage.chores for stage in plan.stages] == [(), tuple(Chore), ()]


def test_parts_can_be_left_out():
    plan = make_plan(HERE, parts=[Part.WEB, Part.WORKER])
    assert [child.name for child in plan.children] == ["web", "worker"]


def test_a_configured_redis_is_not_started():
    assert "redis" not in [child.name for child in make_plan(replace(HERE, redis_program="")).children]


def test_no_secret_stands_in_a_command_line():
    for part in make_plan(HERE).children:
        assert "secret" not in " ".join(part.command)


def test_no_secret_stands_in_the_repr_of_a_plan():
    assert "secret" not in repr(make_plan(HERE))
    assert "secret" not in repr(HERE)


def test_the_node_knows_nothing_of_the_control_plane():
    environment = child(make_plan(HERE), "node").environment
    assert environment["BROWSERGRID_NODE_CHROMIUM"] == "/opt/chromium"
    assert environment["BROWSERGRID_NODE_KEY"] == "secret-of-the-node"
    assert not {"DATABASE_URL", "BROWSERGRID_SECRET_KEY", "PGPASSWORD", "AWS_SECRET_ACCESS_KEY"} & environment.keys()


def test_applications_hear_of_the_chosen_port_and_data_directory():
    environment = child(make_plan(replace(HERE, port=8001)), "worker").environment
    assert environment["BROWSERGRID_PORT"] == "8001"
    assert environment["BROWSERGRID_DATA_DIR"] == "/grid/var"


def test_redis_listens_on_a_private_socket_alone():
    command = child(make_plan(HERE), "redis").command
    assert command[command.index("--port") + 1] == "0"
    assert command[command.index("--unixsocketperm") + 1] == "600"


@pytest.mark.parametrize(
    ("change", "blocked"),
    [
        ({}, ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"]),
        ({"bind": "192.0.2.7"}, ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "192.0.2.7:8000"]),
        (
            {"redis_url": "redis://:word@10.0.0.3:6380/0", "database_url": "postgres://grid@[fd00::5]/grid"},
            ["localhost:8000", "127.0.0.1:8000", "[::1]:8000", "10.0.0.3:6380", "[fd00::5]:5432"],
        ),
        ({"database_url": "postgres:///grid?host=/run/pg"}, ["localhost:8000", "127.0.0.1:8000", "[::1]:8000"]),
    ],
)
def test_no_browser_reaches_our_own_doors(change, blocked):
    assert blocked_by_node(replace(HERE, **change)) == blocked
