#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The contract of the account service's stores: Redis beside SQLite.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev redis-server
import unittest

from databases import Redis
from store_contract import StoreContract


class BesideSqlite(StoreContract):
    def test_the_contract(self):
        with Redis() as redis:
            self.contract("sqlite:contract.db", redis.url)


if __name__ == "__main__":
    unittest.main()
