#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# DPoP with other software: oidc-provider issues bound tokens, the npm package dpop makes proofs, and examples/resource_server
# accepts them. oidc-provider accepts the proofs of `credence dpop`. Skipped by name without the packages: see tests/interop/install.
# packages: libcpp-httplib-dev libcli11-dev
# label: all
import pathlib
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/servers"))
from node_process import NodeProcess  # noqa: E402
from running import BIN, Server, eventually, must_be_built  # noqa: E402

BASE = "https://api.example"


class Others(NodeProcess):
    """The issuer and the client, in one process of node."""

    def proof(self, token, url=BASE + "/orders", method="GET", **members):
        return self.ask("proof", token=token, url=url, method=method, **members)["proof"]


must_be_built("resource_server")
must_be_built("credence")
OTHERS = Others("dpop_client.mjs", "dpop", "oidc-provider")


class Dpop(unittest.TestCase):
    def test_their_tokens_and_proofs(self):
        for alg in ("ES256", "Ed25519"):
            with self.subTest(alg), Server("resource_server", "--issuer", OTHERS.issuer, "--dpop", BASE) as server:
                eventually(lambda: server.get("/ready").status == 200)
                token = OTHERS.ask("token", alg=alg)["access_token"]

                def ask(proof, scheme="DPoP", bound=token, path="/orders"):
                    return server.get(path, f"Authorization: {scheme} {bound}", *([f"DPoP: {proof}"] if proof else []))

                good = OTHERS.proof(token)
                self.assertEqual(ask(good).status, 200)
                again = ask(good)
                self.assertEqual(again.status, 401)
                self.assertIn('DPoP realm="api", error="invalid_dpop_proof"', again.field("WWW-Authenticate"))
                self.assertEqual(ask(OTHERS.proof(token), path="/orders?page=2").status, 200)
                for proof in (None, OTHERS.proof(token, method="POST"), OTHERS.proof(token, url=BASE + "/me"),
                              OTHERS.proof("another")):
                    self.assertEqual(ask(proof).status, 401)
                self.assertEqual(ask(OTHERS.proof(token), scheme="Bearer").status, 401)
                unbound_key = OTHERS.proof(OTHERS.ask("token", alg=alg)["access_token"])
                self.assertEqual(ask(unbound_key).status, 401)

    def test_the_issuer_accepts_our_proofs(self):
        with tempfile.TemporaryDirectory() as folder:
            for alg in ("ES256", "EdDSA", "Ed25519"):
                with self.subTest(alg):
                    key = pathlib.Path(folder, alg)
                    subprocess.run([BIN / "credence", "keygen", alg, "--out", key], check=True, capture_output=True)
                    made = subprocess.run([BIN / "credence", "dpop", "POST", OTHERS.issuer + "/token", "--key", key, "--alg", alg],
                                          check=True, capture_output=True, text=True).stdout.strip()
                    answer = OTHERS.ask("redeem", proof=made)
                    self.assertEqual((answer["status"], answer.get("token_type")), (200, "DPoP"), answer)
                    self.assertNotEqual(OTHERS.ask("redeem", proof=made)["status"], 200)


unittest.addModuleCleanup(OTHERS.stop)
unittest.main()
