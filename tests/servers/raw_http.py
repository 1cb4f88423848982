# SPDX-License-Identifier: MIT
# HTTP over a raw socket: the bytes are sent as they are given. For the tests in this folder.
import json
import socket


class Answer:
    def __init__(self, status, fields, body):
        self.status, self.fields, self.body = status, fields, body

    def all(self, name):
        """The values of all fields of a name."""
        return [value for key, value in self.fields if key.lower() == name.lower()]

    def one(self, name):
        values = self.all(name)
        assert len(values) <= 1, f"{name} is there {len(values)} times"
        return values[0] if values else None

    def field(self, name):
        """The value of a field; all values if there are several; empty if there is none."""
        return ", ".join(self.all(name))

    @property
    def text(self):
        return self.body.decode()

    def json(self):
        return json.loads(self.body)

    def cookie(self, name):
        """The value and the attributes of a cookie that the answer sets."""
        for field in self.all("Set-Cookie"):
            pair, _, attributes = field.partition("; ")
            key, _, value = pair.partition("=")
            if key == name:
                return value, attributes
        return None

    def __repr__(self):
        return f"{self.status} {self.fields} {self.body[:300]!r}"


class Connection:
    """One connection, for one or more requests. Each call sends a separate packet."""

    def __init__(self, port, timeout=30):
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.rest = b""

    def send(self, data):
        self.socket.sendall(data.encode() if isinstance(data, str) else data)

    def finish(self):
        """Closes the sending side, unless the server has closed the connection."""
        try:
            self.socket.shutdown(socket.SHUT_WR)
        except OSError:
            pass

    def read_line(self):
        while b"\r\n" not in self.rest:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError("the connection was closed")
            self.rest += more
        line, _, self.rest = self.rest.partition(b"\r\n")
        return line.decode("latin-1")

    def read_bytes(self, size=None):
        while size is None or len(self.rest) < size:
            try:
                more = self.socket.recv(65536)
            except ConnectionResetError:
                more = b""
            if not more:
                break
            self.rest += more
        size = len(self.rest) if size is None else size
        data, self.rest = self.rest[:size], self.rest[size:]
        return data

    def read_answer(self, method="GET"):
        line = self.read_line()
        while line.startswith("HTTP/1.1 100"):
            self.read_line()
            line = self.read_line()
        status, fields = int(line.split()[1]), []
        while line := self.read_line():
            key, _, value = line.partition(":")
            fields.append((key, value.strip()))
        answer = Answer(status, fields, b"")
        length = answer.one("Content-Length")
        if method != "HEAD" and status != 204:
            answer.body = self.read_bytes(int(length) if length is not None else None)
        return answer

    def is_closed(self):
        """Whether the server closes it, without another byte."""
        return self.rest == b"" and self.read_bytes() == b""

    def ask(self, method, path, fields=(), body=None):
        """Sends one request, with head and body in separate packets. Returns the answer."""
        start, end, data = request(self.port, method, path, fields, body).partition(b"\r\n\r\n")
        self.send(start + end)
        try:
            self.send(data)
        except OSError:
            pass  # a server that has already refused may have closed the connection
        return self.read_answer(method)

    def close(self):
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


def head(method, path, fields=(), body=None, host="localhost"):
    """The head of a request, for this body. `fields` are pairs, or whole lines."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}"]
    lines += [pair if isinstance(pair, str) else f"{pair[0]}: {pair[1]}"
              for pair in (fields.items() if isinstance(fields, dict) else fields)]
    if body is not None:
        lines.append(f"Content-Length: {len(body.encode() if isinstance(body, str) else body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n"


def request(port, method, path, fields=(), body=None):
    """The bytes of a request. A body that is not text is sent as JSON."""
    fields = list(fields.items() if isinstance(fields, dict) else fields)
    if body is not None and not isinstance(body, (bytes, str)):
        body = json.dumps(body)
        if not any(isinstance(pair, tuple) and pair[0].lower() == "content-type" for pair in fields):
            fields.append(("Content-Type", "application/json"))
    if isinstance(body, str):
        body = body.encode()
    return head(method, path, fields, body, f"127.0.0.1:{port}") + (body or b"")


def ask(port, method, path, fields=(), body=None, timeout=30):
    with Connection(port, timeout) as connection:
        return connection.ask(method, path, fields, body)
