#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos: an exception closes at most the connection where it was thrown. It affects no other connection, never ends
# the process, and its text is in no answer and no log.
# packages: libboost-dev libsqlite3-dev libhiredis-dev
import pathlib
import resource

from raw_http import head
from running import Server, eventually, run_all


def events(server):
    return [(line["event"], line.get("type")) for line in server.log() if line["event"] != "request"]


def test_an_exception_in_a_handler_is_500_and_closes_its_connection():
    with Server("todos_exceptions") as server, server.connect() as other:
        for path, name in (("/error", "std::length_error"), ("/later", "std::bad_alloc"), ("/number", "int"),
                           ("/call", "std::length_error")):
            with server.connect() as client:
                client.send(head("GET", path) + head("GET", "/"))
                answer = client.read_answer()
                assert (answer.status, answer.field("connection")) == (500, "close"), path
                assert answer.json() == {"error": "Something went wrong on our side"}
                client.finish()
                assert client.is_closed()
            assert events(server)[-1] == ("handler_failed", name)
            other.send(head("GET", "/"))
            assert other.read_answer().status == 200
        assert "what the client sent" not in server.log_text()


def test_an_exception_that_reaches_the_event_loop_does_not_end_the_server():
    with Server("todos_exceptions") as server, server.connect() as other:
        for path, name in (("/loop", "(anonymous namespace)::LengthError"), ("/loop/number", "int")):
            for times in range(1, 11):  # more often than there are threads
                server.get(path)
                eventually(lambda: events(server).count(("operation_failed", name)) == times)
        other.send(head("GET", "/"))
        assert other.read_answer().status == 200
        assert server.get("/").status == 200
        assert "what the client sent" not in server.log_text()


def test_a_lack_of_file_descriptors_does_not_end_the_server():
    with Server("todos_exceptions") as server:
        if b"__ubsan_" in pathlib.Path(server.command[0]).read_bytes():
            print("skipped: this sanitizer needs a file for some of its checks")
            return
        before = resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE)
        with server.connect() as other:
            other.send(head("GET", "/"))
            assert other.read_answer().status == 200
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, (3, before[1]))
            with server.connect():
                eventually(lambda: "accept_failed" in server.log_text())
                other.send(head("GET", "/"))
                assert other.read_answer().status == 200
            resource.prlimit(server.process.pid, resource.RLIMIT_NOFILE, before)
        assert server.get("/").status == 200


run_all(globals())
