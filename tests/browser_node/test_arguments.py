"""The list of arguments: what may be added, and everything that may not."""

import pytest

from browser_node.arguments import ALLOWED, MAX_ARGUMENTS, ArgumentRefused, check_argument, check_arguments

HARMLESS = (
    "--lang=de-DE",
    "--accept-lang=de-DE,de,en",
    "--force-device-scale-factor=2",
    "--force-device-scale-factor=1.5",
    "--window-size=1280,720",
    "--window-position=0,0",
    "--hide-scrollbars",
    "--mute-audio",
    "--disable-gpu",
    "--font-render-hinting=none",
    "--autoplay-policy=no-user-gesture-required",
    "--blink-settings=imagesEnabled=false",
    "--disable-features=Translate,MediaRouter",
    "--disable-blink-features=AutomationControlled",
    "--ignore-certificate-errors",
    "--use-fake-ui-for-media-stream",
    "--touch-events=enabled",
)

HOSTILE = (
    # other programs, other files
    "--renderer-cmd-prefix=/bin/sh -c id",
    "--utility-cmd-prefix=/bin/sh",
    "--gpu-launcher=/bin/sh",
    "--ppapi-plugin-launcher=/bin/sh",
    "--browser-subprocess-path=/bin/sh",
    "--load-extension=/etc",
    "--disable-extensions-except=/home/browser",
    "--user-data-dir=/etc",
    "--disk-cache-dir=/etc",
    "--crash-dumps-dir=/tmp",
    "--log-file=/etc/passwd",
    "--enable-logging=stderr",
    "--trace-startup-file=/home/browser/x",
    "--load-and-launch-app=/etc",
    "--pack-extension=/etc",
    "--screenshot=/home/browser/x.png",
    "--print-to-pdf=/home/browser/x.pdf",
    "--dump-dom",
    "--register-pepper-plugins=/tmp/x.so;application/x",
    "--vmodule=*=9",
    # walls
    "--no-sandbox",
    "--disable-setuid-sandbox",
    "--disable-seccomp-filter-sandbox",
    "--disable-namespace-sandbox",
    "--no-zygote",
    "--no-zygote-sandbox",
    "--disable-gpu-sandbox",
    "--single-process",
    "--in-process-gpu",
    "--allow-sandbox-debugging",
    "--disable-site-isolation-trials",
    "--disable-web-security",
    "--allow-file-access-from-files",
    "--disable-features=NetworkServiceSandbox",
    "--disable-features=Translate,IsolateOrigins",
    "--disable-features=",
    "--enable-features=NetworkServiceInProcess",
    "--force-fieldtrials=a/b",
    "--js-flags=--expose-gc",
    # ports and proxies
    "--remote-debugging-port=9222",
    "--remote-debugging-port",
    "--remote-debugging-address=0.0.0.0",
    "--remote-debugging-pipe",
    "--remote-allow-origins=*",
    "--proxy-server=direct://",
    "--proxy-server=http://127.0.0.1:1",
    "--proxy-pac-url=file:///etc/passwd",
    "--proxy-auto-detect",
    "--proxy-bypass-list=*",
    "--no-proxy-server",
    "--host-resolver-rules=MAP * 127.0.0.1",
    "--host-rules=MAP * 127.0.0.1",
    "--dns-prefetch-disable",
    "--enable-quic",
    "--ssl-key-log-file=/home/browser/keys",
    "--unsafely-treat-insecure-origin-as-secure=http://x",
    # options of their own
    "--headless",
    "--headless=old",
    "--user-agent=x",
    "--kiosk",
    "--app=http://x",
    "--profile-directory=Default",
    "--guest",
    "--incognito",
    # shapes
    "",
    " ",
    "--",
    "---",
    "-",
    "lang=de",
    "-lang=de",
    "http://example.com",
    "file:///etc/passwd",
    "chrome://settings",
    "--lang",
    "--lang=",
    "--lang=de; id",
    "--lang=../../etc/passwd",
    "--lang=de\n--no-sandbox",
    "--lang=de --no-sandbox",
    "--lang=de\x00",
    "--LANG=de",
    "--No-Sandbox",
    "--lang=$(id)",
    "--lang=`id`",
    "--hide-scrollbars=1",
    "--hide-scrollbars=",
    "--hide-scrollbars\n",
    "\n--hide-scrollbars",
    "--hide-scrollbars --no-sandbox",
    "--mute‐audio",
    "--window-size=1280x720",
    "--window-size=1280,720,1",
    "--window-size=0,0",
    "--window-size=99999,99999",
    "--force-device-scale-factor=-1",
    "--force-device-scale-factor=1e9",
    "--blink-settings=imagesEnabled=false,scriptEnabled=false",
    "--ignore-certificate-errors-spki-list=x",
    "--x" * 200,
    "--lang=" + "a" * 300,
)


@pytest.mark.parametrize("argument", HARMLESS)
def test_harmless_arguments_pass(argument: str) -> None:
    check_argument(argument)


@pytest.mark.parametrize("argument", HOSTILE)
def test_hostile_arguments_are_refused(argument: str) -> None:
    with pytest.raises(ArgumentRefused):
        check_argument(argument)


def test_the_table_of_hostile_arguments_is_long_enough() -> None:
    assert len(set(HOSTILE)) >= 90


def test_a_refusal_names_the_argument_and_the_better_way() -> None:
    with pytest.raises(ArgumentRefused, match=r"--user-agent is not allowed; use the option user_agent"):
        check_argument("--user-agent=x")
    with pytest.raises(ArgumentRefused, match=r"--no-sandbox is not allowed"):
        check_argument("--no-sandbox")


def test_there_is_a_bound_on_their_number() -> None:
    check_arguments(("--mute-audio",) * MAX_ARGUMENTS)
    with pytest.raises(ArgumentRefused):
        check_arguments(("--mute-audio",) * (MAX_ARGUMENTS + 1))


def test_nothing_that_the_node_sets_for_its_walls_is_on_the_list() -> None:
    assert not {name for name in ALLOWED if name.startswith(("remote-", "proxy-", "user-data", "no-sandbox", "load-"))}
