#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The contract of the library's stores with a real Redis: the tests of unit/stores/redis_store.cpp, which start one each.
# packages: libhiredis-dev redis-server
import os
import shutil
import subprocess
import sys
import unittest

from running import BIN

PROGRAM = next((path for path in (BIN / "unit_stores", BIN / "unit.stores.redis_store") if path.exists()), None)
if PROGRAM is None:
    print("unit_stores is not built")
    sys.exit(77)


class Redis(unittest.TestCase):
    def test_the_contract(self):
        done = subprocess.run([PROGRAM.resolve(), "Redis:*"], env=os.environ | {"CREDENCE_TEST_REDIS": shutil.which("redis-server")},
                              timeout=300, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("All tests passed", done.stdout)


if __name__ == "__main__":
    unittest.main()
