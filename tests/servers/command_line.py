# SPDX-License-Identifier: MIT
# The command line that all example servers share, and their messages for wrong settings. For the tests in this folder.
import signal
import socket
import tempfile

from running import Server, run


def fails_to_start(name, *options, **variables):
    """Asserts one clear line on stderr and status 1. Returns the line."""
    with tempfile.TemporaryDirectory() as folder:
        status, _, said = run(name, *options, folder=folder, **variables)
    assert status == 1 and said.startswith(f"{name}: ") and said.count("\n") == 1, (status, said)
    return said


def check_command_line(name, **variables):
    """--help, an unknown option, a wrong port, a taken port, and the end by SIGINT and SIGTERM."""
    with Server(name, **variables) as server:
        assert "taken" in fails_to_start(name, "--port", str(server.port), **variables)
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(30) == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        assert "taken" in fails_to_start(name, "--port", str(taken.getsockname()[1]), **variables)
    with tempfile.TemporaryDirectory() as folder:
        status, said, _ = run(name, "--help", folder=folder)
    assert status == 0 and "--port" in said, said
    assert "--help" in fails_to_start(name, "--no-such-option")
    assert "--port" in fails_to_start(name, "--port", "70000", **variables)
    assert "--port" in fails_to_start(name, "--port")
