"""Launch options → Chromium's command line and environment. Pure; which arguments a caller may add stands in
`arguments`.

Where the researched switches come from: docs/decisions and research/browsers.md §1; the sandbox is never switched off
here but by `sandboxed=False`, which only a node that was told to run without one passes.
"""

from dataclasses import dataclass

from browser_node.arguments import check_argument
from browser_node.sandbox import HOME
from browser_node.wire import LaunchOptions

# Calls home end at a port that is closed; without these Chromium contacts Google through the user's proxy.
_NOWHERE = "http://127.0.0.1:9/"

_FEATURES_OFF = (
    "AutofillServerCommunication",
    "MediaRouter",
    "NetworkTimeServiceQuerying",
    "OptimizationHints",
    "Translate",
    # Two hidden pages of the address bar, 60 MB, which clients would find among their targets.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
)

_ALWAYS = (
    "--headless=new",
    "--no-startup-window",
    "--disable-gpu",
    "--no-first-run",
    "--no-default-browser-check",
    "--disable-sync",
    "--disable-quic",
    "--mute-audio",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-breakpad",
    "--log-level=3",  # fatal only: what Chromium says before it gives up
    "--password-store=basic",
    "--disable-blink-features=AutomationControlled",
    "--disable-field-trial-config",
    "--disable-domain-reliability",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--no-pings",
    f"--gaia-url={_NOWHERE}",
    f"--component-updater=url-source={_NOWHERE}",
    f"--variations-server-url={_NOWHERE}",
    "--simulate-outdated-no-au=Tue, 31 Dec 2099 23:59:59 GMT",
)

# Chromium opens at most 32 connections to one proxy unless told otherwise; all of ours go through one.
# No URLBlocklist: Chromium 156 ends by a failed check when two blocked navigations follow each other (file:// then
# chrome://), and the walls leave nothing to read there.
POLICIES: dict[str, object] = {"MaxConnectionsPerProxy": 99}


@dataclass(frozen=True, slots=True)
class Ports:
    """On the loopback of the browser's network."""

    devtools: int
    proxy: int


INSIDE = Ports(devtools=9222, proxy=3128)  # each browser has a network of its own, so they never collide


def chromium_arguments(
    options: LaunchOptions,
    *,
    major_version: int,
    ports: Ports = INSIDE,
    home: str = HOME,
    sandboxed: bool = True,
) -> list[str]:
    """Everything after the program's name. Raises ArgumentRefused for an argument that is not on the list."""
    features = list(_FEATURES_OFF)
    added = []
    for argument in options.args:
        switch, value = check_argument(argument)
        if switch == "disable-features":
            features += (value or "").split(",")
        else:
            added.append(argument)
    screen = f"{{{max(1920, options.viewport.width)}x{max(1080, options.viewport.height)}}}"
    arguments = [
        *_ALWAYS,
        f"--user-data-dir={home}/profile",
        f"--remote-debugging-port={ports.devtools}",
        f"--proxy-server=http://127.0.0.1:{ports.proxy}",
        "--proxy-bypass-list=<-loopback>",  # loopback goes through the proxy too, which refuses it
        f"--user-agent={options.user_agent or user_agent(major_version)}",
        f"--screen-info={screen}",
    ]
    if not sandboxed:
        arguments.append("--no-sandbox")
    if options.locale:
        language = options.locale.replace("_", "-")
        arguments += [f"--lang={language}", f"--accept-lang={accepted_languages(language)}"]
    given = {argument.partition("=")[0] for argument in arguments}
    arguments += [argument for argument in added if argument.partition("=")[0] not in given]
    # Only one --disable-features is honoured, and the last.
    arguments.append("--disable-features=" + ",".join(dict.fromkeys(features)))
    return arguments


def chromium_environment(options: LaunchOptions) -> tuple[tuple[str, str], ...]:
    language = options.locale.replace("-", "_")
    environment = [("LANG", f"{language}.UTF-8" if language else "C.UTF-8")]
    if language:
        environment.append(("LANGUAGE", language))
    if options.timezone:
        environment.append(("TZ", options.timezone))
    return tuple(environment)


def user_agent(major_version: int) -> str:
    """Chromium's own, reduced as it sends it, without the word Headless."""
    return (
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) "
        f"Chrome/{major_version}.0.0.0 Safari/537.36"
    )


def accepted_languages(language: str) -> str:
    base = language.partition("-")[0]
    return language if base == language else f"{language},{base}"
