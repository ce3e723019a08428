"""A client's own Playwright must not notice that everything is kept."""

from collections.abc import Callable

import pytest

from browser_node.wire import LaunchSpec
from browser_node.wire_capture import Stream
from tests.browser_node.capture.kept import events, frames, keep, lines
from tests.browser_node.live.test_beside_playwright import outcomes
from tests.support.node import RunningNode
from tests.support.site import running_site

pytestmark = [pytest.mark.browser, pytest.mark.wide]


async def test_thirty_actions_give_the_same_whether_they_are_kept_or_not(
    node: RunningNode, start: Callable[..., LaunchSpec]
) -> None:
    with running_site() as site:
        allow = (f"localhost:{site.port}",)
        alone = await outcomes(node, start(allow=allow), site)
        spec = start(allow=allow)
        keep(node, spec, dom=True, video=True, logs=True)
        kept = await outcomes(node, spec, site)
    assert {name: (told, kept[name]) for name, told in alone.items() if told != kept[name]} == {}
    assert events(node, spec)
    assert frames(node, spec)
    told = lines(node, spec, Stream.COMMAND)
    assert len(told) > 100
    assert {"Page.navigate", "Input.dispatchMouseEvent", "Runtime.callFunctionOn"} <= {line["method"] for line in told}
    assert lines(node, spec, Stream.NETWORK)
    assert lines(node, spec, Stream.INPUT)
