"""A small real OpenID Connect provider on loopback: discovery, authorization with PKCE, tokens, keys, user info."""

import base64
import hashlib
import json
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT_ID, SECRET = "browsergrid", "the secret of the client"


class Provider(ThreadingHTTPServer):
    """`person` is who is signed in there; None: they press cancel."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.person: dict[str, Any] | None = {}
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.codes: dict[str, dict[str, str]] = {}
        self.tokens: dict[str, dict[str, Any]] = {}

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def authorize(self, asked: dict[str, str]) -> str:
        """Where the browser goes next."""
        assert (asked["client_id"], asked["response_type"]) == (CLIENT_ID, "code")
        assert asked["code_challenge_method"] == "S256"
        if self.person is None:
            answer = {"error": "access_denied", "state": asked["state"]}
        else:
            code = secrets.token_urlsafe()
            self.codes[code] = asked
            answer = {"code": code, "state": asked["state"]}
        return f"{asked['redirect_uri']}?{urlencode(answer)}"

    def token(self, told: dict[str, str]) -> dict[str, Any]:
        asked = self.codes.pop(told["code"])
        challenge = base64.urlsafe_b64encode(hashlib.sha256(told["code_verifier"].encode()).digest()).decode()
        assert challenge.rstrip("=") == asked["code_challenge"].rstrip("=")
        assert (told["client_id"], told["client_secret"]) == (CLIENT_ID, SECRET)
        assert told["redirect_uri"] == asked["redirect_uri"]
        now, access = int(time.time()), secrets.token_urlsafe()
        self.tokens[access] = dict(self.person or {})
        claims = {"iss": self.url, "aud": CLIENT_ID, "iat": now, "exp": now + 60, **(self.person or {})}
        return {
            "access_token": access,
            "token_type": "Bearer",
            "id_token": jwt.encode(claims, self.key, "RS256", {"kid": "1"}),
        }


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        parts, base = urlsplit(self.path), self.server.url
        if parts.path == "/.well-known/openid-configuration":
            names = ("authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri")
            paths = {name: f"{base}/{name.partition('_')[0]}" for name in names}
            self._say({"issuer": base, "token_endpoint_auth_methods_supported": ["client_secret_post"], **paths})
        elif parts.path == "/authorization":
            self._lead(self.server.authorize({name: value[0] for name, value in parse_qs(parts.query).items()}))
        elif parts.path == "/userinfo":
            self._say(self.server.tokens[self.headers["Authorization"].removeprefix("Bearer ")])
        elif parts.path == "/jwks":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.server.key.public_key()))
            self._say({"keys": [{**key, "kid": "1", "use": "sig", "alg": "RS256"}]})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self._say(self.server.token({name: value[0] for name, value in parse_qs(body).items()}))

    def _say(self, answer: dict[str, Any]) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _lead(self, target: str) -> None:
        self.send_response(302)
        self.send_header("Location", target)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def running_provider() -> Iterator[Provider]:
    provider = Provider()
    thread = Thread(target=provider.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.shutdown()
        provider.server_close()
        thread.join()
