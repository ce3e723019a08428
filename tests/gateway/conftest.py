"""A gateway with a scripted node behind it, for every test that wants one."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.gateway.fake_node import FakeNode, fake_node
from tests.gateway.grid import Grid, running_grid


@pytest.fixture
async def node(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[FakeNode]:
    async with fake_node(_short(tmp_path_factory)) as running:
        yield running


@pytest.fixture
async def grid(
    transactional_db: None, node: FakeNode, tmp_path: Path, pytestconfig: pytest.Config
) -> AsyncIterator[Grid]:
    async with running_grid(node, tmp_path) as running:
        yield running


def _short(factory: pytest.TempPathFactory) -> Path:
    """A socket's path has at most 107 letters."""
    return factory.mktemp("n")
