#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/resource_server --issuer, and the server with coroutines: the answers to tokens in each state of the issuer's keys.
# packages: libcpp-httplib-dev libboost-dev openssl
import concurrent.futures
import contextlib
import pathlib
import subprocess
import tempfile
import time

from issuer import Issuer, Key
from running import Server, eventually, must_be_built, run_all
from tokens import bearer

FOLDER = tempfile.TemporaryDirectory()
A, B, STRANGE = (Key(FOLDER.name, kid) for kid in ("a", "b", "strange"))


@contextlib.contextmanager
def following(*options, is_ready=True):
    """An issuer that publishes key A, and a server that follows it."""
    with Issuer() as issuer:
        issuer.keys = [A.jwk]
        if not is_ready:
            issuer.hold()
        with Server(NAME, "--issuer", issuer.url, *options) as server:
            if is_ready:
                eventually(lambda: server.get("/ready").status == 200)
            yield issuer, server
            issuer.release()  # otherwise the server would end during a fetch, which another test covers


def me(server, issuer, key, **claims):
    return server.get("/me", bearer(key.sign(**{"iss": issuer.url, "iat": int(time.time())} | claims)))


def tokens(issuer, key, count):
    return [key.sign(iss=issuer.url, iat=int(time.time()), jti=str(number)) for number in range(count)]


def statuses(server, made):
    """The answers to that many requests at once."""
    with concurrent.futures.ThreadPoolExecutor(len(made)) as pool:
        return [answer.status for answer in pool.map(lambda token: server.get("/me", bearer(token)), made)]


def assert_unavailable(answer, most=30):
    assert answer.status == 503, answer.status
    assert 1 <= int(answer.one("retry-after")) <= most, answer.one("retry-after")
    assert answer.one("www-authenticate") is None
    assert answer.json() == {"error": "The access token cannot be checked at the moment"}, answer


def assert_no_wait(server, issuer, key, *waiting):
    """A token of a known key is verified while the requests of `waiting` still wait for a fetch."""
    assert me(server, issuer, key).status == 200
    assert not any(other.done() for other in waiting)


def test_empty_every_token_is_unavailable():
    with following(is_ready=False) as (issuer, server):
        eventually(lambda: issuer.asked)
        for key in (A, STRANGE):
            assert_unavailable(me(server, issuer, key))
        assert server.get("/ready").status == 503
        issuer.release()
        eventually(lambda: me(server, issuer, A).status == 200)


def test_fresh_a_new_key_costs_one_fetch_and_then_the_cool_down():
    with following("--cooldown", "0") as (issuer, server):
        before = issuer.sets()
        for _ in range(3):
            assert me(server, issuer, A).status == 200
        assert issuer.sets() == before
        issuer.keys = [A.jwk, B.jwk]
        assert me(server, issuer, B).status == 200
        assert issuer.sets() == before + 1
        assert me(server, issuer, STRANGE).status == 401
        assert issuer.sets() == before + 2


def test_fresh_within_the_cool_down_the_age_of_a_token_decides():
    with following("--cooldown", "20") as (issuer, server):
        before = issuer.sets()
        issued = int(time.time()) - 60
        assert me(server, issuer, STRANGE, iat=issued).status == 401
        fetched = time.time()
        eventually(lambda: int(time.time()) > fetched)
        later = me(server, issuer, STRANGE)
        assert_unavailable(later, 20)
        assert int(later.one("retry-after")) > 10, later.one("retry-after")  # the rest of the cool-down
        assert_unavailable(me(server, issuer, STRANGE, iat=None), 20)
        assert me(server, issuer, A).status == 200
        assert issuer.sets() == before


def test_refreshing_a_known_key_waits_for_nothing_and_an_unknown_one_joins():
    with following("--cooldown", "0") as (issuer, server):
        issuer.hold()
        before = issuer.sets()
        with concurrent.futures.ThreadPoolExecutor() as pool:
            joining = [pool.submit(me, server, issuer, B) for _ in range(2)]
            eventually(lambda: issuer.sets() == before + 1)
            for _ in range(5):
                assert_no_wait(server, issuer, A, *joining)
            issuer.keys = [A.jwk, B.jwk]
            issuer.release()
            assert [answer.result().status for answer in joining] == [200, 200]
        assert issuer.sets() == before + 1


def test_a_fetch_that_hangs_lets_few_wait_and_none_for_long():
    with following("--cooldown", "0") as (issuer, server):
        issuer.hold()
        before = issuer.sets()
        made = tokens(issuer, STRANGE, 20)
        with concurrent.futures.ThreadPoolExecutor() as pool:
            waiting = pool.submit(statuses, server, made)
            eventually(lambda: issuer.sets() > before)
            assert_no_wait(server, issuer, A, waiting)
            assert waiting.result() == [503] * 20
        assert issuer.sets() == before + 1  # no request waited until the fetch failed: otherwise it would have been retried
        assert_unavailable(me(server, issuer, STRANGE))
        assert_no_wait(server, issuer, A)
        assert issuer.sets() == before + 1


def test_stale_known_keys_verify_and_one_event_is_logged():
    with following("--interval", "0.2", "--retry", "0.05", "--cooldown", "0") as (issuer, server):
        issuer.status = 500
        failed = issuer.sets() + 3
        eventually(lambda: issuer.sets() > failed)
        for _ in range(3):
            assert_no_wait(server, issuer, A)
        assert me(server, issuer, STRANGE).status == 503
        assert server.get("/ready").json()["state"] in ("stale", "refreshing")
        assert server.log_text().count('"keys_serving_stale"') == 1
        issuer.status = 200
        eventually(lambda: "keys_recovered" in server.log_text())


def test_expired_every_token_is_unavailable():
    with following("--interval", "0.2", "--retry", "0.05", "--max-stale", "0.2", "--cooldown", "0") as (issuer, server):
        issuer.status = 500
        eventually(lambda: "keys_expired" in server.log_text())
        for key in (A, STRANGE):
            assert_unavailable(me(server, issuer, key))
        assert server.get("/ready").status == 503
        issuer.status = 200
        eventually(lambda: me(server, issuer, A).status == 200)


def test_a_removed_key_is_refused_after_the_interval():
    with following("--interval", "0.2", "--cooldown", "20") as (issuer, server):
        token = bearer(A.sign(iss=issuer.url))
        assert server.get("/me", token).status == 200
        issuer.keys = [B.jwk]
        eventually(lambda: me(server, issuer, B).status == 200)
        assert server.get("/me", token).status in (401, 503)


def test_thirty_at_once_with_a_new_key_make_one_fetch():
    with following("--cooldown", "0") as (issuer, server):
        before = issuer.sets()
        made = tokens(issuer, B, 30)
        issuer.hold()
        issuer.keys = [A.jwk, B.jwk]
        with concurrent.futures.ThreadPoolExecutor() as pool:
            found = pool.submit(statuses, server, made)
            eventually(lambda: issuer.sets() > before)
            issuer.release()
            assert set(found.result()) <= {200, 503}
        assert 200 in found.result()
        assert issuer.sets() == before + 1


def test_unknown_key_ids_cause_at_most_one_fetch_and_do_not_affect_a_known_key():
    with following() as (issuer, server):
        before = issuer.sets()
        made = tokens(issuer, STRANGE, 25)
        for _ in range(8):
            assert set(statuses(server, made)) <= {401, 503}
            assert_no_wait(server, issuer, A)
        assert issuer.sets() <= before + 1


def test_tokens_that_the_rules_refuse_cause_no_fetch():
    with following("--cooldown", "0") as (issuer, server):
        before = issuer.sets()
        for claims in ({"iss": "https://other.example"}, {"exp": int(time.time()) - 60}, {"exp": None}, {"aud": "others"}):
            assert me(server, issuer, STRANGE, **claims).status == 401
        assert issuer.sets() == before


def text(status, body, *fields):
    def answer(handler):
        handler.send_response(status)
        for name, value in fields:
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)
    return answer


def endless(handler):
    handler.send_response(200)
    handler.end_headers()
    for _ in range(200):
        handler.wfile.write(b" " * (1 << 20))


def test_no_bad_answer_replaces_a_set():
    with following("--interval", "0.1", "--retry", "0.05") as (issuer, server):
        for answer in (text(500, b"{}"), text(404, b'{"keys":[]}'), text(302, b"", ("Location", "/set")), text(204, b""),
                       text(200, b"<html>"), text(200, b"{}"), text(200, b'{"keys":[]}'), text(200, b'{"keys":{}}'),
                       text(200, b'{"keys":[{"kty":"oct","k":"AAAA"}]}'), text(200, b"[" * 100_000), endless):
            failed = server.log_text().count("keys_failed")
            issuer.answer = answer
            eventually(lambda: server.log_text().count("keys_failed") > failed)
            assert me(server, issuer, A).status == 200
            issuer.answer = None
            eventually(lambda: server.get("/ready").json()["state"] == "fresh")


def most_memory(server):
    """The peak memory of the process, in bytes."""
    status = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return 1024 * int(status.partition("VmHWM:")[2].split()[0])


def test_bodies_of_200_mb_leave_memory_flat():
    with following("--interval", "0.1", "--retry", "0.05") as (issuer, server):
        before = most_memory(server)
        issuer.answer = endless
        eventually(lambda: server.log_text().count("longer than the limit") >= 3)
        assert most_memory(server) - before < 64_000_000, most_memory(server) - before
        assert me(server, issuer, A).status == 200


def test_an_unknown_ca_is_reported_and_a_private_one_can_be_given():
    path = pathlib.Path(FOLDER.name, "tls.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "1",
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path, "-out", path],
                   check=True, capture_output=True)
    with Issuer(tls=path) as issuer:
        issuer.keys = [A.jwk]
        with Server(NAME, "--issuer", issuer.url) as server:
            eventually(lambda: "keys_failed" in server.log_text())
            said = next(line["message"] for line in server.log() if line["event"] == "keys_failed")
            assert f"the TLS handshake failed: {issuer.url}/.well-known/openid-configuration: " in said, said
            assert_unavailable(me(server, issuer, A))
            assert not issuer.asked
        with Server(NAME, "--issuer", issuer.url, "--ca", str(path)) as server:
            eventually(lambda: me(server, issuer, A).status == 200)


def test_metadata_of_another_issuer_gives_no_keys_and_both_issuers_are_reported():
    with following(is_ready=False) as (issuer, server):
        issuer.name = issuer.url + "/"
        issuer.release()
        eventually(lambda: "keys_issuer_mismatch" in server.log_text())
        for told in (server.log_text(), server.get("/ready").json()["last_fault"]):
            assert f"'{issuer.url}'" in told and f"'{issuer.url}/'" in told, told
        assert_unavailable(me(server, issuer, A))
        assert issuer.sets() == 0


def test_it_ends_cleanly_during_a_fetch_that_hangs():
    with Issuer() as issuer:
        issuer.hold()
        with Server(NAME, "--issuer", issuer.url) as server:
            eventually(lambda: issuer.asked)
            start = time.monotonic()
            assert server.stop() == 0
            assert time.monotonic() - start < 5


def test_no_byte_of_a_token_is_in_a_fetch_or_the_log():
    with following("--cooldown", "0") as (issuer, server):
        token = STRANGE.sign(iss=issuer.url)
        assert server.get("/me", bearer(token)).status == 401
        seen = server.log_text() + str(issuer.asked)
        assert not any(part in seen for part in token.split("."))


for NAME in ("resource_server", "async_resource_server"):
    must_be_built(NAME)
    print(f"{NAME}:", flush=True)
    run_all(globals())
