# SPDX-License-Identifier: MIT
# The example servers, with the paths and options that a test needs to send the same request to each. For the tests in this
# folder.
import typing

from running import BIN, Server
from tokens import SECRET


class Profile(typing.NamedTuple):
    """The paths of a server that a test needs, and their answers to a request without credentials."""
    name: str
    stack: str
    health: str  # a path that answers every GET with health_status
    health_status: int
    takes_body: str  # a path whose POST reads the body, then refuses or accepts it
    guarded: str  # a path whose GET is answered 401

    def start(self):
        has_settings = self.name not in ("mcp", "resource_server", "async_resource_server", "todos")
        return Server(self.name, JWT_SECRET=SECRET) if has_settings else Server(self.name)

    def is_built(self):
        return (BIN / self.name).exists()


EVERY_SERVER = [
    Profile("minimal", "cpp-httplib", "/", 200, "/refresh", "/protected"),
    Profile("login", "cpp-httplib", "/public", 200, "/login", "/private"),
    Profile("account", "cpp-httplib", "/api/healthchecker", 200, "/api/auth/login", "/api/users/me"),
    Profile("resource_server", "cpp-httplib", "/me", 401, "/keys", "/me"),
    Profile("mcp", "cpp-httplib", "/.well-known/oauth-protected-resource/mcp", 200, "/mcp", "/mcp"),
    Profile("gateway", "cpp-httplib", "/auth", 401, "/auth", "/auth"),
    Profile("async_resource_server", "Beast", "/me", 401, "/keys", "/me"),
    Profile("todos", "Beast", "/", 200, "/login", "/protected"),
    Profile("pistache", "Pistache", "/", 200, "/news", "/me"),
]
