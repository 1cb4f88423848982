# SPDX-License-Identifier: MIT
# A real nginx with the nginx.conf of examples/gateway, and a service behind it that records each request. For
# the tests in this folder.
import pathlib
import re
import socket
import subprocess
import tempfile
import threading

from raw_http import Connection, head
from running import ROOT, eventually


def free_ports(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


class Seen:
    """A request as a service received it."""

    def __init__(self, data):
        start, _, self.body = data.partition(b"\r\n\r\n")
        line, *fields = start.decode("latin-1").split("\r\n")
        self.method, self.target, self.version = line.split(" ")
        self.fields = [(name, value.strip()) for name, _, value in (field.partition(":") for field in fields)]

    def all(self, name):
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def __repr__(self):
        return f"{self.method} {self.target} {self.fields} {self.body!r}"


class Recorder:
    """A server that answers every request with the same bytes, and keeps what it received in `seen`."""

    def __init__(self, answer=b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nservice"):
        self.answer, self.seen = answer, []
        self.socket = socket.create_server(("127.0.0.1", 0), backlog=128)
        self.port = self.socket.getsockname()[1]
        self.thread = threading.Thread(target=self.serve)

    def serve(self):
        while True:
            client, _ = self.socket.accept()
            with client:
                if not self.record(client):
                    return

    def record(self, client):
        data = b""
        while b"\r\n\r\n" not in data or len(data.partition(b"\r\n\r\n")[2]) < self.length(data):
            more = client.recv(65536)
            if not more:
                return data != b""  # a connection without a request ends the server
            data += more
        self.seen.append(Seen(data))
        client.sendall(self.answer)
        return True

    @staticmethod
    def length(data):
        found = re.search(rb"\r\ncontent-length: *(\d+)\r\n", data, re.IGNORECASE)
        return int(found[1]) if found else 0

    def take(self):
        """The requests since the last call."""
        seen, self.seen = self.seen, []
        return seen

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        socket.create_connection(("127.0.0.1", self.port)).close()
        self.thread.join(30)
        self.socket.close()


class Nginx:
    """nginx in front of `service_port`, or by default in front of the stand-in service of the configuration. `change` may
    rewrite the text of the configuration."""

    def __init__(self, gateway_port, service_port=None, change=lambda text: text):
        self.gateway_port, self.service_port, self.change = gateway_port, service_port, change
        self.folder = tempfile.TemporaryDirectory(prefix="credence-nginx-")
        self.process, self.port = None, 0

    def configuration(self, front, stand_in):
        text = self.change((ROOT / "examples/gateway/nginx.conf").read_text())
        text = text.replace("server 127.0.0.1:8081;", f"server 127.0.0.1:{self.service_port or stand_in};")
        return text.replace(":9000", f":{self.gateway_port}").replace(":8080", f":{front}").replace(":8081", f":{stand_in}")

    def __enter__(self):
        folder = self.folder.name
        pathlib.Path(folder).chmod(0o755)  # if root starts nginx, its worker runs as another user
        for _ in range(5):  # another process may take the free port
            self.port, stand_in = free_ports(2)
            pathlib.Path(folder, "nginx.conf").write_text(self.configuration(self.port, stand_in))
            with open(f"{folder}/errors", "wb") as errors:
                self.process = subprocess.Popen(["nginx", "-p", folder, "-c", f"{folder}/nginx.conf"], stderr=errors)
            eventually(self.is_decided)
            if self.process.poll() is None:
                return self
        raise AssertionError(self.errors())

    def is_decided(self):
        with socket.socket() as probe:
            return self.process.poll() is not None or probe.connect_ex(("127.0.0.1", self.port)) == 0

    def errors(self):
        return pathlib.Path(self.folder.name, "errors").read_text(errors="replace")

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait(30)
        self.folder.cleanup()

    def connect(self):
        return Connection(self.port)

    def ask(self, path, *fields, method="GET", body=None):
        with self.connect() as client:
            return client.ask(method, path, fields, body)

    def status(self, target, *fields, method="GET"):
        """The status of a request whose target is sent as it is, bytes or text, on a connection of its own."""
        target = target.encode() if isinstance(target, str) else target
        with self.connect() as client:
            client.send(head(method, "TARGET", fields).replace(b"TARGET", target, 1))
            return client.read_answer(method).status
