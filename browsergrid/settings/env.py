"""The only reader of the environment, and of the key files under the data directory."""

import os
import secrets
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

BASE_DIR = Path(__file__).resolve().parent.parent.parent


def text(name: str, default: str = "") -> str:
    return os.environ.get(name, "").strip() or default


def number(name: str, default: float) -> float:
    value = text(name)
    try:
        return float(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a number, not {value!r}.") from None


def integer(name: str, default: int) -> int:
    value = text(name)
    try:
        return int(value) if value else default
    except ValueError:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.") from None


def flag(name: str, *, default: bool = False) -> bool:
    value = text(name).lower()
    return value in {"1", "true", "yes", "on"} if value else default


def words(name: str, default: str = "") -> tuple[str, ...]:
    """A comma-separated list."""
    return tuple(word.strip() for word in text(name, default).split(",") if word.strip())


def inherited() -> dict[str, str]:
    """All of it, for the processes that we start."""
    return dict(os.environ)


def data_dir() -> Path:
    return Path(text("BROWSERGRID_DATA_DIR", str(BASE_DIR / "var"))).resolve()


def secret(name: str, file_name: str) -> str:
    """A secret from the environment, else from `<data>/secrets/<file_name>`, made at first use (mode 0600)."""
    value = text(name)
    if value:
        return value
    path = data_dir() / "secrets" / file_name
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        made = path.with_name(f".{file_name}.{os.getpid()}")
        descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(made, path)  # the first of several processes wins; the others read its value
        except FileExistsError:
            pass
        finally:
            made.unlink()
    return path.read_text().strip()


def database(url: str) -> dict[str, object]:
    """`postgres://user:password@host:port/name?host=/socket/dir` or `sqlite:///path` as a Django database."""
    parts = urlsplit(url)
    if parts.scheme in {"postgres", "postgresql"}:
        query = dict(pair.split("=", 1) for pair in parts.query.split("&") if "=" in pair)
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": unquote(parts.path.lstrip("/")),
            "USER": unquote(parts.username or ""),
            "PASSWORD": unquote(parts.password or ""),
            "HOST": unquote(query.get("host", "")) or parts.hostname or "",
            "PORT": str(parts.port or ""),
            "CONN_MAX_AGE": 0,
            "OPTIONS": {"pool": {"min_size": 1, "max_size": integer("BROWSERGRID_DB_POOL", 16), "timeout": 10}},
        }
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path)))
    raise ValueError("DATABASE_URL must begin with postgres:// or sqlite:///")


def sqlite(path: Path) -> dict[str, object]:
    """WAL and IMMEDIATE: deferred transactions that begin by reading fail with "database is locked" under load.

    A thread keeps its connection: `browsergrid.threads` has few of them.
    """
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": None,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=NORMAL;PRAGMA mmap_size=134217728;"
            "PRAGMA journal_size_limit=27103364;PRAGMA cache_size=-8000;",
        },
    }
