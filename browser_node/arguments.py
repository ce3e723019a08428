"""Which Chromium arguments a caller may add, and with which values. Pure.

A list of what is allowed, never of what is forbidden: a switch that stands in no table here is refused. The node's own
switches (profile, ports, proxy, sandbox) stand in `launch` and can be neither changed nor repeated from outside.
"""

import re

MAX_ARGUMENTS = 32
MAX_LENGTH = 256

_SWITCH = re.compile(r"--([a-z][a-z0-9-]{1,63})(?:=(.*))?")

_FLAG = re.compile("")
_SIZE = re.compile(r"[1-9][0-9]{1,3},[1-9][0-9]{1,3}")
_POSITION = re.compile(r"[0-9]{1,4},[0-9]{1,4}")
_LANGUAGES = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*(,[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*){0,9}")
_FACTOR = re.compile(r"[0-4](\.[0-9]{1,3})?")

# Features change how Chromium is built up, its sandbox included, so only these may be named.
_HARMLESS_FEATURES = (
    "AcceptCHFrame|AutofillServerCommunication|AvoidUnnecessaryBeforeUnloadCheckSync|BackForwardCache|"
    "DestroyProfileOnBrowserClose|DialMediaRouteProvider|GlobalMediaControls|HttpsFirstBalancedModeAutoEnable|"
    "HttpsUpgrades|ImprovedCookieControls|LazyFrameLoading|MediaRouter|OptimizationHints|PaintHolding|"
    "ThirdPartyStoragePartitioning|Translate|TranslateUI"
)
_FEATURES = re.compile(rf"(?:{_HARMLESS_FEATURES})(?:,(?:{_HARMLESS_FEATURES}))*")

ALLOWED: dict[str, re.Pattern[str]] = {
    "accept-lang": _LANGUAGES,
    "autoplay-policy": re.compile("no-user-gesture-required|user-gesture-required|document-user-activation-required"),
    "blink-settings": re.compile("imagesEnabled=(true|false)"),
    "disable-background-timer-throttling": _FLAG,
    "disable-backgrounding-occluded-windows": _FLAG,
    "disable-blink-features": re.compile("AutomationControlled"),
    "disable-features": _FEATURES,
    "disable-font-subpixel-positioning": _FLAG,
    "disable-gpu": _FLAG,
    "disable-hang-monitor": _FLAG,
    "disable-ipc-flooding-protection": _FLAG,
    "disable-lcd-text": _FLAG,
    "disable-notifications": _FLAG,
    "disable-partial-raster": _FLAG,
    "disable-popup-blocking": _FLAG,
    "disable-prompt-on-repost": _FLAG,
    "disable-renderer-backgrounding": _FLAG,
    "disable-sync": _FLAG,
    "enable-automation": _FLAG,
    "enable-font-antialiasing": _FLAG,
    "font-render-hinting": re.compile("none|slight|medium|full|max"),
    "force-color-profile": re.compile("srgb|display-p3-d65|color-spin-gamma24"),
    "force-dark-mode": _FLAG,
    "force-device-scale-factor": _FACTOR,
    "force-prefers-no-reduced-motion": _FLAG,
    "force-prefers-reduced-motion": _FLAG,
    "hide-scrollbars": _FLAG,
    "ignore-certificate-errors": _FLAG,
    "lang": re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*"),
    "mute-audio": _FLAG,
    "no-default-browser-check": _FLAG,
    "no-first-run": _FLAG,
    "start-maximized": _FLAG,
    "touch-events": re.compile("enabled|disabled|auto"),
    "use-fake-device-for-media-stream": _FLAG,
    "use-fake-ui-for-media-stream": _FLAG,
    "window-position": _POSITION,
    "window-size": _SIZE,
}

_BETTER = {
    "user-agent": "use the option user_agent",
    "proxy-server": "use the option proxy",
    "proxy-bypass-list": "use the option proxy",
    "headless": "use the option headless",
}


class ArgumentRefused(ValueError):
    """An argument that is not on the list, or whose value is not; says which."""


def check_argument(argument: str) -> tuple[str, str | None]:
    """The switch and its value; raises ArgumentRefused."""
    shown = repr(argument[:80])
    if len(argument) > MAX_LENGTH:
        raise ArgumentRefused(f"{shown} is longer than {MAX_LENGTH} characters")
    match = _SWITCH.fullmatch(argument)
    if match is None:
        raise ArgumentRefused(f"{shown} is not of the form --switch or --switch=value")
    switch, value = match[1], match[2]
    pattern = ALLOWED.get(switch)
    if pattern is None:
        raise ArgumentRefused(f"--{switch} is not allowed; {_BETTER.get(switch, 'it is not on the list of switches')}")
    if pattern is _FLAG:
        if value is not None:
            raise ArgumentRefused(f"--{switch} takes no value")
    elif value is None or pattern.fullmatch(value) is None:
        raise ArgumentRefused(f"--{switch} does not take the value {(value or '')[:40]!r}")
    return switch, value


def check_arguments(arguments: tuple[str, ...]) -> None:
    """Raises ArgumentRefused for the first that may not be used."""
    if len(arguments) > MAX_ARGUMENTS:
        raise ArgumentRefused(f"more than {MAX_ARGUMENTS} arguments")
    for argument in arguments:
        check_argument(argument)
