#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The contract of the library's stores with a real PostgreSQL: the tests of unit/stores/postgresql_store.cpp, which need one.
# packages: libpq-dev postgresql
import os
import subprocess
import sys
import unittest

from databases import Postgres
from running import BIN

PROGRAM = next((path for path in (BIN / "unit_stores", BIN / "unit.stores.postgresql_store") if path.exists()), None)
if PROGRAM is None:
    print("unit_stores is not built")
    sys.exit(77)


class PostgreSql(unittest.TestCase):
    def test_the_contract(self):
        with Postgres() as postgres:
            done = subprocess.run([PROGRAM.resolve(), "PostgreSQL:*"], env=os.environ | {"CREDENCE_TEST_POSTGRESQL": postgres.url},
                                  timeout=300, capture_output=True, text=True, stdin=subprocess.DEVNULL)
            self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
            self.assertIn("All tests passed", done.stdout)
            self.assertEqual(done.stderr, "")


if __name__ == "__main__":
    unittest.main()
