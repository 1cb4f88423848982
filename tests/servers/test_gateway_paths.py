#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The service gets the same path that the gateway has checked (attack row 49). The tests use a real nginx with the configuration
# of examples/gateway. The service behind it routes by prefix, and parses paths as loosely as a careless service may.
# packages: libcpp-httplib-dev nginx-light
import random
import re
import time
import urllib.parse

from hostile_requests import hostile_paths
from nginx import Nginx, Recorder
from running import ROOT as SOURCE, Server, run_all
from tokens import SECRET, bearer, sign

NOW = int(time.time())
NOBODY = []
ALICE = [bearer(sign(sub="alice", exp=NOW + 600))]
ROOT = [bearer(sign(sub="root", exp=NOW + 600, scope="admin"))]

def resolved(path):
    """The first segment of a path, after parameters, dots and empty segments are removed."""
    found = []
    for segment in (part.split(";")[0].strip() for part in path.replace("\\", "/").split("/")):
        if len(segment) >= 2 and not segment.strip(". "):
            found = found[:-1]
        elif segment.strip(". "):
            found.append(segment)
    return "/" + "/".join(found[:1])


def reading(target):
    """The most guarded area that a careless service may read in a target: admin, private or open."""
    path = re.split("[?#]", re.sub(r"^https?://[^/?]*", "", target))[0]
    starts = []
    for _ in range(4):
        starts += [path, resolved(path)]
        path = urllib.parse.unquote_to_bytes(re.sub("%u00([0-9a-fA-F]{2})", r"%\1", path))
        for long, short in ((b"\xc0\xae", b"."), (b"\xc0\xaf", b"/"), (b"\xe0\x80\xae", b"."), (b"\xf0\x80\x80\xae", b".")):
            path = path.replace(long, short)
        path = re.split("[?#\0]", path.decode("latin-1"))[0]
    starts += [path, resolved(path)]
    return next((name for name in ("admin", "private") for start in starts if start.lower().startswith("/" + name)), "open")


def assert_no_way_in(nginx, service, target, fields):
    """Checks that each request that the service received was allowed for its sender."""
    allowed = {"open"} | ({"private"} if fields is ALICE else {"private", "admin"} if fields is ROOT else set())
    status = nginx.status(target, *fields)
    seen = service.take()
    assert len(seen) == (1 if status == 200 else 0), (target, status, seen)
    for request in seen:
        assert request.target == re.sub("^http://[^/]*", "", target), (target, request)  # nginx has not changed the path
        assert reading(request.target) in allowed, (target, fields, request)
        assert request.all("X-Auth-Subject") in ([], ["alice" if fields is ALICE else "root"]), request
    return status


def assert_refused(nginx, service, target):
    for fields in (NOBODY, ALICE, ROOT):
        assert assert_no_way_in(nginx, service, target, fields) == 400, target


def test_a_path_that_can_be_read_in_two_ways_is_refused():
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port) as nginx:
        for guarded in ("/private", "/admin", "/private/x", "/Admin/x"):
            for elsewhere in ("/x", "/admin"):
                for target in hostile_paths(guarded, elsewhere):
                    assert_refused(nginx, service, target)


def test_the_settings_of_nginx_do_not_matter():
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service:
        change = lambda text: text.replace("server_tokens off;", "server_tokens off; merge_slashes off;")
        with Nginx(gateway.port, service.port, change) as nginx:
            for target in ("//private/", "/x//private", "/private//x", "/admin/../private/"):
                assert_refused(nginx, service, target)
        # A location that a user adds is guarded, too.
        change = lambda text: text.replace("location / {", "location ~* x$ { proxy_pass http://service; }\nlocation / {", 1)
        with Nginx(gateway.port, service.port, change) as nginx:
            assert assert_no_way_in(nginx, service, "/private/x", NOBODY) == 401
            assert assert_no_way_in(nginx, service, "/admin/x", ALICE) == 403
            assert assert_no_way_in(nginx, service, "/private/x", ALICE) == 200
            assert_refused(nginx, service, "/private/../x")


def test_every_spelling_of_a_guarded_prefix_is_guarded():
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port) as nginx:
        for start in ("/private", "/PRIVATE", "/Private", "http://x/private", "http://x:1/Private", "/admin", "/ADMIN", "/aDmin", "http://x/admin"):
            for end in ("", "/", "/x", "?a=b", "/x?../..//%2f;\\", "x", ".json", ":x", "/.well-known/a"):
                scope = "admin" in start.lower()
                wanted = [(NOBODY, 401), (ALICE, 403 if scope else 200), (ROOT, 200)]
                assert [(fields, assert_no_way_in(nginx, service, start + end, fields)) for fields, _ in wanted] == wanted, start + end


def test_unambiguous_paths_pass_unchanged():
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port) as nginx:
        for path in ("/", "/x", "/x/", "/a.b/..c/d...e", "/.well-known/x", "/caf%C3%A9/%E2%82%AC/%f0%9f%98%80", "/a%20b", "/users/a%40b.example",
                     "/a,b:c=d&e+f*(g)!'$~-_@", "/%22%3C%3D%3E%5B%5D%5E%60%7B%7C%7D%21%24%26%27%28%29%2A%2B%2C%3A", "/?x=../%2e%2e//;\\%00", "/x?", "/x??",
                     "/private/a?b=/../c", "/x/private", "/" + "a" * 5000, "/" + "a/" * 2500, "/" + "%c3%a9" * 800):
            assert assert_no_way_in(nginx, service, path, ALICE) == 200, path
        # A request that ends early for a proxy, or whose target is not a path, is refused.
        for target in ("*", "x", "private/x", "http://h?/private", "/\xe9".encode(), b"/x\x01", b"/x\x7f", b"/x y", b"/x\tHTTP/1.1 y", "?x", "http:///private",
                       "/x?a#b", "/%zz", "/%", "/%2", "/%c3%28", "/" + "a" * 9000):
            assert nginx.status(target, *ALICE) in (400, 414) or target == "/%c3%28", target
            assert not service.take() or target == "/%c3%28", target


def test_the_map_of_the_readme_guards_unlisted_paths():
    own = re.search(r"^    map \$request_uri \$needs \{\n.*?^    \}\n", (SOURCE / "examples/gateway/README.md").read_text(), re.M | re.S)[0]
    change = lambda text: re.sub(r"^    map \$request_uri \$needs \{\n.*?^    \}\n", lambda _: own, text, flags=re.M | re.S)
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port, change) as nginx:
        for path, wanted in (("/", [200, 200, 200]), ("/?x", [200, 200, 200]), ("/public/x", [200, 200, 200]), ("/x", [401, 200, 200]),
                             ("/public", [401, 200, 200]), ("/Public/x", [401, 200, 200]), ("/private/x", [401, 200, 200]), ("/ADMIN", [401, 403, 200]),
                             ("/public/../admin/", [400, 400, 400]), ("/public//x", [400, 400, 400])):
            assert [assert_no_way_in(nginx, service, path, fields) for fields in (NOBODY, ALICE, ROOT)] == wanted, path


def test_random_hostile_paths_are_refused():
    pieces = ["/", "/", "/", "//", ".", "..", "...", "%2e", "%2E", "%252e", "%2f", "%5c", "\\", ";", "%3b", "%00", "%20", "%23", "#", "?", "%3f", ":", "@",
              "private", "PRIVATE", "%70rivate", "privat%65", "admin", "Admin", "x", "a", "%c0%ae", "%c0%af", "%ef%bc%8f", "~", "%25", "_auth", "%"]
    chance = random.Random(49)
    passed = 0
    with Server("gateway", JWT_SECRET=SECRET) as gateway, Recorder() as service, Nginx(gateway.port, service.port) as nginx:
        for _ in range(1500):
            target = "/" + "".join(chance.choices(pieces, k=chance.randint(1, 8)))
            for fields in (NOBODY, ALICE):
                passed += assert_no_way_in(nginx, service, target, fields) == 200
    assert passed > 100, passed  # otherwise the test would prove nothing


run_all(globals())
