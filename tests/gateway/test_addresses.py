"""What addresses mean: every form that clients were seen to ask for, and any text at all."""

from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.gateway.addresses import Address, Kind, Naming, Thing, browser_id, host_name, is_connect_host, parse, put_back

HERE = Naming()
SECRET = "abcdefghijklmnopqrstuvwxyz234567"


def meant(path: str, host: str = "localhost:8000", naming: Naming = HERE) -> Address | None:
    return parse(naming, host, path)


@pytest.mark.parametrize(
    ("path", "thing"),
    [
        ("/connect", Thing.BARE),
        ("/connect/", Thing.BARE),
        ("/connect/json", Thing.VERSION),
        ("/connect/json/", Thing.VERSION),
        ("/connect/json/version", Thing.VERSION),
        ("/connect/json/version/", Thing.VERSION),
        ("/connect//json/version/", Thing.VERSION),
        ("/connect/json/json/version/", Thing.VERSION),
        ("/connect/json/version/json/version/", Thing.VERSION),
        ("/connect/json/list", Thing.LIST),
        ("/connect/json/list/", Thing.LIST),
        ("/connect/json/protocol", Thing.PROTOCOL),
        ("/connect/json/new", Thing.UNKNOWN),
        ("/connect/devtools/browser/x", Thing.UNKNOWN),
        ("/connect/json/../../admin", Thing.UNKNOWN),
        ("/connect/%uff0e", Thing.UNKNOWN),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/api/v1"])
def test_a_claim_is_known_by_its_tail(prefix: str, path: str, thing: Thing) -> None:
    assert meant(prefix + path) == Address(Kind.CLAIM, thing)


@pytest.mark.parametrize(
    ("tail", "thing", "target"),
    [
        ("", Thing.BARE, ""),
        ("/", Thing.BARE, ""),
        ("/json", Thing.LIST, ""),
        ("/json/version/", Thing.VERSION, ""),
        ("/json/list", Thing.LIST, ""),
        ("/json/protocol/", Thing.PROTOCOL, ""),
        ("/json/json/version/", Thing.VERSION, ""),
        ("/devtools/browser", Thing.BROWSER, ""),
        ("/devtools/browser/5a-b", Thing.BROWSER, "5a-b"),
        ("/devtools/page/A1B2", Thing.PAGE, "A1B2"),
        ("/devtools/page/A1/B2", Thing.UNKNOWN, ""),
        ("/devtools/page/..%2f..", Thing.UNKNOWN, ""),
        ("/devtools/page/", Thing.UNKNOWN, ""),
        ("/else", Thing.UNKNOWN, ""),
    ],
)
@pytest.mark.parametrize("prefix", ["", "/api/v1"])
def test_a_session_is_known_by_its_id_and_tail(prefix: str, tail: str, thing: Thing, target: str) -> None:
    assert meant(f"{prefix}/sessions/ses_1/connect{tail}") == Address(Kind.SESSION, thing, "ses_1", target)


def test_the_legacy_address_is_told_apart() -> None:
    assert meant("/sessions/ses_1/edge/json/version") == Address(Kind.LEGACY, Thing.VERSION, "ses_1")
    assert meant("/sessions/ses_1/edge/stream.webm") == Address(Kind.LEGACY, Thing.STREAM, "ses_1")


@pytest.mark.parametrize(
    "path",
    ["/", "/sessions/", "/sessions/ses_1/", "/api/v1/sessions/ses_1", "/connected", "/x/connect", "/json/version"],
)
def test_other_addresses_belong_to_others(path: str) -> None:
    assert meant(path) is None


def test_the_live_view_has_an_address_of_its_own() -> None:
    assert meant("/sessions/ses_1/live") == Address(Kind.LIVE, Thing.VIEW, "ses_1")
    assert meant("/sessions/ses_1/live/ticket") is None


def test_a_connect_host_is_a_claim_where_it_is_routed_so() -> None:
    routed = Naming("grid.example", has_connect_host=True)
    assert meant("/", "connect.grid.example", routed) == Address(Kind.CLAIM, Thing.BARE)
    assert meant("/json/version", "connect.grid.example:443", routed) == Address(Kind.CLAIM, Thing.VERSION)
    assert meant("/sessions/ses_1/connect", "connect.grid.example", routed) == Address(
        Kind.SESSION, Thing.BARE, "ses_1"
    )
    assert meant("/", "connect.other.example", routed) is None
    assert meant("/", "connect.grid.example", Naming("grid.example")) is None
    assert meant("/", "connect.localhost:8000", routed) == Address(Kind.CLAIM, Thing.BARE)


@pytest.mark.parametrize("naming", [HERE, Naming("grid.example"), Naming("grid.example", has_connect_host=True)])
@pytest.mark.parametrize("host", [f"{SECRET}.connect.localhost:8000", f"{SECRET.upper()}.connect.localhost"])
def test_a_secret_host_name_is_the_root_of_its_session(naming: Naming, host: str) -> None:
    assert meant("/json/version", host, naming) == Address(Kind.ROOT, Thing.VERSION, SECRET)
    assert meant("/", host, naming) == Address(Kind.ROOT, Thing.BARE, SECRET)
    assert meant("/devtools/page/A1", host, naming) == Address(Kind.ROOT, Thing.PAGE, SECRET, "A1")
    assert meant("/connect", host, naming) == Address(Kind.ROOT, Thing.UNKNOWN, SECRET)


def test_a_secret_below_a_foreign_name_is_nothing_of_ours() -> None:
    assert meant("/json/version", f"{SECRET}.connect.evil.example", Naming("grid.example")) is None


@pytest.mark.parametrize(
    ("path", "query", "put"),
    [
        ("/connect", "token=x/json/version", ("/connect/json/version", "token=x")),
        ("/connect", "token=x&pool=y/json/version/", ("/connect/json/version/", "token=x&pool=y")),
        ("/connect/", "token=x", ("/connect/", "token=x")),
        ("/connect", "metadata.path=/json", ("/connect", "metadata.path=/json")),
    ],
)
def test_what_a_client_appends_to_the_query_is_put_back(path: str, query: str, put: tuple[str, str]) -> None:
    assert put_back(path, query) == put


@pytest.mark.parametrize(
    ("host", "name"),
    [("Localhost:8000", "localhost"), ("[::1]:8000", "[::1]"), ("[::1]", "[::1]"), ("a.b", "a.b"), ("a.b:", "a.b")],
)
def test_a_host_name_has_no_port(host: str, name: str) -> None:
    assert host_name(host) == name


def test_the_id_of_a_browser_is_constant_for_its_session() -> None:
    one, other = uuid4(), uuid4()
    assert browser_id(one) == browser_id(one)
    assert browser_id(one) != browser_id(other)


@given(st.text(), st.text(), st.booleans())
def test_any_text_means_something_or_nothing(host: str, path: str, has_connect_host: bool) -> None:
    naming = Naming("", has_connect_host)
    address = parse(naming, host, path)
    assert address is None or isinstance(address.thing, Thing)
    assert isinstance(is_connect_host(naming, host_name(host)), bool)


@given(st.lists(st.sampled_from(["json", "version", "list", "protocol", "x", "", "devtools", "page"]), max_size=6))
def test_only_a_version_or_bare_tail_can_claim_or_join(tail: list[str]) -> None:
    address = meant("/".join(["/connect", *tail]))
    assert address is not None
    last = [part for part in tail if part][-1:]
    if address.thing is Thing.VERSION:
        assert last in (["json"], ["version"])
    assert address.is_browser_socket is (address.thing is not Thing.UNKNOWN)


@given(st.text(alphabet=st.characters(codec="latin-1")), st.text(alphabet=st.characters(codec="latin-1")))
def test_putting_back_loses_no_letter(path: str, query: str) -> None:
    moved_path, moved_query = put_back(path, query)
    assert len(moved_path) + len(moved_query) >= len(path.rstrip("/")) + len(query)
    assert query.startswith(moved_query)
