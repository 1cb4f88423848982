# SPDX-License-Identifier: MIT
# A server whose bytes and times a test sets exactly, with or without TLS, and a temporary CA.
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading

BODY = b'{"keys":[]}'


def head(status="200 OK", *fields, length=None):
    lines = [f"HTTP/1.1 {status}", *fields]
    if length is not None:
        lines.append(f"Content-Length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Peer:
    """One connection: the head of its request, and a socket to answer on."""

    def __init__(self, server, connection):
        self.server = server
        self.connection = connection
        self.head = b""
        self.body = b""

    def read_request(self):
        while b"\r\n\r\n" not in self.head:
            received = self.connection.recv(65536)
            if not received:
                return False
            self.head += received
        self.head, self.body = self.head.split(b"\r\n\r\n", 1)
        length = int(self.field("content-length") or 0)
        while len(self.body) < length:
            self.body += self.connection.recv(65536)
        return True

    @property
    def target(self):
        return self.head.split(b" ")[1].decode()

    def fields(self, name):
        lines = self.head.decode("latin-1").split("\r\n")[1:]
        pairs = (line.split(":", 1) for line in lines)
        return [value.strip() for key, value in pairs if key.lower() == name]

    def field(self, name):
        return next(iter(self.fields(name)), None)

    def send(self, data):
        self.connection.sendall(data)

    def drip(self, data, pause=0.1):
        """Sends one byte at a time until the client closes the connection, or the test ends."""
        for byte in data:
            self.send(bytes([byte]))
            if self.server.over.wait(pause):
                return

    def hang(self):
        self.server.over.wait(60)


class FaultyServer:
    """`with FaultyServer(answer) as server`: calls `answer(peer)` for each connection, in a thread of its own. What it
    was asked is in `requests`."""

    def __init__(self, answer, tls=None, family=socket.AF_INET, raw=False):
        self.answer = answer
        self.tls = tls
        self.raw = raw
        self.over = threading.Event()
        self.requests = []
        self.listener = socket.create_server(("::1" if family == socket.AF_INET6 else "127.0.0.1", 0), family=family)
        self.port = self.listener.getsockname()[1]
        self.threads = []

    def __enter__(self):
        self.start(self.accept)
        return self

    def __exit__(self, *_):
        self.over.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for thread in self.threads:
            thread.join(20)

    def start(self, work, *arguments):
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        self.threads.append(thread)
        thread.start()

    def accept(self):
        while not self.over.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.start(self.serve, connection)

    def serve(self, connection):
        connection.settimeout(60)
        try:
            with connection:
                self.talk(self.tls.wrap_socket(connection, server_side=True) if self.tls else connection)
        except (OSError, ssl.SSLError):
            pass  # the client has closed the connection, as it should

    def talk(self, connection):
        with connection:
            peer = Peer(self, connection)
            if self.raw or peer.read_request():
                self.requests.append(peer)
                self.answer(peer)


class Authority:
    """A CA for one test, and certificates that it signed, as files."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="credence-ca-"))
        self.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", "ca.key",
                     "-out", "ca.pem", "-subj", "/CN=throw-away", "-days", "2", "-addext", "keyUsage=keyCertSign",
                     "-addext", "basicConstraints=critical,CA:TRUE")
        self.ca = str(self.folder / "ca.pem")

    def openssl(self, *words):
        subprocess.run(["openssl", *words], cwd=self.folder, check=True, capture_output=True)

    def certificate(self, name, alternative="DNS:localhost,IP:127.0.0.1,IP:::1", days="1", start=None, end=None):
        """A certificate and its key: the paths of two files."""
        self.openssl("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", f"{name}.key",
                     "-out", f"{name}.csr", "-subj", f"/CN={name}")
        (self.folder / f"{name}.ext").write_text(f"subjectAltName={alternative}\n" if alternative else "")
        if end:  # `x509` takes no dates before OpenSSL 3.4; `ca` does
            (self.folder / "index.txt").write_text("")
            (self.folder / "serial").write_text("01\n")
            (self.folder / "ca.cnf").write_text("[ca]\ndefault_ca=own\n[own]\ndatabase=index.txt\nserial=serial\n"
                                                "new_certs_dir=.\ndefault_md=sha256\npolicy=any\n[any]\n"
                                                "commonName=supplied\n")
            self.openssl("ca", "-config", "ca.cnf", "-batch", "-in", f"{name}.csr", "-cert", "ca.pem", "-keyfile", "ca.key",
                         "-startdate", start, "-enddate", end, "-extfile", f"{name}.ext", "-out", f"{name}.pem", "-notext")
        else:
            self.openssl("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial",
                         "-days", days, "-extfile", f"{name}.ext", "-out", f"{name}.pem")
        return str(self.folder / f"{name}.pem"), str(self.folder / f"{name}.key")

    def context(self, name, **options):
        """The TLS context of a server with this certificate."""
        found = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        found.load_cert_chain(*self.certificate(name, **options))
        return found
