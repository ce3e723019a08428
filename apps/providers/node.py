"""Browser nodes at known addresses; the embedded one is `local`. One list call a node tells of all its browsers."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from apps.providers.contract import (
    GONE,
    BrowserRef,
    BrowserSpec,
    Capability,
    Farewell,
    NoRoom,
    Observation,
    Phase,
    Provider,
    ProviderUnavailable,
    Refused,
)
from browser_node.client import NodeClient, NodeRefused, NodeUnreachable
from browser_node.wire import Egress, InvalidSpec, LaunchSpec, NodeHealth, Observed, options_from_json
from browser_node.wire_capture import CaptureWish

WATCH_SECONDS = 20.0


@dataclass(frozen=True)
class NodeAddress:
    """Where a node is and the key it accepts for life."""

    name: str
    address: str
    key: str


class NodeProvider(Provider):
    capabilities = frozenset({Capability.RELAUNCH, Capability.CDP})

    def __init__(self, nodes: Collection[NodeAddress]) -> None:
        self._nodes = {node.name: node for node in nodes}

    def start(self, spec: BrowserSpec) -> None:
        try:
            wanted = LaunchSpec(
                instance_id=spec.ref.instance_id,
                credential=spec.credential,
                launch=spec.launch,
                options=options_from_json(dict(spec.options)),
                egress=Egress(spec.egress_allow),
                prepare=spec.prepare,
                start_timeout_seconds=spec.start_timeout_seconds,
                capture=CaptureWish.from_json(dict(spec.capture)),
            )
        except InvalidSpec as error:
            raise Refused(str(error)) from error
        try:
            self._client(spec.ref.place).start(wanted)
        except NodeUnreachable as error:
            raise ProviderUnavailable(spec.ref.place) from error
        except NodeRefused as error:
            if error.status == 507:
                raise NoRoom(spec.ref.place) from error
            if error.status in {413, 422}:
                raise Refused(str(error)) from error
            raise ProviderUnavailable(f"{spec.ref.place}: {error}") from error

    def observe(self, refs: Collection[BrowserRef]) -> Mapping[BrowserRef, Observation]:
        seen: dict[BrowserRef, Observation] = {}
        silent = 0
        places = {ref.place for ref in refs}
        for place in places:
            try:
                there = {browser.instance_id: browser for browser in self._list(place)}
            except ProviderUnavailable:
                silent += 1
                continue
            for ref in refs:
                if ref.place == place:
                    browser = there.get(ref.instance_id)
                    seen[ref] = _observation(browser) if browser else GONE
        if places and silent == len(places):
            raise ProviderUnavailable(", ".join(sorted(places)))
        return seen

    def stop(self, ref: BrowserRef, *, grace_seconds: int, farewell: Farewell = Farewell()) -> None:  # noqa: B008 - frozen
        client = self._client(ref.place)
        try:
            client.stop(ref.instance_id, grace_seconds=grace_seconds, code=farewell.code, reason=farewell.reason)
        except NodeUnreachable as error:
            raise ProviderUnavailable(ref.place) from error
        except NodeRefused as error:
            raise ProviderUnavailable(f"{ref.place}: {error}") from error

    def owned(self) -> Collection[BrowserRef]:
        found: list[BrowserRef] = []
        for place in self._nodes:
            try:
                found += [BrowserRef(browser.instance_id, place) for browser in self._list(place)]
            except ProviderUnavailable:
                continue  # its browsers are looked for again at the next comparison
        return found

    def watch(self) -> Iterator[BrowserRef | None]:
        """Of the first node only where there are several: a hint for one is a look at all."""
        for node in list(self._nodes.values())[:1]:
            version = 0
            while True:
                try:
                    change = self._client(node.name).changes(version, wait_seconds=WATCH_SECONDS)
                except (NodeUnreachable, NodeRefused) as error:
                    raise ProviderUnavailable(node.name) from error
                changed = change.version != version
                version = change.version
                yield BrowserRef("", node.name) if changed else None

    def health(self, place: str) -> NodeHealth:
        """What the node says of itself. Raises ProviderUnavailable."""
        try:
            return self._client(place).health()
        except (NodeUnreachable, NodeRefused) as error:
            raise ProviderUnavailable(place) from error

    def _list(self, place: str) -> tuple[Observed, ...]:
        try:
            return self._client(place).browsers().browsers
        except (NodeUnreachable, NodeRefused) as error:
            raise ProviderUnavailable(place) from error

    def _client(self, place: str) -> NodeClient:
        node = self._nodes.get(place)
        if node is None:
            raise ProviderUnavailable(f"There is no node {place!r}.")
        return _client_of(node.address, node.key)


@lru_cache(maxsize=64)
def _client_of(address: str, key: str) -> NodeClient:
    """One for all threads and ticks: making one costs tens of milliseconds, and its connections are kept."""
    return NodeClient(address, key)


def _observation(browser: Observed) -> Observation:
    return Observation(
        phase=Phase(browser.phase.value),
        launch=browser.launch,
        alive=browser.alive,
        frozen=browser.frozen,
        prepared=browser.prepared,
        reason=browser.reason.value,
        detail=browser.detail,
        version={
            "Browser": browser.browser,
            "Protocol-Version": browser.protocol_version,
            "User-Agent": browser.user_agent,
            "V8-Version": browser.v8_version,
            "WebKit-Version": browser.webkit_version,
        },
    )
