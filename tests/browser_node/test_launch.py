"""The command line of Chromium."""

import pytest

from browser_node.arguments import ArgumentRefused
from browser_node.launch import POLICIES, Ports, chromium_arguments, chromium_environment
from browser_node.wire import LaunchOptions, Viewport
from tests.browser_node.test_arguments import HOSTILE


def arguments(**options: object) -> list[str]:
    return chromium_arguments(LaunchOptions(**options), major_version=156)  # type: ignore[arg-type]


def switches(found: list[str]) -> list[str]:
    return [argument.partition("=")[0] for argument in found]


def test_a_reserve_browser_starts_without_a_window_and_without_a_port_outside() -> None:
    found = arguments()
    assert "--no-startup-window" in found
    assert "--headless=new" in found
    assert "--remote-debugging-port=9222" in found
    assert "--proxy-server=http://127.0.0.1:3128" in found
    assert "--proxy-bypass-list=<-loopback>" in found
    assert "--user-data-dir=/home/browser/profile" in found
    assert not any(argument.startswith("--remote-allow-origins") for argument in found)


def test_the_sandbox_is_on_unless_the_node_was_told_otherwise() -> None:
    assert "--no-sandbox" not in arguments()
    bare = chromium_arguments(LaunchOptions(), major_version=156, ports=Ports(1, 2), home="/x", sandboxed=False)
    assert "--no-sandbox" in bare
    assert "--user-data-dir=/x/profile" in bare
    assert "--proxy-server=http://127.0.0.1:2" in bare


def test_the_user_agent_does_not_say_headless_unless_the_caller_does() -> None:
    (agent,) = [argument for argument in arguments() if argument.startswith("--user-agent=")]
    assert "Chrome/156.0.0.0" in agent
    assert "Headless" not in agent
    assert "--user-agent=Other/1.0 (x)" in arguments(user_agent="Other/1.0 (x)")


def test_there_is_one_list_of_features_and_it_comes_last() -> None:
    found = arguments(args=("--disable-features=PaintHolding,Translate", "--mute-audio"))
    lists = [argument for argument in found if argument.startswith("--disable-features=")]
    assert lists == [found[-1]]
    names = lists[0].partition("=")[2].split(",")
    assert {"PaintHolding", "Translate", "NetworkTimeServiceQuerying", "MediaRouter"} <= set(names)
    assert len(names) == len(set(names))


def test_no_switch_is_given_twice() -> None:
    found = switches(arguments(args=("--disable-gpu", "--lang=fr", "--mute-audio"), locale="de-DE"))
    assert len(found) == len(set(found))


def test_an_option_wins_over_an_argument() -> None:
    found = arguments(args=("--lang=fr",), locale="de-DE")
    assert "--lang=de-DE" in found
    assert "--accept-lang=de-DE,de" in found
    assert "--lang=fr" not in found


def test_locale_and_time_zone_become_the_environment() -> None:
    environment = dict(chromium_environment(LaunchOptions(locale="de-DE", timezone="Asia/Tokyo")))
    assert environment == {"LANG": "de_DE.UTF-8", "LANGUAGE": "de_DE", "TZ": "Asia/Tokyo"}
    assert dict(chromium_environment(LaunchOptions())) == {"LANG": "C.UTF-8"}


def test_the_screen_is_never_smaller_than_the_viewport() -> None:
    assert "--screen-info={1920x1080}" in arguments()
    assert "--screen-info={3840x2160}" in arguments(viewport=Viewport(3840, 2160))


def test_a_proxys_password_is_not_on_the_command_line() -> None:
    assert not any("secret" in argument for argument in arguments(proxy="http://user:secret@proxy.example:8080"))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_arguments_never_reach_the_command_line(hostile: str) -> None:
    with pytest.raises(ArgumentRefused):
        arguments(args=(hostile,))


def test_chromium_may_open_as_many_connections_to_its_proxy_as_the_policy_allows() -> None:
    assert POLICIES["MaxConnectionsPerProxy"] == 99
