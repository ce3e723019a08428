"""The node in Prometheus' text format."""

from collections import Counter
from collections.abc import Iterable

from browser_node.browsers import Browsers


def render(browsers: Browsers) -> str:
    """All of it, with HELP and TYPE."""
    health = browsers.health()
    seen = [browser.observed() for browser in browsers.all()]
    phases = Counter(str(each.phase) for each in seen)
    lives = [(_of(browser.spec.instance_id), browser.life) for browser in browsers.all() if browser.life]
    ways_out = [(label, life.forwarder) for label, life in lives]
    lines = [
        *_gauge("node_max_browsers", "Browsers that may run here at once.", [("", health.max_browsers)]),
        *_gauge("node_browsers", "Browsers by phase.", [(f'phase="{phase}"', n) for phase, n in phases.items()]),
        *_gauge("node_memory_total_bytes", "Memory this node may use.", [("", health.memory_total)]),
        *_gauge("node_memory_available_bytes", "Memory still free.", [("", health.memory_available)]),
        *_gauge(
            "browser_memory_bytes",
            "Proportional memory of a browser's processes.",
            [(_of(each.instance_id), each.memory_bytes) for each in seen],
        ),
        *_counter(
            "browser_cpu_seconds_total",
            "CPU time of a browser's processes.",
            [(_of(each.instance_id), each.cpu_seconds) for each in seen],
        ),
        *_gauge(
            "browser_connections",
            "Open CDP connections of clients.",
            [(_of(each.instance_id), each.connections) for each in seen],
        ),
        *_gauge(
            "browser_viewers",
            "Live views that are open.",
            [(_of(browser.spec.instance_id), len(browser.viewers)) for browser in browsers.all()],
        ),
        *_gauge(
            "browser_screencasts",
            "Pages of which Chromium is asked for frames.",
            [(label, life.casts.running) for label, life in lives],
        ),
        *_counter(
            "browser_screencast_frames_total",
            "Frames that Chromium sent.",
            [(label, life.casts.frames) for label, life in lives],
        ),
        *_counter(
            "browser_video_frames_total",
            "Frames that were encoded for readers of the video.",
            [(label, life.video.encoded) for label, life in lives],
        ),
        *_counter(
            "browser_egress_refused_total",
            "Connections of a browser that its egress rules closed.",
            [(label, forwarder.refused) for label, forwarder in ways_out],
        ),
        *_counter(
            "browser_egress_bytes_total",
            "Bytes that passed a browser's forwarding proxy.",
            [(f'{label},direction="out"', forwarder.bytes_out) for label, forwarder in ways_out]
            + [(f'{label},direction="in"', forwarder.bytes_in) for label, forwarder in ways_out],
        ),
    ]
    return "\n".join(lines) + "\n"


def _of(instance_id: str) -> str:
    return f'instance="{instance_id}"'


def _gauge(name: str, help_text: str, values: Iterable[tuple[str, float]]) -> list[str]:
    return _metric(name, "gauge", help_text, values)


def _counter(name: str, help_text: str, values: Iterable[tuple[str, float]]) -> list[str]:
    return _metric(name, "counter", help_text, values)


def _metric(name: str, kind: str, help_text: str, values: Iterable[tuple[str, float]]) -> list[str]:
    full = f"browsergrid_{name}"
    lines = [f"# HELP {full} {help_text}", f"# TYPE {full} {kind}"]
    return lines + [f"{full}{{{labels}}} {value}" if labels else f"{full} {value}" for labels, value in values]
