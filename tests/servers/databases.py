# SPDX-License-Identifier: MIT
# Temporary databases for the tests in this folder: a PostgreSQL cluster and a Redis, each in its own folder, on unix sockets.
import contextlib
import glob
import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile

from running import eventually


def _as_nobody():
    """Arguments of subprocess that run a program as an unprivileged user: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    nobody = pwd.getpwnam("nobody")
    return {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


class Postgres:
    """`with Postgres() as postgres: … postgres.url …`. It can be stopped, frozen and started again."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="credence-pg-", dir="/tmp"))
        if os.geteuid() == 0:
            os.chown(self.folder, pwd.getpwnam("nobody").pw_uid, -1)
        self.programs = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        self.url = f"postgresql://account@/postgres?host={self.folder}"

    def _run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *arguments], cwd=self.folder, capture_output=True, text=True,
                              stdin=subprocess.DEVNULL, timeout=120, **_as_nobody())
        assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

    def start(self):
        # The server gets its own log file: otherwise it would keep the output of pg_ctl open.
        # The data is temporary, so no write needs to wait for the disk.
        options = f"-c listen_addresses='' -c unix_socket_directories={self.folder} -c max_connections=40 -c fsync=off"
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-t", "60", "-l", self.folder / "log", "-o", options, "start")

    def stop(self, mode="fast"):
        self._run("pg_ctl", "-D", self.folder / "data", "-w", "-m", mode, "stop")

    def pid(self):
        return int((self.folder / "data/postmaster.pid").read_text().split()[0])

    def __enter__(self):
        self._run("initdb", "-D", self.folder / "data", "-U", "account", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8",
                  "--no-sync")
        self.start()
        return self

    def __exit__(self, *_):
        if (self.folder / "data/postmaster.pid").exists():
            self.stop("immediate")
        shutil.rmtree(self.folder, ignore_errors=True)


class Redis:
    """`with Redis() as redis: … redis.url …`. It writes each change to its file, so its data survives a restart.
    With `by_port` it also listens at a free port, for programs that do not accept the path of a socket."""

    def __init__(self, by_port=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="credence-redis-", dir="/tmp"))
        self.socket = self.folder / "socket"
        self.port = 0
        if by_port:
            with contextlib.closing(socket.create_server(("127.0.0.1", 0))) as free:
                self.port = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}" if by_port else f"unix:{self.socket}"
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--bind", "127.0.0.1", "--port", str(self.port), "--unixsocket", self.socket, "--dir",
             self.folder, "--appendonly", "yes", "--appendfsync", "always", "--save", "", "--daemonize", "no"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        eventually(self.is_there, what="Redis")

    def is_there(self):
        done = subprocess.run(["redis-cli", "-s", self.socket, "ping"], capture_output=True, text=True)
        return done.stdout.strip() == "PONG"

    def stop(self):
        self.process.terminate()
        self.process.wait(30)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)
