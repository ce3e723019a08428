"""Our own knobs, each with its unit and reason; read once from the environment into one frozen value.

`manage.py settings` and docs/reference/settings.md list them from here.
"""

import hashlib
import os
import tempfile
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from browsergrid.settings import env

_LONGEST_RUN_DIR = 90  # leaves room for the name of a socket


def knob(default: Any, doc: str, variable: str = "") -> Any:
    """A field with the sentence that documents it and, where it differs, the environment variable that sets it."""
    return field(default=default, metadata={"doc": doc, "variable": variable})


@dataclass(frozen=True)
class Grid:
    port: int = knob(8000, "Port of the web pages, the API and the gateway.")
    bind: str = knob("127.0.0.1", "Address they listen on.")
    public_url: str = knob("", "The origin people and programs use from outside; empty: taken from the request.")
    connect_routing: str = knob("path", "`path`: /connect. `subdomain`: also the root of connect.<host>.")
    allowed_hosts: tuple[str, ...] = knob((), "Further Host names to answer to, comma-separated.")
    allowed_origins: tuple[str, ...] = knob((), "Further Origins that may open sockets, comma-separated.")
    trusted_proxies: tuple[str, ...] = knob((), "Addresses or networks whose X-Forwarded-* headers are believed.")
    node_name: str = knob("local", "Name of the node that `make up` starts.")
    node_address: str = knob("", "Where that node listens: unix:/path or host:port; empty: <data>/run/node.sock.")
    max_browsers: int = knob(0, "Browsers the local node may hold; 0: from memory and cores.")
    egress_allow: tuple[str, ...] = knob(
        (), "host[:port], *:port or networks on loopback and private addresses that local browsers may reach."
    )
    static_tokens: tuple[str, ...] = knob((), "token=email pairs for self-hosters; at least 24 characters each.")
    admin_email: str = knob("admin@browsergrid.local", "E-mail of the first administrator.")
    admin_password: str = knob("", "Password of the first administrator; empty: made and printed once.")
    user_email: str = knob("user@browsergrid.local", "E-mail of the first ordinary user.")
    user_password: str = knob("", "Password of the first ordinary user; empty: made and printed once.")
    signup: str = knob("invitation", "Who may make an account: `open`, `invitation` or `closed`.")
    staff_mfa: bool = knob(default=False, doc="Whether staff need a second factor before they may do anything.")
    connect_seconds: float = knob(10.0, "A claimed session without keep_alive ends when nobody connects for this long.")
    polled_fetch_seconds: float = knob(30.0, "A session served to a polled claim waits this long to be fetched.")
    start_timeout_seconds: float = knob(60.0, "A browser that does not answer this long after its start has failed.")
    stop_grace_seconds: int = knob(10, "How long a browser may take to close before it is killed.")
    lease_seconds: float = knob(15.0, "A gateway, worker, watcher or node that is silent this long is gone.")
    heartbeat_seconds: float = knob(5.0, "How often leases are renewed.")
    reconciler_lease_seconds: float = knob(5.0, "How long a reconciler keeps the lead without ticking.")
    resync_seconds: float = knob(30.0, "How often rows and browsers are compared in full, both ways.")
    orphan_grace_seconds: float = knob(20.0, "A browser without a row is removed when seen for this long.")
    idempotency_hours: int = knob(24, "How long an Idempotency-Key is remembered.")
    user_pools: int = knob(2, "Pools an ordinary user may have.")
    user_pools_max: int = knob(5, "Sum of `max` over an ordinary user's pools.")
    user_pools_min: int = knob(2, "Sum of `min` over an ordinary user's pools.")
    user_sessions: int = knob(0, "Sessions an ordinary user may have in use at once; 0: no limit.")
    user_minutes_a_day: int = knob(0, "Minutes of sessions in a day (UTC) of an ordinary user; 0: no limit.")
    user_storage_bytes: int = knob(0, "Bytes that an ordinary user may keep; 0: no limit.")
    claim_rate: int = knob(120, "Claims a minute for one token.")
    claim_rate_ip: int = knob(240, "Claims a minute for one address.")
    read_rate: int = knob(1200, "Requests a minute that only read, for one token or signed-in person at the API.")
    read_rate_ip: int = knob(2400, "The same for one address.")
    write_rate: int = knob(300, "Requests a minute that change something, for one token or signed-in person.")
    write_rate_ip: int = knob(600, "The same for one address.")
    stranger_rate_ip: int = knob(120, "API requests a minute of one address with no credential or a wrong one.")
    logs: bool = knob(
        default=True, doc="Whether console, network and commands of claimed sessions are kept, where the pool agrees."
    )
    recording_days: int = knob(
        30, "Days that recordings, logs and files are kept where the pool does not say; 0: until somebody deletes them."
    )
    recording_bytes: int = knob(2 * 1024**3, "Bytes of recordings and logs of one session; beyond it recording ends.")
    recording_block: tuple[str, ...] = knob(
        (), "CSS selectors of what is left blank in every DOM recording, comma-separated."
    )
    file_bytes: int = knob(256 * 1024**2, "Largest file that is kept of a session, or uploaded to one.")
    storage: str = knob("files", "Where recordings and files lie: `files` (below the data directory) or `s3`.")
    s3_bucket: str = knob("", "With `s3`: the bucket.")
    s3_endpoint: str = knob("", "With `s3`: the address of a service other than Amazon's.")
    s3_region: str = knob("", "With `s3`: the region.")
    s3_prefix: str = knob("browsergrid", "With `s3`: the folder inside the bucket.")
    task_run_days: int = knob(7, "How long runs of background tasks are remembered.")
    drain_seconds: float = knob(20.0, "How long open sockets live on after SIGTERM.")
    metrics_open: tuple[str, ...] = knob(
        (), "Networks that may read /metrics without a staff token, comma-separated; empty: this machine."
    )
    notice: str = knob("", "A sentence that stands above every page: planned maintenance, for instance.")
    claim_sticky_ip: bool = knob(
        default=False, doc="Whether a session may be reached only from the network that claimed it."
    )


def load() -> Grid:
    """The knobs, each from BROWSERGRID_<NAME> where that is set."""
    values: dict[str, Any] = {}
    for item in fields(Grid):
        variable, default = variable_of(item), item.default
        if isinstance(default, bool):
            values[item.name] = env.flag(variable, default=default)
        elif isinstance(default, int):
            values[item.name] = env.integer(variable, default)
        elif isinstance(default, float):
            values[item.name] = env.number(variable, default)
        elif isinstance(default, tuple):
            values[item.name] = env.words(variable)
        else:
            values[item.name] = env.text(variable, str(default))
    return Grid(**values)


def variable_of(item: Any) -> str:
    return item.metadata["variable"] or f"BROWSERGRID_{item.name.upper()}"


def run_dir() -> Path:
    """Where unix sockets live; the supervisor makes it with mode 0700.

    A socket's path has at most 107 bytes: below a deep data directory it lies in the system's temporary folder.
    """
    folder = env.data_dir() / "run"
    if len(os.fsencode(folder)) <= _LONGEST_RUN_DIR:
        return folder
    return Path(tempfile.gettempdir()) / f"bg-{hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]}"
