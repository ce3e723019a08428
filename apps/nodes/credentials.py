"""Keys for nodes and browsers, derived: a restarted control plane makes them again, a page can never read them."""

from apps.core.secrets import derive


def node_key(name: str) -> str:
    """What the node of that name accepts for life: start, stop, list."""
    return derive(f"node:{name}")


def browser_key(instance_id: str) -> str:
    """What the node accepts for use of that one browser."""
    return derive(f"browser:{instance_id}")
