#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/pistache: what the middleware asks for, what a handler with a proof gets, and the options.
# packages: libpistache-dev
import time

from command_line import check_command_line, fails_to_start
from running import ROOT, Server, run_all
from tokens import SECRET, bearer, forge, sign


def test_the_middleware_and_the_guard():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        assert server.get("/").text == "Hello!"
        assert server.get("/news", bearer(good)).text == "None."
        assert server.get("/me", bearer(good)).text == "Hello alice"
        for path in ("/news", "/me"):
            for fields, status in (([], 401), (["Authorization: Basic abc"], 401), ([bearer(forge(good))], 401),
                                   ([bearer(sign(sub="alice", exp=1))], 401), (["Authorization: Bearer"], 400)):
                answer = server.get(path, *fields)
                text = "Invalid token" if status == 401 else "Malformed credentials"
                assert (answer.status, answer.json()) == (status, {"error": text}), (path, fields, answer)
                assert answer.field("www-authenticate").startswith('Bearer realm="api"')
                assert "alice" not in answer.text and "None." not in answer.text


def test_what_every_answer_has():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        missing = server.get("/nothing")
        assert (missing.status, missing.json()) == (404, {"error": "There is no such page"})
        wrong = server.ask("POST", "/me", [bearer(good)])
        assert (wrong.status, wrong.field("allow"), list(wrong.json())) == (405, "GET", ["error"])
        for answer in (missing, wrong, server.get("/"), server.get("/me"), server.get("/me", bearer(good))):
            assert answer.field("x-content-type-options") == "nosniff", answer
            assert answer.field("cache-control") == "no-store", answer
            assert answer.field("content-type") == "text/plain" if answer.status == 200 else "application/json", answer
        assert server.post("/news", "x" * 70_000).status == 413


def test_the_log_has_reasons_and_no_secrets():
    good = sign(sub="alice", exp=int(time.time()) + 60)
    with Server("pistache", JWT_SECRET=SECRET) as server:
        for path, fields in (("/me", [bearer(good)]), ("/me", [bearer(forge(good))]), ("/news", []), (f"/{good}?{good}", [])):
            server.get(path, *fields)
        lines = server.log()
        assert [(line["path"], line["status"], line["reason"]) for line in lines] == [
            ("/me", 200, ""), ("/me", 401, "invalid_signature"), ("/news", 401, "missing_credentials"),
            ("(unknown)", 404, "no such page")], lines
        assert not any(part in server.log_text() for part in [SECRET, *good.split(".")])


def test_it_is_short():
    assert len((ROOT / "examples/pistache/main.cpp").read_text().splitlines()) <= 60


def test_the_command_line():
    check_command_line("pistache", JWT_SECRET=SECRET)
    assert "JWT_SECRET" in fails_to_start("pistache")


run_all(globals())
