# SPDX-License-Identifier: MIT
# Requests for the tests in this folder. Two parsers may disagree about the end or the host of each. By RFC 9112 a server must
# refuse it, and must not read the bytes after it as a request. Each part is sent byte for byte.
import typing


# Fields of a POST that already has a Host. The answer is 400, or 501 if another coding precedes the final chunked.
FRAMING_FIELDS = [
    b"Transfer-Encoding: identity",
    b"Transfer-Encoding: xchunked",
    b"Transfer-Encoding: gzip",
    b"Transfer-Encoding: gzip, chunked",
    b"Transfer-Encoding: identity, chunked",
    b"Transfer-Encoding: chunked, identity",
    b"Transfer-Encoding: chunked, gzip",
    b"Transfer-Encoding: chunked, chunked",
    b"Transfer-Encoding: chunked,",
    b"Transfer-Encoding: ,chunked",
    b"Transfer-Encoding: chunked;q=1",
    b"Transfer-Encoding: \"chunked\"",
    b"Transfer-Encoding: chunked chunked",
    b"Transfer-Encoding: chunke",
    b"Transfer-Encoding: \x0bchunked",
    b"Transfer-Encoding: chunked\x0c",
    b"Transfer-Encoding: \x00chunked",
    b"Transfer-Encoding: \xa0chunked",
    b"Transfer-Encoding:",
    b"Transfer-Encoding: ",
    b"Transfer-Encoding : chunked",
    b"Transfer-Encoding\t: chunked",
    b" Transfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity",
    b"Transfer-Encoding: identity\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nTransfer-Encoding:",
    b"Transfer-Encoding:\r\n chunked",
    b"Content-Length: 5\r\nTransfer-Encoding: chunked",
    b"Transfer-Encoding: chunked\r\nContent-Length: 5",
    b"Content-Length: 0\r\nTransfer-Encoding: chunked",
    b"Content-Length: 5\r\nTransfer-Encoding: identity",
    b"Content-Length: 5\r\nContent-Length: 5",
    b"Content-Length: 5\r\nContent-Length: 6",
    b"Content-Length: 5\r\ncontent-length: 0",
    b"Content-Length: 5, 5",
    b"Content-Length: 5,6",
    b"Content-Length: 5,",
    b"Content-Length: +5",
    b"Content-Length: -1",
    b"Content-Length: -0",
    b"Content-Length: 0x5",
    b"Content-Length: 5x",
    b"Content-Length: 5 5",
    b"Content-Length: 5;",
    b"Content-Length: 5.0",
    b"Content-Length: 1e1",
    b"Content-Length: \"5\"",
    b"Content-Length:",
    b"Content-Length: ",
    b"Content-Length: five",
    b"Content-Length : 5",
    b"Content-Length\t: 5",
    b"Content-Length\x0b: 5",
    b" Content-Length: 5",
    b"\tContent-Length: 5",
    b"Content-Length:\r\n 5",
    b"Content-Length: 5\r\n 5",
    b"Content-Length: 5\x00",
    b"X: a\r\n folded",
    b"X: a\r\n\tfolded",
    b"X: a\nContent-Length: 5",
    b"X: a\rContent-Length: 5",
    b"X: a\r\rb",
    b"X: a\n",
    b"X: a\r",
    b"\nX: a",
    b"X: a\x00b",
    b"X: a\x01b",
    b"X: a\x7fb",
    b"X\x00: a",
    b"X",
    b"X Y: z",
    b"X\xff: z",
    b": x",
    b" : x",
    b"(x): y",
]

# Lines that replace the request line, with a Host after them: 400.
REQUEST_LINES = [
    b"GET /",
    b"GET / HTTP/2.0",
    b"GET / HTTP/1.2",
    b"GET / HTTP/1.10",
    b"GET / HTTP/0.9",
    b"GET / HTTP/1",
    b"GET / http/1.1",
    b"GET / HTTP/1.1 ",
    b"GET / HTTP/1.1 HTTP/1.1",
    b"GET /x y HTTP/1.1",
    b"GET  / HTTP/1.1",
    b"GET /  HTTP/1.1",
    b" GET / HTTP/1.1",
    b"GET\t/\tHTTP/1.1",
    b"GET /\tx HTTP/1.1",
    b"GET /\x00 HTTP/1.1",
    b"GET /\x80 HTTP/1.1",
    b"GET /\x0bx HTTP/1.1",
    b"G(T / HTTP/1.1",
    b"G\x00T / HTTP/1.1",
    b"GET x HTTP/1.1",
    b"GET /#x HTTP/1.1",
    b"GET ftp://x/ HTTP/1.1",
    b"GET http:///x HTTP/1.1",
    b"GET http://a@b/ HTTP/1.1",
    b"GET / HTTP/1.1\rX: y",
    b"GET / HTTP/1.1\nX: y",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
]

# Bodies after a head with Transfer-Encoding: chunked: 400.
CHUNKS = [
    b"x\r\n",
    b"\r\n",
    b" 5\r\nabcde\r\n0\r\n\r\n",
    b"-1\r\n",
    b"+5\r\nabcde\r\n0\r\n\r\n",
    b"0x5\r\nabcde\r\n0\r\n\r\n",
    b"5h\r\nabcde\r\n0\r\n\r\n",
    b"5 5\r\nabcde\r\n0\r\n\r\n",
    b"5 \r\nabcde\r\n0\r\n\r\n",
    b"5\x00\r\nabcde\r\n0\r\n\r\n",
    b"10000000000000005\r\nabcde\r\n0\r\n\r\n",
    b"00000000000000000005\r\nabcde\r\n0\r\n\r\n",
    b"5\r\nabc\r\n0\r\n\r\n",
    b"1\r\nab\r\n0\r\n\r\n",
    b"1\r\na\n0\r\n\r\n",
    b"1\r\na\r0\r\n\r\n",
    b"1\r\na0\r\n\r\n",
    b"1\na\r\n0\r\n\r\n",
    b"1\r\ra\r\n0\r\n\r\n",
    b"1;x\ny\r\na\r\n0\r\n\r\n",
    b"1;x\x00\r\na\r\n0\r\n\r\n",
    b"0\n\n",
    b"0\r\nX\r\n\r\n",
    b"0\r\nX : y\r\n\r\n",
    b"0\r\n X: y\r\n\r\n",
    b"0\r\nX: y\n\r\n",
    b"0\r\nX: y\x00\r\n\r\n",
    b"0\r\nX: y\r\n z\r\n\r\n",
    b"0\r\n\rX",
]

# All fields that name the host, in an HTTP/1.1 request: 400.
HOST_FIELDS = [
    b"",
    b"Host:\r\n",
    b"Host: x\r\nHost: x\r\n",
    b"Host: x\r\nhost: y\r\n",
    b"Host: x y\r\n",
    b"Host: x,y\r\n",
    b"Host: x, y\r\n",
    b"Host: x/y\r\n",
    b"Host: x\\y\r\n",
    b"Host: x?y\r\n",
    b"Host: x#y\r\n",
    b"Host: x@y\r\n",
    b"Host: http://x\r\n",
    b"Host: <x>\r\n",
    b"Host: \"x\"\r\n",
    b"Host: x;y\r\n",
    b"Host: x:y\r\n",
    b"Host: x:-1\r\n",
    b"Host: x:65536\r\n",
    b"Host: x:1:2\r\n",
    b"Host: :80\r\n",
    b"Host: [\r\n",
    b"Host: []\r\n",
    b"Host: [::1\r\n",
    b"Host: [::1]x\r\n",
    b"Host: [::1]:x\r\n",
    b"Host: [x]\r\n",
    b"Host: ::1\r\n",
    b"Host: \xc3\xa4\r\n",
    b"Host: x\x00\r\n",
    b"Host : x\r\n",
]

# Segments that some servers read as a dot segment, or as a path to a parent folder.
DOT_SEGMENTS = ["..", ".", "...", "%2e%2e", "%2E%2E", ".%2e", "%2e.", "%2E.", "%252e%252e", "%25252e.", "..;", "..;x=y", "..%3b", ".;",
                "..%20", "..%09", "..%00", "%c0%ae%c0%ae", "%e0%80%ae.", "%f0%80%80%ae.", "%u002e.", "..%5c", "..\\", "..%2f", "..%252f",
                "..%255c", "..%c0%af", "..%23", "..%3f", "..#"]

# Spellings that some servers read as one slash.
SLASHES = ["//", "/%2f", "/%2F", "%2f", "%252f", "\\", "/\\", "%5c", "%5C", "%255c", "/./", "/;/", ";/", "/%2e/", "/.%00/", "%c0%af",
           "%u002f", "/%20/", "/%09/", "%0a", "%0d%0a", "%00"]

# Fields of a GET without a body, about a body, the path or the user. The answer may be anything but a 5xx, and is the same for
# all requests without credentials.
FIELDS = [
    b"Content-Encoding: gzip",
    b"Content-Encoding: x\r\nContent-Type: y",
    b"Content-Type: application/json",
    b"Content-Type: ;;;",
    b"Content-Length: 0",
    b"Expect: 100-continue",
    b"Expect: x",
    b"Range: bytes=0-0",
    b"Range: bytes=0-1,3-4,1-0",
    b"Range: x",
    b"If-Match: x",
    b"If-None-Match: *",
    b"If-Modified-Since: Thu, 01 Jan 1970 00:00:00 GMT",
    b"If-Modified-Since: x",
    b"Upgrade: websocket\r\nConnection: Upgrade",
    b"Upgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\nConnection: Upgrade, HTTP2-Settings",
    b"Connection: Authorization, Cookie, Host, Content-Length",
    b"Connection: ,,,",
    b"TE: trailers",
    b"Trailer: Authorization",
    b"Accept: ////",
    b"Accept: */*;q=9,,",
    b"Accept-Encoding: x;q=",
    b"Cache-Control: x=y,,",
    b"Date: x",
    b"Cookie: a",
    b"Cookie: =; ;;=",
    b"Cookie: a=b; a=c",
    b"Cookie: \xff=\xfe",
    b"Origin: null",
    b"Sec-Fetch-Site: x",
    b"X-HTTP-Method-Override: DELETE",
    b"X-Original-URL: /",
    b"X-Rewrite-URL: /",
    b"Destination: /x",
    b"X-Sendfile-Type: X-Accel-Redirect\r\nX-Accel-Mapping: /=/",
    b"X-Original-Method: OPTIONS",
    b"X-Forwarded-For: 127.0.0.1",
    b"X-Forwarded-Prefix: /..",
    b"X-Auth-Subject: root",
    b"X-Remote-User: root",
    b"Forwarded: for=\"",
    b"Authorization:",
    b"Authorization: Bearer",
    b"Authorization: Bearer \x80",
    b"Authorization: Bearer %00",
    b"Authorization: Bearer a.b.c, Bearer d.e.f",
    b"Authorization: Bearer " + b", " * 2000,
    b"Authorization: \tBearer\tx",
    b"Authorization: Digest x=\"",
    b"Authorization: Bearer a.b.c\r\nAuthorization: Bearer d.e.f",
    b"Proxy-Authorization: Bearer x",
    b"X:" + b"\t" * 3000,
    b"X: " + b"y" * 9000,
    b"\r\n".join(b"X-%d: y" % number for number in range(200)),
]


def hostile_paths(guarded, elsewhere="/x"):
    """Spellings of a path that some servers resolve to a guarded path, and others to an open one."""
    for dots in DOT_SEGMENTS:
        yield from (f"{guarded}/{dots}{elsewhere}", f"{guarded}/{dots}", f"{elsewhere}/{dots}{guarded}", f"/{dots}{guarded}", f"/{dots}{guarded}/x")
    for slash in SLASHES:
        start = slash if slash[0] == "/" else f"/{slash}"
        yield from (f"{elsewhere}{slash}{guarded[1:]}", f"{start}{guarded[1:]}", f"{guarded}{slash}x{slash}")
    first = ord(guarded[1])
    yield from (f"{guarded};/x", f"{guarded};a=b", f"/;{guarded}", f"{guarded}./x", f"{guarded}/x.", f"{guarded}%00", f"{guarded}%2f",
                f"/%{first:02x}{guarded[2:]}", f"/%25{first:02x}{guarded[2:]}", f"{guarded}%20/x", f"/%20{guarded[1:]}", f"{elsewhere}%2f..%2f{guarded[1:]}",
                f"{elsewhere}/..%2f{guarded[1:]}", f"{guarded}%09", f"{guarded}%7f", f"{guarded}%0d%0aX:y", f"{guarded}#/../x", f"{guarded}#")


class Case(typing.NamedTuple):
    """An entry for test_hostile_requests.py: the bytes to send, and the right answers. None: closed without an answer."""
    name: str
    packets: list
    statuses: tuple = ()
    is_whole: bool = True  # False: the connection ends before the request does


LIMIT = 8 * 1024  # of a head, its chunk extensions and its trailers together
MOST_BODY = 64 * 1024


def refused_requests(takes_body, hidden):
    """Requests after which the server must read no other request. `hidden` is the request that some have as their body."""
    post = f"POST {takes_body} HTTP/1.1\r\n".encode()
    start = post + b"Host: x\r\n"
    chunked = start + b"Transfer-Encoding: chunked\r\n\r\n"
    for line in FRAMING_FIELDS:
        yield Case(f"field {line}", [start + line + b"\r\n\r\n", hidden], (400, 501))
        yield Case(f"field {line}, with chunks", [start + line + b"\r\n\r\n", b"0\r\n\r\n" + hidden], (400, 501))
        yield Case(f"field {line}, in HTTP/1.0", [b"POST / HTTP/1.0\r\n" + line + b"\r\n\r\n", hidden], (400, 501))
    yield Case("chunks in HTTP/1.0", [chunked.replace(b"/1.1", b"/1.0"), b"0\r\n\r\n"], (400,))
    for line in REQUEST_LINES:
        yield Case(f"request line {line}", [line + b"\r\nHost: x\r\n\r\n"], (400, 505))
    yield Case("the start of HTTP/2", [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"], (400, 505))
    for chunks in CHUNKS:
        yield Case(f"chunks {chunks}", [chunked, chunks], (400,))
    for hosts in HOST_FIELDS:
        yield Case(f"host {hosts}", [post + hosts + b"Content-Length: 0\r\n\r\n"], (400,))
    yield from _too_much(start, chunked)
    yield from _ends_early(start, chunked)


def _too_much(start, chunked):
    refused = (400, 414, 431)
    for size in (LIMIT, 70_000, 1_000_000):
        many = b"y" * size
        yield Case(f"a target of {size} bytes", [b"GET /" + many + b" HTTP/1.1\r\nHost: x\r\n\r\n"], refused)
        yield Case(f"a method of {size} bytes", [many + b" / HTTP/1.1\r\nHost: x\r\n\r\n"], refused)
        yield Case(f"a field of {size} bytes", [start + b"X: " + many + b"\r\n\r\n"], refused)
        yield Case(f"a name of {size} bytes", [start + many + b": x\r\n\r\n"], refused)
        yield Case(f"fields of {size} bytes", [start + b"X: y\r\n" * (size // 6 + 1) + b"\r\n"], refused)
        yield Case(f"an extension of {size} bytes", [chunked, b"1;x=" + many + b"\r\ny\r\n0\r\n\r\n"], refused)
        yield Case(f"extensions of {size} bytes", [chunked, b"1;xxxxxxx\r\ny\r\n" * (size // 8 + 1) + b"0\r\n\r\n"], (*refused, 413))
        yield Case(f"a trailer of {size} bytes", [chunked, b"0\r\nX: " + many + b"\r\n\r\n"], refused)
        yield Case(f"trailers of {size} bytes", [chunked, b"0\r\n" + b"X: y\r\n" * (size // 6 + 1) + b"\r\n"], refused)
        yield Case(f"a chunk's size of {size} digits", [chunked, b"0" * size + b"1\r\ny\r\n0\r\n\r\n"], (*refused, 413))
        yield Case(f"empty lines of {size} bytes", [b"\r\n" * (size // 2 + 1)], refused)
    third = b"y" * (LIMIT // 3)
    yield Case("head, extension and trailer that are too long together",
               [start + b"Transfer-Encoding: chunked\r\nX: " + third + b"\r\n\r\n",
                b"1;" + third + b"\r\ny\r\n0\r\nX: " + third + b"\r\n\r\n"], refused)
    too_long = (413, 405)  # 405 where the path takes no POST
    for length in (MOST_BODY + 1, 10**9, 10**19, 10**30):
        yield Case(f"a body of {length} bytes", [start + b"Content-Length: %d\r\n\r\n" % length], too_long)
    for sizes in (b"10001\r\n", b"ffffffff\r\n", b"ffffffffffffffff\r\n", b"10000\r\n" + b"y" * MOST_BODY + b"\r\n1\r\n"):
        yield Case(f"chunks of too many bytes {sizes[:20]}", [chunked, sizes], too_long)


def _ends_early(start, chunked):
    """Requests that end before the hidden request. The hidden request is the missing part of their body."""
    incomplete = (400, 408, None)
    yield Case("a body that the next request is part of", [start + b"Content-Length: 9999\r\n\r\n"], incomplete, False)
    yield Case("a chunk that the next request is part of", [chunked, b"fff\r\n"], incomplete, False)
    yield Case("a head that the next request is part of", [start + b"X: "], incomplete, False)


def clear_requests(takes_body):
    """Unambiguous requests: a server answers them in any packets, and the connection stays open."""
    start = f"POST {takes_body} HTTP/1.1\r\nConnection: keep-alive\r\n".encode()
    host = b"Host: x\r\n"
    chunked = start + host + b"Transfer-Encoding: chunked\r\n\r\n"
    yield Case("a length", [start + host + b"Content-Length: 2\r\n\r\n{}"])
    yield Case("a length with white space around it", [start + host + b"content-length: \t2 \r\n\r\n{}"])
    yield Case("a length with zeros before it", [start + host + b"Content-Length: 0002\r\n\r\n{}"])
    yield Case("a coding in other letters", [start + host + b"transfer-encoding:\tChunked \r\n\r\n2\r\n{}\r\n0\r\n\r\n"])
    yield Case("chunks with extensions", [chunked + b"1;a=b ; c=\"d e\"\r\n{\r\n0001 \t;x\r\n}\r\n000;y\r\n\r\n"])
    yield Case("chunks with trailers", [chunked + b"2\r\n{}\r\n0\r\nX: y\r\nContent-Length: 9\r\nZ:\r\n\r\n"])
    yield Case("many small chunks", [chunked + b"1\r\ny\r\n" * 3000 + b"0\r\n\r\n"])
    yield Case("an empty line before it", [b"\r\n" + start + host + b"Content-Length: 2\r\n\r\n{}"])
    yield Case("a target in absolute form", [start.replace(b" /", b" http://example.com:80/") + host + b"Content-Length: 0\r\n\r\n"])
    yield Case("bytes above ASCII in a value", [start + host + b"X: caf\xc3\xa9\r\nContent-Length: 0\r\n\r\n"])
    yield Case("a head of nearly 8 KiB", [start + host + b"Content-Length: 0\r\nX: " + b"y" * (LIMIT - 300) + b"\r\n\r\n"])
    for name in (b"x", b"x.example", b"X-1.example.:8080", b"127.0.0.1:3000", b"[::1]", b"[::1]:80", b"x_y", b"x:"):
        yield Case(f"host {name}", [start + b"Host: " + name + b"\r\nContent-Length: 0\r\n\r\n"])
