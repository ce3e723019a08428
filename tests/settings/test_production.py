"""What production settings promise of cookies and headers, looked at from a process of its own."""

import json
import os
import subprocess
import sys

import pytest

ENVIRONMENT = {
    "DJANGO_SETTINGS_MODULE": "browsergrid.settings.production",
    "BROWSERGRID_PUBLIC_URL": "https://grid.example.com",
    "BROWSERGRID_KEYS": "only-for-this-test-0123456789",
    "BROWSERGRID_SECRET_KEY": "only-for-this-test-0123456789abcdefghijklmnopqrstuvwxyz",
    "DATABASE_URL": "postgres://unused@localhost/unused",
}
LOOK = """
import json
import django
from django.core.management import call_command
django.setup()
from django.conf import settings
from django.test import Client
call_command("check", "--deploy", "--fail-level", "WARNING")
names = ["COOKIE_NAME", "COOKIE_SECURE", "COOKIE_HTTPONLY", "COOKIE_SAMESITE", "COOKIE_DOMAIN", "COOKIE_PATH"]
cookies = {kind: [getattr(settings, f"{kind}_{name}") for name in names] for kind in ("SESSION", "CSRF")}
client = Client(HTTP_HOST="grid.example.com")
paths = ("/healthz", "/accounts/logout/", "/api/nothing")
headers = {path: dict(client.get(path, secure=True).headers) for path in paths}
plain = client.get("/accounts/login/")
print(json.dumps({"cookies": cookies, "headers": headers, "plain": [plain.status_code, plain["Location"]]}))
"""


@pytest.fixture(scope="module")
def seen() -> dict[str, object]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("BROWSERGRID_", "DATABASE_URL"))}
    done = subprocess.run(
        [sys.executable, "-c", LOOK], env=clean | ENVIRONMENT, capture_output=True, text=True, timeout=110, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, object] = json.loads(done.stdout.splitlines()[-1])
    return found


def test_cookies_belong_to_this_host_and_no_script_reads_them(seen) -> None:
    assert seen["cookies"] == {
        "SESSION": ["__Host-browsergrid_session", True, True, "Lax", None, "/"],
        "CSRF": ["__Host-browsergrid_csrf", True, True, "Lax", None, "/"],
    }


@pytest.mark.parametrize("path", ["/healthz", "/accounts/logout/", "/api/nothing"])
def test_every_answer_says_how_browsers_shall_guard_it(seen, path: str) -> None:
    headers = seen["headers"][path]
    assert headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains; preload"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["X-Frame-Options"] == "DENY"
    assert "'unsafe-inline'" not in headers["Content-Security-Policy"]


def test_plain_http_is_sent_to_tls(seen) -> None:
    assert seen["plain"] == [301, "https://grid.example.com/accounts/login/"]
