"""An identity provider on loopback: it publishes the public halves of its keys, and signs what a test wants."""

from __future__ import annotations

import http.server
import json
import threading
from typing import Any, Self

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from tests.support.people import token


class Provider:
    """One key of each kind, named by its algorithm; `asked` counts how often somebody wanted them."""

    def __init__(self) -> None:
        """Start serving on a free port."""
        self.private: dict[str, Any] = {
            "RS256": rsa.generate_private_key(65537, 2048),
            "ES256": ec.generate_private_key(ec.SECP256R1()),
            "EdDSA": ed25519.Ed25519PrivateKey.generate(),
        }
        self.asked = 0
        provider = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.asked += 1
                self.send_response(200)
                self.end_headers()
                self.wfile.write(json.dumps(provider.document()).encode())

            def log_message(self, *_: object) -> None:
                pass

        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()
        self.settings = {
            "auth_jwks_url": f"http://127.0.0.1:{self._server.server_port}/keys",
            "auth_issuer": "https://id.example/",
            "auth_audience": "tickets",
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Stop serving; a repeat does nothing."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def document(self) -> dict[str, Any]:
        """Give the set of the public keys, with one of a kind that nobody here can use."""
        keys = [self._jwk(algorithm) for algorithm in self.private]
        return {"keys": [*keys, {"kty": "OKP", "crv": "X25519", "x": "AAAA", "kid": "X25519", "use": "enc"}]}

    def token(self, algorithm: str, kid: str | None = None, **claims: Any) -> str:
        """Sign a token with the key of this algorithm, under its name or another."""
        common = {"iss": self.settings["auth_issuer"], "aud": self.settings["auth_audience"]}
        return token(self.private[algorithm], algorithm, {"kid": kid or algorithm}, **(common | claims))

    def _jwk(self, algorithm: str) -> dict[str, Any]:
        public = self.private[algorithm].public_key()
        made: dict[str, Any] = json.loads(jwt.get_algorithm_by_name(algorithm).to_jwk(public))
        return made | {"kid": algorithm, "use": "sig"}
