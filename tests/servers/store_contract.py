# SPDX-License-Identifier: MIT
# The contract of the account service's stores and its migrations, to be run for each database. See test_account_stores_*.
import os
import shutil
import subprocess
import sys
import tempfile
import unittest

from account_client import SECRET
from running import BIN, run


if not (BIN / "account_stores").exists():
    print("account_stores is not built")
    sys.exit(77)


class StoreContract(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="credence-stores-")
        self.addCleanup(shutil.rmtree, self.folder)

    def contract(self, database, redis=""):
        variables = os.environ | {"ACCOUNT_DATABASE": database, "ACCOUNT_REDIS": redis}
        done = subprocess.run([(BIN / "account_stores").resolve()], cwd=self.folder, env=variables, timeout=300,
                              capture_output=True, text=True, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("All tests passed", done.stdout)

    def migrations(self, database):
        def migrate(direction):
            status, said, complaint = run("account", "migrate", direction, folder=self.folder, DATABASE_URL=database,
                                          JWT_SECRET=SECRET)
            self.assertEqual((status, complaint), (0, ""))
            return said.split("\n")[:-1]
        names = ["users", "revocations", "refresh_tokens", "logins_in_library_tables", "list_of_logins"]
        self.assertEqual(migrate("status"), [f"{name}: pending" for name in names])
        for _ in range(2):
            self.assertEqual(migrate("up"), [f"up {name}" for name in names])
            self.assertEqual(migrate("up"), ["nothing to do"])
            for line, name in zip(migrate("status"), names):
                self.assertRegex(line, f"^{name}: applied at 20")
            for name in reversed(names):
                self.assertEqual(migrate("down"), [f"down {name}"])
            self.assertEqual(migrate("down"), ["nothing to do"])
