#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The contract of the account service's stores: PostgreSQL.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev postgresql
import os
import subprocess
import unittest

from account_client import SECRET
from databases import Postgres
from running import BIN
from store_contract import StoreContract


class PostgreSql(StoreContract):
    def test_migrations_and_the_contract(self):
        with Postgres() as postgres:
            self.migrations(postgres.url)
            self.contract(postgres.url)

    def test_two_migrations_at_once(self):
        with Postgres() as postgres:
            command = [(BIN / "account").resolve(), "migrate", "up"]
            variables = os.environ | {"DATABASE_URL": postgres.url, "JWT_SECRET": SECRET}
            both = [subprocess.Popen(command, cwd=self.folder, env=variables, stdout=subprocess.PIPE, text=True)
                    for _ in range(2)]
            said = "".join(process.communicate(timeout=60)[0] for process in both)
            self.assertEqual([process.returncode for process in both], [0, 0])
            self.assertEqual(said.count("up users"), 1)


if __name__ == "__main__":
    unittest.main()
