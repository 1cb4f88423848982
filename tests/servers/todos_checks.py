# SPDX-License-Identifier: MIT
# Checks of examples/todos that hold in every mode and with every store of sessions. For the tests in this folder.
import contextlib
import json
import re
import select
import time

from raw_http import head
from running import Server, eventually

ALICE = {"username": "alice", "password": "wonderland"}
BOB = {"username": "bob", "password": "builder"}


def token_of(server, who):
    return server.post("/login", who).json()["access_token"]


def cookie_of(server, who):
    """Logs in, and returns the field with the session's cookie."""
    answer = server.post("/login", who)
    assert answer.json() == {"status": "success"}, answer
    value, attributes = answer.cookie("session")
    assert re.fullmatch("sess_[A-Za-z0-9_-]{43}", value) and attributes == "HttpOnly; SameSite=Strict; Path=/", answer
    return f"Cookie: session={value}"


def login_head():
    """A whole request for a login of Alice, to send without awaiting the answer."""
    body = json.dumps(ALICE)
    return head("POST", "/login", ["Content-Type: application/json"], body).decode() + body


def check_todos(server, alice, bob):
    """Checks the list with two users: `alice` and `bob` are the fields with their credentials."""
    assert server.get("/protected", alice).text == "Hello user alice"
    assert server.get("/todos", alice).json() == []
    made = server.post("/todos", {"text": "write tests", "more": 1}, alice)
    assert (made.status, made.json()["text"]) == (201, "write tests")
    path = made.field("location")
    assert path == f"/todos/{made.json()['id']}"
    assert server.get("/todos", alice).json() == [made.json()]
    assert server.get("/todos", bob).json() == []
    assert server.ask("DELETE", path, [bob]).status == 403
    assert server.get("/todos", alice).json() == [made.json()]
    assert server.ask("DELETE", path, [alice]).status == 204
    assert server.ask("DELETE", path, [alice]).status == 404
    for unknown in ("/todos/999", "/todos/x", "/todos/-1", "/todos/99999999999999999999", "/todos/1x"):
        assert server.ask("DELETE", unknown, [alice]).status == 404, unknown
    assert server.get("/todos", alice).json() == []


def check_sessions(store, where=None):
    with Server("todos", "--sessions", store, folder=where) as server:
        alice, bob = cookie_of(server, ALICE), cookie_of(server, BOB)
        check_todos(server, alice, bob)
        for fields in ([], ["Cookie: session="], ["Cookie: session=abc"], ["Cookie: other=abc"],
                       [alice.replace("Cookie: session=", "Authorization: Bearer ")]):
            answer = server.get("/todos", *fields)
            assert (answer.status, answer.text) == (401, "Invalid token"), fields
        assert server.get("/todos", alice + "; session=abc").status == 400
        assert server.get("/todos", alice, bob).status == 400
        # A page of another site cannot make a browser change something.
        own = f"Origin: http://127.0.0.1:{server.port}"
        assert server.post("/todos", {"text": "x"}, alice, own).status == 201
        for foreign in ("Origin: https://evil.example", "Origin: null", "Sec-Fetch-Site: cross-site"):
            assert server.post("/todos", {"text": "x"}, alice, foreign).status == 403, foreign
        # A logout ends the session at once, a logout everywhere ends all sessions.
        second, third = cookie_of(server, ALICE), cookie_of(server, ALICE)
        out = server.post("/logout", {}, second)
        assert out.field("set-cookie") == "session=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0"
        assert server.get("/todos", second).status == 401
        assert server.get("/todos", third).status == 200
        assert server.post("/logout-all", {}, third).status == 200
        assert server.get("/todos", third).status == server.get("/todos", alice).status == 401
        assert server.get("/todos", bob).status == 200
        log = server.log_text()
        assert '"reason":"token_revoked"' in log and '"reason":"check_failed"' in log
        for field in (alice, bob, second, third):
            assert field.split("=")[1] not in log
        assert "wonderland" not in log


def check_inactivity(*stores):
    """A session ends after the idle time, and not while it is used. This test has to wait for real time: a server whose clock
    could be changed would be insecure. So all stores wait together."""
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(Server("todos", "--sessions", store, "--idle", "2")) for store in stores]
        logins = [(server, cookie_of(server, ALICE), cookie_of(server, BOB)) for server in servers]
        end = time.monotonic() + 2.1
        while time.monotonic() < end:
            for server, used, _ in logins:
                assert server.get("/protected", used).status == 200
            select.select([], [], [], 0.1)
        for server, used, left in logins:
            assert (server.get("/protected", used).status, server.get("/protected", left).status) == (200, 401)


def answered(clients):
    """The clients whose answer has begun to arrive."""
    return [client for client in clients if select.select([client.socket], [], [], 0)[0]]


UNKNOWN = f"Cookie: session=sess_{'0' * 42}A"


def check_hanging_store(server, hanging, question=head("GET", "/protected", [UNKNOWN])):
    """While the store hangs, in the context `hanging`, only requests that need it wait, and they get 503. `question` is such a
    request."""
    alice = cookie_of(server, ALICE)
    with contextlib.ExitStack() as stack:
        clients = [stack.enter_context(server.connect()) for _ in range(200)]
        for client in clients:
            assert client.ask("GET", "/").status == 200
        stack.enter_context(hanging)

        def assert_unavailable(answer):
            assert (answer.status, answer.field("retry-after")) == (503, "5"), answer
            assert answer.field("www-authenticate") == "" and answer.field("set-cookie") == "", answer

        # Of many requests a few wait. The others are answered at once, with Retry-After, while those few still wait.
        for client in clients:
            client.send(question)
        eventually(lambda: len(answered(clients)) > 100, what="the 503 answers of most requests")
        assert len(answered(clients)) < len(clients), "all answers came together, and none at once"
        for client in clients:
            assert_unavailable(client.read_answer())
        waiting = [stack.enter_context(server.connect()) for _ in range(20)]
        for client in waiting:
            client.send(question)
        assert server.get("/").status == 200
        # Some requests are answered at once. If this one had waited for the others, all of them would have their answers.
        assert len(answered(waiting)) < len(waiting), "a request that does not need the store waited for requests that do"
        for fields in ([], ["Cookie: session=abc"], [UNKNOWN[:-1] + "B"], [UNKNOWN[:-1]], [UNKNOWN.replace("sess_", "")]):
            assert server.get("/todos", *fields).status == 401, fields
        assert server.post("/login", {**ALICE, "password": "no"}).status == 401
        for client in waiting:
            assert_unavailable(client.read_answer())
        assert server.get("/").status == 200
        assert_unavailable(server.post("/login", ALICE))
        assert_unavailable(server.post("/logout", {}, alice))
        assert '"event":"store_unavailable"' in server.log_text()
    eventually(lambda: server.get("/protected", alice).text == "Hello user alice")
    assert server.get("/protected", cookie_of(server, ALICE)).status == 200


def check_sessions_of_one_user(store):
    """A user has at most 20 sessions: a further one ends the least recently used session."""
    with Server("todos", "--sessions", store, "--idle", "30") as server:
        bob, first = cookie_of(server, BOB), cookie_of(server, ALICE)
        second, others = cookie_of(server, ALICE), [cookie_of(server, ALICE) for _ in range(18)]
        noted_again = int(time.time()) + 4.1  # a tenth of --idle later, in whole seconds
        eventually(lambda: time.time() > noted_again)
        assert all(server.get("/protected", field).status == 200 for field in (first, second, *others[1:]))
        last = cookie_of(server, ALICE)
        assert server.get("/protected", others[0]).status == 401
        assert all(server.get("/protected", field).status == 200 for field in (first, second, *others[1:], last, bob))
        assert server.post("/logout", {}, first).status == 200  # which makes room for another session
        newest = cookie_of(server, ALICE)
        assert all(server.get("/protected", field).status == 200 for field in (second, *others[1:], last, newest))
        assert server.post("/logout-all", {}, second).status == 200
        assert all(server.get("/protected", field).status == 401 for field in (second, *others, last, newest))
        assert server.get("/protected", bob).status == 200
