#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Certificate-bound tokens behind an unmodified nginx. nginx terminates mutual TLS and passes the client's certificate on as
# $ssl_client_escaped_cert. RFC 8705 §3
# packages: libcpp-httplib-dev nginx-light openssl
import base64
import hashlib
import http.client
import pathlib
import ssl
import subprocess
import tempfile
import time
import unittest
import urllib.parse

from nginx import free_ports
from raw_http import ask
from running import Server, eventually, must_be_built
from tokens import SECRET, sign

must_be_built("certificate_bound")

CONFIGURATION = """
daemon off; pid nginx.pid; error_log stderr;
events {}
http {
    access_log off;
    client_body_temp_path body; proxy_temp_path proxy; fastcgi_temp_path fastcgi; uwsgi_temp_path uwsgi; scgi_temp_path scgi;
    server {
        listen 127.0.0.1:FRONT ssl;
        ssl_certificate server.pem;
        ssl_certificate_key server.key;
        ssl_verify_client optional_no_ca;
        location / {
            proxy_pass http://127.0.0.1:SERVICE;
            proxy_set_header Client-Cert $ssl_client_escaped_cert;
        }
    }
}
"""


class BehindNginx(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        folder = tempfile.TemporaryDirectory(prefix="credence-certificates-")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = pathlib.Path(folder.name)
        cls.folder.chmod(0o755)  # if root starts nginx, its worker runs as another user
        for name, kind in (("server", "ec"), ("client", "ec"), ("other", "rsa")):
            options = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"] if kind == "ec" else ["-newkey", "rsa:2048"]
            subprocess.run(["openssl", "req", "-x509", "-nodes", *options, "-days", "2", "-subj", f"/CN={name}+x/O=a, b",
                            "-keyout", cls.folder / f"{name}.key", "-out", cls.folder / f"{name}.pem"],
                           check=True, capture_output=True)

    def thumbprint(self, name):
        der = ssl.PEM_cert_to_DER_cert((self.folder / f"{name}.pem").read_text())
        return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()

    def token(self, name):
        return sign(sub="ann", exp=int(time.time()) + 600, cnf={"x5t#S256": self.thumbprint(name)})

    def start(self, proxy):
        """The service, and nginx in front of it."""
        server = Server("certificate_bound", proxy, JWT_SECRET=SECRET)
        self.addCleanup(server.start().__exit__)
        for _ in range(5):  # another process may take the free port
            self.port, = free_ports(1)
            text = CONFIGURATION.replace("FRONT", str(self.port)).replace("SERVICE", str(server.port))
            (self.folder / "nginx.conf").write_text(text)
            with open(self.folder / "errors", "wb") as errors:
                nginx = subprocess.Popen(["nginx", "-p", self.folder, "-c", self.folder / "nginx.conf"], stderr=errors)
            self.addCleanup(lambda: (nginx.terminate(), nginx.wait(30)))
            if eventually(lambda: nginx.poll() is not None or self.answers(), what="nginx") and nginx.poll() is None:
                return server
        raise AssertionError((self.folder / "errors").read_text())

    def answers(self):
        try:
            return self.get("client", "no token") is not None
        except OSError:
            return False

    def get(self, certificate, token, **fields):
        """The status, for a client with this certificate, or without one."""
        context = ssl.create_default_context(cafile=self.folder / "server.pem")
        context.check_hostname = False
        if certificate:
            context.load_cert_chain(self.folder / f"{certificate}.pem", self.folder / f"{certificate}.key")
        connection = http.client.HTTPSConnection("127.0.0.1", self.port, context=context, timeout=20)
        try:
            connection.request("GET", "/me", headers={"Authorization": f"Bearer {token}", **fields})
            return connection.getresponse().status
        finally:
            connection.close()

    def test_the_certificate_that_the_token_names_and_no_other(self):
        self.start("127.0.0.1")
        for name, other in (("client", "other"), ("other", "client")):
            token = self.token(name)
            self.assertEqual(self.get(name, token), 200)
            self.assertEqual(self.get(other, token), 401)
            self.assertEqual(self.get(None, token), 401)
            # nginx overwrites the client's own field, even if the client has no certificate.
            said = urllib.parse.quote((self.folder / f"{name}.pem").read_text(), safe="")
            self.assertEqual(self.get(None, token, **{"Client-Cert": said}), 401)
            self.assertEqual(self.get(other, token, **{"Client-Cert": said}), 401)
        self.assertEqual(self.get("client", sign(sub="ann", exp=int(time.time()) + 600)), 401)

    def test_the_field_of_an_unlisted_proxy_is_ignored(self):
        server = self.start("127.0.0.2")
        self.assertEqual(self.get("client", self.token("client")), 401)
        said = urllib.parse.quote((self.folder / "client.pem").read_text(), safe="")
        answer = ask(server.port, "GET", "/me", {"Authorization": f"Bearer {self.token('client')}", "Client-Cert": said})
        self.assertEqual(answer.status, 401)


if __name__ == "__main__":
    unittest.main()
