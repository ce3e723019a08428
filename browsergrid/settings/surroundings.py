"""The variables that are no knobs: where things are, and secrets. For listing only; `env` reads them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Variable:
    name: str
    default: str
    doc: str
    is_secret: bool = False


SURROUNDINGS = (
    Variable("BROWSERGRID_DATA_DIR", "./var", "Database, sockets, generated secrets, browsers' files."),
    Variable("DATABASE_URL", "SQLite in the data directory", "postgres://… or sqlite:///path.", is_secret=True),
    Variable("REDIS_URL", "a Redis of its own", "redis://…, rediss://… or unix:///path.", is_secret=True),
    Variable("BROWSERGRID_SECRET_KEY", "made, in <data>/secrets", "Django's secret key.", is_secret=True),
    Variable(
        "BROWSERGRID_KEYS",
        "made, in <data>/secrets",
        "The key ring, comma-separated: the first encrypts and hashes, all are still accepted.",
        is_secret=True,
    ),
    Variable("BROWSERGRID_LOG_FORMAT", "pretty", "pretty or json; production: json."),
    Variable("BROWSERGRID_LOG_LEVEL", "INFO", "The least that is logged."),
    Variable("BROWSERGRID_EMAIL_BACKEND", "Django's console backend", "Dotted path of a Django e-mail backend."),
    Variable("BROWSERGRID_DB_POOL", "16", "Most connections of one process to PostgreSQL."),
    Variable("BROWSERGRID_DEBUG", "0", "Django's debug pages; never outside development."),
    Variable("BROWSERGRID_SSL_REDIRECT", "1", "Production: whether plain HTTP is redirected."),
    Variable("BROWSERGRID_NODE_CHROMIUM", "searched for", "The Chromium or Chrome that the local node runs."),
    Variable("BROWSERGRID_ALLOW_NO_SANDBOX", "0", "Run browsers without walls where the kernel allows none."),
    Variable("NO_COLOR", "", "Any value: no colours in the output of `make up`."),
)
