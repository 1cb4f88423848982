# SPDX-License-Identifier: MIT
# An issuer on loopback whose answers a test sets. openssl makes its keys and its signatures.
import base64
import http.server
import json
import pathlib
import ssl
import subprocess
import tempfile
import threading
import time

ISSUER = "https://id.example"


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Key:
    """An Ed25519 key of an issuer."""

    def __init__(self, folder, kid):
        self.kid, self.path = kid, pathlib.Path(folder, f"{kid}.pem")
        subprocess.run(["openssl", "genpkey", "-algorithm", "ed25519", "-out", self.path], check=True, capture_output=True)
        public = subprocess.run(["openssl", "pkey", "-in", self.path, "-pubout", "-outform", "DER"], check=True,
                                capture_output=True).stdout
        self.jwk = {"kty": "OKP", "crv": "Ed25519", "kid": kid, "alg": "EdDSA", "use": "sig", "x": encode(public[-32:])}

    def sign(self, **claims):
        claims = {"iss": ISSUER, "aud": "orders", "sub": "alice", "exp": int(time.time()) + 300} | claims
        claims = {name: value for name, value in claims.items() if value is not None}
        header = {"alg": "EdDSA", "typ": "JWT", "kid": self.kid}
        text = encode(json.dumps(header).encode()) + "." + encode(json.dumps(claims).encode())
        with tempfile.NamedTemporaryFile() as file:
            file.write(text.encode())
            file.flush()
            signature = subprocess.run(["openssl", "pkeyutl", "-sign", "-rawin", "-inkey", self.path, "-in", file.name],
                                       check=True, capture_output=True).stdout
        return text + "." + encode(signature)


class Issuer:
    """Publishes `keys`, or the answers that `answer` writes. While it is held, it does not answer. `asked` has the
    requests. `tls`: the file of a certificate with its key, for https."""

    def __init__(self, tls=None):
        self.keys, self.asked, self.status, self.answer = [], [], 200, None
        self.name = None  # in the document, if not its own
        self.open = threading.Event()
        self.open.set()
        issuer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                issuer.asked.append((self.path, str(self.headers)))
                issuer.open.wait(60)
                is_document = self.path == "/.well-known/openid-configuration"
                try:
                    if issuer.answer and not is_document:
                        issuer.answer(self)
                        return
                    document = {"issuer": issuer.name or issuer.url, "jwks_uri": issuer.url + "/set"}
                    body = json.dumps(document if is_document else {"keys": issuer.keys}).encode()
                    self.send_response(issuer.status)
                    self.send_header("Content-Length", str(len(body)))  # TLS is not closed as it should be
                    self.end_headers()
                    self.wfile.write(body)
                except OSError:
                    pass  # the client has closed the connection

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        if tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(tls)
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        self.url = f"http{'s' if tls else ''}://127.0.0.1:{self.server.server_port}"

    def sets(self):
        """The number of requests for the set."""
        return sum(path == "/set" for path, _ in self.asked)

    def hold(self):
        self.open.clear()

    def release(self):
        self.open.set()

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever).start()
        return self

    def __exit__(self, *_):
        self.release()
        self.server.shutdown()
        self.server.server_close()
