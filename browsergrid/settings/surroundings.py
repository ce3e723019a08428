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
    Variable(
        "BROWSERGRID_EMAIL_URL",
        "mails are printed into the log",
        "smtp://, smtps:// or smtp+starttls://user:password@host:port.",
        is_secret=True,
    ),
    Variable("BROWSERGRID_EMAIL_FROM", "BrowserGrid <browsergrid@localhost>", "The sender of its mails."),
    Variable("BROWSERGRID_EMAIL_BACKEND", "by BROWSERGRID_EMAIL_URL", "Dotted path of another Django e-mail backend."),
    Variable("BROWSERGRID_OIDC", "", "OpenID Connect providers, comma-separated; each has the next six, in capitals."),
    Variable("BROWSERGRID_OIDC_<ID>_URL", "", "Its issuer, such as https://id.example.com/realms/main."),
    Variable("BROWSERGRID_OIDC_<ID>_CLIENT_ID", "", "What it calls this installation."),
    Variable("BROWSERGRID_OIDC_<ID>_SECRET", "", "The client's secret.", is_secret=True),
    Variable("BROWSERGRID_OIDC_<ID>_NAME", "from the id", "The word on its button."),
    Variable("BROWSERGRID_OIDC_<ID>_SIGNUP", "0", "Whether its people may make accounts, whatever BROWSERGRID_SIGNUP."),
    Variable("BROWSERGRID_OIDC_<ID>_TRUST_EMAIL", "0", "Whether its word for an address signs in to that account."),
    Variable("BROWSERGRID_DB_POOL", "16", "Most connections of one process to PostgreSQL."),
    Variable("BROWSERGRID_DEBUG", "0", "Django's debug pages; never outside development."),
    Variable("BROWSERGRID_SSL_REDIRECT", "1", "Production: whether plain HTTP is redirected."),
    Variable("BROWSERGRID_NODE_CHROMIUM", "searched for", "The Chromium or Chrome that the local node runs."),
    Variable("BROWSERGRID_ALLOW_NO_SANDBOX", "0", "Run browsers without walls where the kernel allows none."),
    Variable("BROWSERGRID_NODE_LISTEN", "127.0.0.1:9000", "`python -m browser_node` alone: unix:/path or host:port."),
    Variable("BROWSERGRID_NODE_KEY", "", "The same: its own credential, at least 16 characters.", is_secret=True),
    Variable("BROWSERGRID_NODE_DIR", "", "The same: the folder for the browsers' files."),
    Variable("BROWSERGRID_NODE_MAX_BROWSERS", "from memory and cores", "The same: how many browsers it may hold."),
    Variable("BROWSERGRID_NODE_BLOCKED", "", "The same: host:port pairs that no browser ever reaches."),
    Variable("BROWSERGRID_NODE_LOG", "json", "The same: json or pretty."),
    Variable("BROWSERGRID_NODE_RECORDER", "as npm built it", "A node: the script that records the DOM."),
    Variable("BROWSERGRID_NODE_CAPTURE_MB", "512", "A node: what it keeps of one browser at most until it is fetched."),
    Variable("BROWSERGRID_NODE_FILES_MB", "1024", "A node: what one browser may download; the same of uploads."),
    Variable("BROWSERGRID_NODE_DIE_WITH_PARENT", "0", "The same: whether it ends with the process that started it."),
    Variable("NO_COLOR", "", "Any value: no colours in the output of `make up`."),
)
