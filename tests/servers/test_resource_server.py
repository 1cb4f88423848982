#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/resource_server and examples/async_resource_server: tokens that openssl has signed, and keys that change while
# they run.
# packages: libcpp-httplib-dev libboost-dev openssl curl
import json
import pathlib
import tempfile

from command_line import check_command_line, fails_to_start
from issuer import ISSUER, Issuer, Key
from running import Server, eventually, must_be_built, run_all
from tokens import bearer, forge
from trial import Trial, check_trial

def options(path):
    return ["--jwks", str(path), "--issuer", ISSUER]


def test_tokens_scopes_and_keys_that_change():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "keys.json")
        old, new = Key(folder, "old"), Key(folder, "new")
        path.write_text(json.dumps({"keys": [old.jwk, {"kty": "oct", "k": "AAAA", "kid": "secret"}]}))
        with Server(NAME, *options(path)) as server:
            assert '"event":"key_skipped","kid":"secret"' in server.log_text()
            good = old.sign(scope="orders:read other")
            me = server.get("/me", bearer(good))
            assert (me.status, me.json()) == (200, {"sub": "alice", "scopes": ["orders:read", "other"]})
            assert me.field("cache-control") == "no-store"
            assert server.get("/orders", bearer(good)).json() == []
            lesser = server.get("/orders", bearer(old.sign(scope="orders:write")))
            assert lesser.status == 403 and 'scope="orders:read"' in lesser.field("www-authenticate")
            assert lesser.json() == {"error": "The access token does not grant the scope that is needed"}, lesser
            for bad in (forge(good), old.sign(aud="another"), old.sign(iss="https://other.example"), old.sign(exp=1),
                        new.sign(), old.sign(aud=[])):
                answer = server.get("/me", bearer(bad))
                assert (answer.status, answer.json()) == (401, {"error": "Invalid token"})
            assert server.get("/me").status == 401
            assert server.get("/me", bearer(good), bearer(good)).status == 400

            # The issuer rotates: both keys for a while, then the new one alone.
            path.write_text(json.dumps({"keys": [old.jwk, new.jwk]}))
            assert server.post("/keys", "", bearer(good)).status == 403
            assert server.post("/keys", "").status == 401
            assert server.get("/me", bearer(new.sign())).status == 401
            assert server.post("/keys", "", bearer(old.sign(scope="keys:reload"))).status == 204
            assert server.get("/me", bearer(good)).status == server.get("/me", bearer(new.sign())).status == 200
            path.write_text(json.dumps({"keys": [new.jwk]}))
            assert server.post("/keys", "", bearer(new.sign(scope="keys:reload"))).status == 204
            assert server.get("/me", bearer(good)).status == 401
            assert server.get("/me", bearer(new.sign())).status == 200
            for text in ("no keys", "", json.dumps({"keys": []}), json.dumps({"keys": [old.jwk | {"x": "AAAA"}]}), " " * (1 << 20) + "{}"):
                path.write_text(text)
                failed = server.post("/keys", "", bearer(new.sign(scope="keys:reload")))
                assert failed.status == 500 and str(path) not in str(failed)
                assert server.get("/me", bearer(new.sign())).status == 200
            assert not any(part in server.log_text() for part in good.split("."))


def test_the_keys_of_an_issuer_are_followed_by_its_url():
    with tempfile.TemporaryDirectory() as folder, Issuer() as issuer:
        old, new, strange = Key(folder, "old"), Key(folder, "new"), Key(folder, "strange")
        issuer.status = 500
        with Server(NAME, "--issuer", issuer.url, "--cooldown", "0", "--retry", "0.01") as server:
            eventually(lambda: "keys_failed" in server.log_text())
            unready = server.get("/ready")
            assert unready.status == 503 and list(unready.json()) == ["keys", "state", "last_fault"], unready
            assert (unready.json()["keys"], unready.json()["state"]) == (0, "empty")
            assert issuer.url in unready.json()["last_fault"] and "status 500" in unready.json()["last_fault"], unready
            assert server.get("/me", bearer(old.sign(iss=issuer.url))).status == 503
            issuer.keys, issuer.status = [old.jwk], 200
            eventually(lambda: server.get("/ready").status == 200)
            assert server.get("/me", bearer(old.sign(iss=issuer.url))).status == 200
            assert server.get("/me", bearer(old.sign())).status == 401

            # A token of a new key causes a fetch; a token that the rules refuse causes none.
            fetched = len(issuer.asked)
            assert server.get("/me", bearer(strange.sign())).status == 401
            assert len(issuer.asked) == fetched
            issuer.keys = [new.jwk]
            assert server.get("/me", bearer(new.sign(iss=issuer.url))).status == 200
            assert server.get("/me", bearer(old.sign(iss=issuer.url))).status == 401
            token = strange.sign(iss=issuer.url)
            assert server.get("/me", bearer(token)).status == 401
            seen = server.log_text() + str(issuer.asked) + str(server.get("/ready").json())
            assert not any(part in seen for part in token.split("."))
        with Server(NAME, "--issuer", issuer.url, "--jwks-url", issuer.url + "/set") as server:
            eventually(lambda: server.get("/ready").status == 200)
            assert server.get("/ready").json() == {"keys": 1, "state": "fresh", "last_fault": None}
            assert server.get("/me", bearer(new.sign(iss=issuer.url))).status == 200
            fetched = len(issuer.asked)
            for number in range(20):  # within the cool-down
                assert server.get("/me", bearer(strange.sign(iss=issuer.url, jti=str(number)))).status in (401, 503)
            assert len(issuer.asked) == fetched


def test_times_are_seconds_and_a_wrong_one_is_reported():
    for name in ("--interval", "--cooldown", "--retry", "--max-stale"):
        for value in ("", "-1", "1s", "1e3", "nan", "inf", "99999999999"):
            said = fails_to_start(NAME, "--issuer", "https://id.example", name, value)
            assert said == f"{NAME}: {name} needs a number of seconds, such as 30 or 0.5\n", (name, value, said)


def test_options_of_fetched_keys_are_refused_where_none_are_fetched():
    for name in ("--interval", "--cooldown", "--retry", "--max-stale", "--jwks-url", "--ca", "--dpop"):
        for others in ((), ("--issuer", ISSUER, "--jwks", "keys.json")):
            said = fails_to_start(NAME, *others, name, "1")
            assert said == f"{NAME}: {name} is for an --issuer whose keys are fetched, without --jwks\n", said


def test_a_set_that_does_not_verify_its_own_callers_token_is_refused():
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "keys.json")
        ours, other = Key(folder, "ours"), Key(folder, "other")
        path.write_text(json.dumps({"keys": [ours.jwk]}))
        with Server(NAME, *options(path)) as server:
            token = bearer(ours.sign(scope="keys:reload"))
            for keys in ([other.jwk], [other.jwk | {"kid": "ours"}], [ours.jwk | {"kid": "renamed"}], [ours.jwk | {"use": "enc"}, other.jwk]):
                path.write_text(json.dumps({"keys": keys}))
                answer = server.post("/keys", "", token)
                assert (answer.status, list(answer.json())) == (409, ["error"]), (keys, answer)
                assert server.get("/me", bearer(ours.sign())).status == 200, keys
                assert server.get("/me", bearer(other.sign())).status == 401, keys
            path.write_text(json.dumps({"keys": [other.jwk, ours.jwk]}))
            assert server.post("/keys", "", token).status == 204
            assert server.get("/me", bearer(other.sign())).status == 200


def test_without_settings_it_runs_and_the_printed_command_works():
    assert json.loads(check_trial(NAME)) == {"sub": "alice", "scopes": ["orders:read", "keys:reload"]}
    assert json.loads(check_trial(NAME, "--audience", "another"))["sub"] == "alice"
    with Trial(NAME) as server:
        assert server.get("/orders", bearer(server.token)).status == 200
        assert server.post("/keys", "", bearer(server.token)).status == 204
        assert server.get("/me", bearer(server.token)).status == 200


def test_the_command_line():
    check_command_line(NAME)
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder, "keys.json")
        assert "--issuer" in fails_to_start(NAME, "--jwks", str(path))
        assert "--jwks" in fails_to_start(NAME, "--issuer", "http://id.example")
        assert "--issuer" in fails_to_start(NAME, "--jwks-url", ISSUER)
        assert "keys.json" in fails_to_start(NAME, *options(path))
        assert folder in fails_to_start(NAME, *options(folder))
        for text in ('{"keys":[{"kty":"OKP","d":"confidential"}]}', "-----BEGIN PRIVATE KEY-----\nconfidential\n"):
            said = fails_to_start(NAME, "--jwks", text, "--issuer", ISSUER)
            assert "--jwks" in said and "confidential" not in said, said
        for text in ("", '{"keys":[]}', "{", "[]", '{"keys":[{"kty":"oct","k":"AAAA"}]}', "-----BEGIN PUBLIC KEY-----\n"):
            path.write_text(text)
            assert "keys.json" in fails_to_start(NAME, *options(path)), text
        path.write_text(" " * (1 << 20) + '{"keys":[]}')
        assert "1 MiB" in fails_to_start(NAME, *options(path))


for NAME in ("resource_server", "async_resource_server"):
    must_be_built(NAME)
    print(f"{NAME}:", flush=True)
    run_all(globals())
