#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The contract of the account service's stores: SQLite.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev
import unittest

from store_contract import StoreContract


class Sqlite(StoreContract):
    def test_the_contract(self):
        self.contract("sqlite:contract.db")

    def test_migrations(self):
        self.migrations("sqlite:migrations.db")


if __name__ == "__main__":
    unittest.main()
