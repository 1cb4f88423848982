#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/resource_server with tokens of glewlwyd, an OpenID Provider in Debian. The server finds the keys through the metadata
# document, and follows their changes. glewlwyd runs on loopback, with a database and accounts for this run only. Skipped if it
# is not installed: `cmake/packages install providers` installs it.
# packages: libcpp-httplib-dev glewlwyd openssl
# label: all
import base64
import http.cookiejar
import json
import pathlib
import socket
import sqlite3
import subprocess
import sys
import tempfile
import unittest
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/servers"))
from running import Server, eventually, must_be_built  # noqa: E402
from tokens import bearer, claims_of, forge, header_of  # noqa: E402

TABLES = pathlib.Path("/usr/share/dbconfig-common/data/glewlwyd/install/sqlite3")
MODULES = "/usr/lib/glewlwyd"
SCOPES = ["orders:read", "other"]
# The settings of its plugin, without keys and names. The aud of its tokens is their scopes.
RULES = {"jwt-type": "ecdsa", "jwt-key-size": "256", "access-token-duration": 300, "refresh-token-duration": 300,
         "code-duration": 300, "allow-non-oidc": True, "auth-type-client-enabled": True, "jwks-show": True,
         "subject-type": "public", "address-claim": {"type": "no"}, "name-claim": "no", "email-claim": "no", "scope-claim": "no"}

must_be_built("resource_server")


def openssl(*arguments, given=None):
    return subprocess.run(["openssl", *arguments], input=given, capture_output=True, text=True, check=True).stdout


class Glewlwyd:
    """The provider; with `add_client`, one client that may have two scopes."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))
        with sqlite3.connect(self.folder / "database") as database:
            database.executescript(TABLES.read_text())
        self.log = (self.folder / "log").open("wb")
        # It does not accept port 0, so another program may take the free port first.
        assert any(self.start() for _ in range(5)), (self.folder / "log").read_text()
        self.url = f"http://127.0.0.1:{self.port}"
        self.issuer = self.url + "/api/oidc"

    def add_client(self):
        self.ask("POST", "/api/auth/", {"username": "admin", "password": "password"})
        for scope in SCOPES:
            self.ask("POST", "/api/scope/", {"name": scope, "display_name": scope})
        self.ask("POST", "/api/client/", {"client_id": "c", "confidential": True, "password": "secret", "enabled": True,
                                          "client_secret": "secret", "token_endpoint_auth_method": ["client_secret_basic"],
                                          "scope": SCOPES, "authorization_type": ["client_credentials"]})
        self.ask("POST", "/api/mod/plugin/", self.plugin())

    def start(self):
        """Starts it at a free port. Returns whether it listens there."""
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        text = f"""port={self.port}
bind_address="127.0.0.1"
external_url="http://127.0.0.1:{self.port}"
login_url="login.html"
api_prefix="api"
static_files_path="{self.folder}"
log_mode="console"
log_level="WARNING"
cookie_domain="127.0.0.1"
cookie_secure=0
session_key="session"
session_expiration=3600
admin_scope="g_admin"
profile_scope="g_profile"
user_module_path="{MODULES}/user"
client_module_path="{MODULES}/client"
user_auth_scheme_module_path="{MODULES}/scheme"
plugin_module_path="{MODULES}/plugin"
use_secure_connection=false
secure_connection_key_file="none"
secure_connection_pem_file="none"
secure_connection_ca_file="none"
hash_algorithm="SHA512"
database =
{{
  type = "sqlite3"
  path = "{self.folder}/database"
}};
"""
        (self.folder / "settings").write_text(text)
        self.process = subprocess.Popen(["glewlwyd", "-c", self.folder / "settings"], stdout=self.log, stderr=self.log)

        def listens():
            with socket.socket() as client:
                return client.connect_ex(("127.0.0.1", self.port)) == 0

        eventually(lambda: self.process.poll() is not None or listens(), 60)
        return self.process.poll() is None

    def ask(self, method, path, body, **fields):
        request = urllib.request.Request(self.url + path, method=method, headers=fields, data=body.encode()
                                         if isinstance(body, str) else json.dumps(body).encode())
        if not isinstance(body, str):
            request.add_header("Content-Type", "application/json")
        with self.browser.open(request) as answer:
            return answer.read().decode()

    def plugin(self):
        """The plugin's settings, with a new key."""
        key = openssl("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
        rules = RULES | {"iss": self.issuer, "key": key, "cert": openssl("pkey", "-pubout", given=key)}
        return {"module": "oidc", "name": "oidc", "display_name": "oidc", "enabled": True, "parameters": rules}

    def rotate(self):
        self.ask("PUT", "/api/mod/plugin/oidc", self.plugin())
        self.ask("PUT", "/api/mod/plugin/oidc/reset", "")

    def token(self, scope):
        form = urllib.parse.urlencode({"grant_type": "client_credentials", "scope": scope})
        secret = "Basic " + base64.b64encode(b"c:secret").decode()
        return json.loads(self.ask("POST", "/api/oidc/token", form, Authorization=secret))["access_token"]

    def stop(self):
        self.process.terminate()
        self.process.wait(30)
        self.log.close()


class Tokens(unittest.TestCase):
    def test_tokens_and_a_key_that_is_replaced(self):
        issuer = Glewlwyd(self.enterContext(tempfile.TemporaryDirectory()))
        self.addCleanup(issuer.stop)
        issuer.add_client()
        server = self.enterContext(Server("resource_server", "--issuer", issuer.issuer, "--audience", SCOPES[0], "--cooldown", "0"))

        def status(token, path="/orders"):
            return server.get(path, bearer(token)).status

        eventually(lambda: server.get("/ready").status == 200)
        good, other = issuer.token(SCOPES[0]), issuer.token(SCOPES[1])
        self.assertEqual((claims_of(good)["aud"], claims_of(other)["aud"]), tuple(SCOPES))
        self.assertEqual([status(token) for token in (good, other, forge(good))], [200, 401, 401])
        issuer.rotate()
        new = issuer.token(SCOPES[0])
        self.assertNotEqual(header_of(new)["kid"], header_of(good)["kid"])
        self.assertEqual([status(token) for token in (new, good)], [200, 401])
        for token in (good, other, new):
            self.assertFalse(any(part in server.log_text() for part in token.split(".")))


if __name__ == "__main__":
    unittest.main()
