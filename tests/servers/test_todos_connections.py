#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# examples/todos: its limits on connections, in total and per address. One client cannot lock others out.
# test_slow_clients.py has the silent and slow clients.
# packages: libboost-dev libsqlite3-dev libhiredis-dev
import contextlib
import resource
import select
import socket

from raw_http import Connection, head
from running import Server, eventually, run_all

MOST_OF_ONE_ADDRESS, MOST_IN_ALL = 256, 768  # as in connections.hpp


class ConnectionFrom(Connection):
    """A connection from another loopback address."""

    def __init__(self, port, address, timeout=30):
        self.port, self.rest = port, b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=timeout, source_address=(address, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def closed_among(clients):
    """The connections that the server has closed, or on which it has sent something."""
    poll = select.poll()
    for client in clients:
        poll.register(client.socket, select.POLLIN)
    by_descriptor = {client.socket.fileno(): client for client in clients}
    return [by_descriptor[descriptor] for descriptor, _ in poll.poll(0)]


def assert_others_are_answered(server):
    """The timeout detects a server that does not answer."""
    for _ in range(5):
        with Connection(server.port, timeout=5) as other:
            assert other.ask("GET", "/").status == 200


def test_one_address_has_a_limit():
    with Server("todos") as server, contextlib.ExitStack() as stack:
        other = stack.enter_context(ConnectionFrom(server.port, "127.0.0.2"))
        assert other.ask("GET", "/").status == 200
        clients = [stack.enter_context(server.connect()) for _ in range(2 * MOST_OF_ONE_ADDRESS)]
        clients[-1].send(head("GET", "/"))
        assert clients[-1].read_answer().status == 200
        # The oldest connections were closed, as exactly as several threads keep the order. The other address kept its connections.
        eventually(lambda: len(closed_among(clients)) == MOST_OF_ONE_ADDRESS)
        newest = clients[-MOST_OF_ONE_ADDRESS // 2:]
        assert not closed_among(newest + [other])
        assert other.ask("GET", "/").status == newest[0].ask("GET", "/").status == 200


def test_all_addresses_together_have_a_limit():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, hard), hard))
    with Server("todos") as server, contextlib.ExitStack() as stack:
        clients = [stack.enter_context(ConnectionFrom(server.port, f"127.0.0.{2 + number // 200}")) for number in range(1000)]
        assert clients[-1].ask("GET", "/").status == 200
        eventually(lambda: len(closed_among(clients)) == 1000 - MOST_IN_ALL)
        assert clients[-1].ask("GET", "/").status == 200
        assert_others_are_answered(server)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_full_server_answers_503():
    with Server("todos_exceptions") as server, contextlib.ExitStack() as stack:
        answer = None
        for number in range(2 * MOST_OF_ONE_ADDRESS):  # until all are busy, and none can be closed
            client = stack.enter_context(server.connect())
            client.send(head("GET", "/wait"))
            if select.select([client.socket], [], [], 0.1 if number > MOST_OF_ONE_ADDRESS else 0)[0]:
                answer = client.read_answer()
                break
        assert answer and (answer.status, answer.field("retry-after"), answer.field("connection")) == (503, "5", "close")
        with ConnectionFrom(server.port, "127.0.0.2") as other:
            assert other.ask("GET", "/").status == 200


run_all(globals())
