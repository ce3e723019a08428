"""The node in Prometheus' text format."""

from collections import Counter
from collections.abc import Iterable

from browser_node.browsers import Browsers


def render(browsers: Browsers) -> str:
    health = browsers.health()
    seen = [browser.observed() for browser in browsers.all()]
    phases = Counter(str(each.phase) for each in seen)
    lines: list[str] = []
    lines += _metric("browsergrid_node_max_browsers", "gauge", "Browsers that may run here at once.", [("", health.max_browsers)])
    lines += _metric(
        "browsergrid_node_browsers", "gauge", "Browsers by phase.", [(f'phase="{name}"', n) for name, n in phases.items()]
    )
    lines += _metric("browsergrid_node_memory_total_bytes", "gauge", "Memory this node may use.", [("", health.memory_total)])
    lines += _metric(
        "browsergrid_node_memory_available_bytes", "gauge", "Memory still free.", [("", health.memory_available)]
    )
    lines += _metric(
        "browsergrid_browser_memory_bytes",
        "gauge",
        "Proportional memory of a browser's processes.",
        [(f'instance="{each.instance_id}"', each.memory_bytes) for each in seen],
    )
    lines += _metric(
        "browsergrid_browser_cpu_seconds_total",
        "counter",
        "CPU time of a browser's processes.",
        [(f'instance="{each.instance_id}"', each.cpu_seconds) for each in seen],
    )
    lines += _metric(
        "browsergrid_browser_connections",
        "gauge",
        "Open CDP connections of clients.",
        [(f'instance="{each.instance_id}"', each.connections) for each in seen],
    )
    egress = [(f'instance="{browser.spec.instance_id}"', browser.life.forwarder) for browser in browsers.all() if browser.life]
    lines += _metric(
        "browsergrid_browser_egress_refused_total",
        "counter",
        "Connections of a browser that its egress rules closed.",
        [(label, forwarder.refused) for label, forwarder in egress],
    )
    lines += _metric(
        "browsergrid_browser_egress_bytes_total",
        "counter",
        "Bytes that passed a browser's forwarding proxy.",
        [(f'{label},direction="out"', forwarder.bytes_out) for label, forwarder in egress]
        + [(f'{label},direction="in"', forwarder.bytes_in) for label, forwarder in egress],
    )
    return "\n".join(lines) + "\n"


def _metric(name: str, kind: str, help_text: str, values: Iterable[tuple[str, float]]) -> list[str]:
    lines = [f"# HELP {name} {help_text}", f"# TYPE {name} {kind}"]
    return lines + [f"{name}{{{labels}}} {value}" if labels else f"{name} {value}" for labels, value in values]
