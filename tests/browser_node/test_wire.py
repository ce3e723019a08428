"""The values between the control plane and a node."""

import json

import pytest

from browser_node.wire import (
    Egress,
    InvalidSpec,
    LaunchOptions,
    LaunchSpec,
    NodeHealth,
    Observation,
    Observed,
    Phase,
    Reason,
    UpstreamProxy,
    Viewport,
    is_instance_id,
    launch_hash,
    options_from_json,
    parse_egress_entry,
    parse_proxy,
)

ID = "0f8fad5b-d9cb-469f-a165-70867728950e-1"
SPEC = LaunchSpec(
    instance_id=ID,
    credential="c" * 32,
    launch="abc123",
    options=LaunchOptions(
        viewport=Viewport(800, 600),
        args=("--mute-audio",),
        locale="de-DE",
        timezone="Europe/Berlin",
        user_agent="Test/1.0",
        proxy="http://user:pa%40ss@proxy.example:8080",
    ),
    egress=Egress(("localhost:3000", "*:8080", "10.0.0.0/8")),
    prepare=True,
    start_timeout_seconds=20.0,
)


def through_json(value: object) -> object:
    return json.loads(json.dumps(value))


def test_a_spec_survives_the_wire() -> None:
    assert LaunchSpec.from_json(through_json(SPEC.to_json())) == SPEC
    assert LaunchSpec.from_json_text(json.dumps(SPEC.to_json()).encode()) == SPEC


def test_what_is_left_out_has_the_documented_default() -> None:
    spec = LaunchSpec.from_json({"instance_id": ID, "credential": "c" * 32, "launch": "x"})
    assert spec.options == LaunchOptions()
    assert (spec.options.viewport, spec.egress, spec.prepare, spec.start_timeout_seconds) == (
        Viewport(1280, 720),
        Egress(),
        False,
        60.0,
    )


def test_null_means_left_out_and_unknown_keys_are_ignored() -> None:
    options = {"locale": None, "timezone": None, "user_agent": None, "proxy": None, "args": None, "newer": 1}
    assert options_from_json(options) == LaunchOptions()


def test_an_observation_survives_the_wire() -> None:
    seen = Observed(
        instance_id=ID,
        phase=Phase.FAILED,
        launch="abc",
        reason=Reason.OUT_OF_MEMORY,
        detail="x",
        memory_bytes=3,
        cpu_seconds=1.5,
    )
    observation = Observation("boot", (seen,), 7)
    again = Observation.from_json(through_json(observation.to_json()))
    assert again == observation
    assert again.browsers[0].phase is Phase.FAILED
    newer = {**seen.to_json(), "unknown": 1}
    assert Observed.from_json(through_json(newer)) == seen


def test_health_survives_the_wire() -> None:
    health = NodeHealth("local", "boot", True, 8, 2, 10, 5)
    assert NodeHealth.from_json(through_json(health.to_json())) == health


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"instance_id": "x"}, "instance_id"),
        ({"instance_id": ID + "\n"}, "instance_id"),
        ({"instance_id": None}, "instance_id"),
        ({"credential": ""}, "credential"),
        ({"credential": "short"}, "credential"),
        ({"credential": 5}, "credential"),
        ({"launch": ""}, "launch"),
        ({"launch": "a b"}, "launch"),
        ({"options": []}, "options"),
        ({"options": {"viewport": {"width": "1280"}}}, "width"),
        ({"options": {"viewport": {"width": True}}}, "width"),
        ({"options": {"viewport": {"height": 10**9}}}, "height"),
        ({"options": {"viewport": {"height": -1}}}, "height"),
        ({"options": {"headless": 1}}, "headless"),
        ({"options": {"headless": False}}, "headless"),
        ({"options": {"args": "--mute-audio"}}, "args"),
        ({"options": {"args": [1]}}, "args"),
        ({"options": {"args": ["--no-sandbox"]}}, "args"),
        ({"options": {"locale": "../x"}}, "locale"),
        ({"options": {"locale": "de; id"}}, "locale"),
        ({"options": {"timezone": "../../etc/passwd"}}, "timezone"),
        ({"options": {"timezone": "/etc/passwd"}}, "timezone"),
        ({"options": {"timezone": ":x"}}, "timezone"),
        ({"options": {"user_agent": "a\nb"}}, "user_agent"),
        ({"options": {"user_agent": "é"}}, "user_agent"),
        ({"options": {"user_agent": "a" * 513}}, "user_agent"),
        ({"options": {"proxy": "proxy.example:1"}}, "proxy"),
        ({"options": {"proxy": "socks5://proxy.example:1"}}, "proxy"),
        ({"options": {"proxy": "http://"}}, "proxy"),
        ({"options": {"proxy": "http://x:99999"}}, "proxy"),
        ({"options": {"proxy": "http://x:1/path"}}, "proxy"),
        ({"options": {"proxy": "http://u%0d%0ax:p@x:1"}}, "proxy"),
        ({"egress": {"allow": "x"}}, "allow"),
        ({"egress": {"allow": ["x:0"]}}, "egress.allow"),
        ({"egress": {"allow": ["x:y"]}}, "egress.allow"),
        ({"egress": {"allow": ["*"]}}, "egress.allow"),
        ({"egress": {"allow": ["10.0.0.0/99"]}}, "egress.allow"),
        ({"egress": {"allow": ["http://x"]}}, "egress.allow"),
        ({"egress": {"allow": [""]}}, "egress.allow"),
        ({"egress": {"allow": ["x"] * 300}}, "allow"),
        ({"prepare": "yes"}, "prepare"),
        ({"start_timeout_seconds": 0}, "start_timeout_seconds"),
        ({"start_timeout_seconds": float("nan")}, "start_timeout_seconds"),
        ({"start_timeout_seconds": "60"}, "start_timeout_seconds"),
    ],
)
def test_a_broken_spec_is_refused_by_the_name_of_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidSpec) as refusal:
        LaunchSpec.from_json({**SPEC.to_json(), **change})
    assert refusal.value.field == field


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b"null", b"1", b"\xff", b"[" * 100_000, b'{"a":' * 50_000])
def test_what_is_no_spec_at_all_is_refused(text: bytes) -> None:
    with pytest.raises(InvalidSpec):
        LaunchSpec.from_json_text(text)


def test_secrets_are_in_no_representation() -> None:
    text = repr(SPEC) + repr(SPEC.options.upstream_proxy)
    assert "c" * 32 not in text
    assert "pa%40ss" not in text
    assert "pa@ss" not in text
    with pytest.raises(InvalidSpec) as refusal:
        parse_proxy("ftp://user:secret@x:1")
    assert "secret" not in str(refusal.value)


def test_a_proxy_is_taken_apart() -> None:
    assert SPEC.options.upstream_proxy == UpstreamProxy("proxy.example", 8080, "user", "pa@ss")
    assert LaunchOptions().upstream_proxy is None
    assert parse_proxy("http://x") == UpstreamProxy("x", 80)


@pytest.mark.parametrize(
    ("entry", "parsed"),
    [
        ("localhost:3000", ("localhost", 3000)),
        ("Intranet.Example.", ("intranet.example", None)),
        ("*:8080", ("*", 8080)),
        ("10.0.0.0/8", ("10.0.0.0/8", None)),
        ("fd00::/8", ("fd00::/8", None)),
        ("10.1.2.3", ("10.1.2.3", None)),
        ("10.1.2.3:80", ("10.1.2.3", 80)),
        ("::1", ("::1", None)),
        ("[::1]", ("::1", None)),
        ("[::1]:3000", ("::1", 3000)),
    ],
)
def test_egress_entries_are_read(entry: str, parsed: tuple[str, int | None]) -> None:
    assert parse_egress_entry(entry) == parsed


def test_the_hash_of_a_launch_changes_with_everything_that_needs_one() -> None:
    base = launch_hash(LaunchOptions(), Egress())
    assert base == launch_hash(LaunchOptions(), Egress())
    others = {
        launch_hash(LaunchOptions(viewport=Viewport(1, 2)), Egress()),
        launch_hash(LaunchOptions(args=("--mute-audio",)), Egress()),
        launch_hash(LaunchOptions(proxy="http://x:1"), Egress()),
        launch_hash(LaunchOptions(), Egress(("localhost:3000",))),
    }
    assert len(others | {base}) == 5


@pytest.mark.parametrize(
    ("text", "is_it"),
    [
        (ID, True),
        (ID.replace("-1", "-12"), True),
        (ID[:-2], False),
        (ID.upper(), False),
        (ID + "/", False),
        ("../" + ID, False),
        (ID + "-", False),
        ("", False),
        (ID + "\n", False),
        (ID[:-1] + "١", False),
    ],
)
def test_instance_ids_are_what_the_server_makes_and_nothing_else(text: str, is_it: bool) -> None:
    assert is_instance_id(text) is is_it
