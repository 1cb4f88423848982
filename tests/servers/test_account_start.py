#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# How the account service starts and stops: its configuration, its messages for missing settings, and its keys.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev openssl
import base64
import contextlib
import json
import pathlib
import re
import shutil
import signal
import socket
import stat
import subprocess
import tempfile
import threading
import unittest

from account_client import SECRET, bearer, me, new_login, register
from raw_http import Connection, ask
from running import BIN, ROOT, Server, run


class Start(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="credence-start-"))
        self.addCleanup(shutil.rmtree, self.folder)

    def server(self, **variables):
        return Server("account", folder=self.folder, **variables)

    def assert_refuses(self, text, *arguments, **variables):
        status, said, complaint = run("account", *(arguments or ("--port", "0")), folder=self.folder, **variables)
        self.assertEqual((status, said), (1, ""), complaint)
        self.assertEqual(len(complaint.splitlines()), 1, complaint)
        self.assertIn(text, complaint)
        for secret in variables.values():
            if len(secret) > 20:
                self.assertNotIn(secret, complaint)

    def key(self, *arguments):
        return subprocess.run(["openssl", *arguments], check=True, capture_output=True, text=True).stdout

    def test_the_first_start_writes_a_secret_that_the_second_reads(self):
        with self.server() as server:
            token = new_login(server.port)[0]
            path = self.folder / ".env"
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), 0o600)
            self.assertEqual(stat.S_IMODE((self.folder / "account.db").stat().st_mode), 0o600)
            secret = re.search("^JWT_SECRET=([0-9a-f]{64})$", path.read_text(), re.MULTILINE)[1]
        with self.server() as server:
            self.assertEqual(me(server.port, token).status, 200)
            self.assertNotIn(secret, server.log_text())
        self.assertIn(secret, path.read_text())

    def test_several_first_starts_at_once_share_one_secret(self):
        servers = [self.server() for _ in range(4)]
        threads = [threading.Thread(target=server.start) for server in servers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with contextlib.ExitStack() as stack:
            for server in servers:
                stack.callback(server.stop)
            self.assertTrue(all(server.port for server in servers), servers[0].log_text())
            token = new_login(servers[0].port)[0]
            self.assertEqual([me(server.port, token).status for server in servers], 4 * [200])
        self.assertEqual({path.name for path in self.folder.iterdir()} - {"account.db-wal", "account.db-shm"},
                         {".env", "account.db", "log"})

    @unittest.skipUnless(shutil.which("curl"), "curl is not installed")
    def test_the_commands_printed_at_the_start_work(self):
        hosts = ["127.0.0.1", "localhost", "0.0.0.0"]
        try:
            socket.create_server(("::1", 0), family=socket.AF_INET6).close()
            hosts.append("::1")
        except OSError:
            print("this machine has no IPv6: ::1 is not tested")
        for host in hosts:
            with Server("account", "--host", host, folder=self.folder) as server:
                said = server.process.stdout.readline() + server.process.stdout.readline()
                command = said.decode().splitlines()[1]
                self.assertRegex(command, rf"^curl http://.*:{server.port}/")
                done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=30, check=True)
                self.assertEqual(json.loads(done.stdout)["status"], "success")

    def test_a_secret_in_the_environment_writes_no_file(self):
        with self.server(JWT_SECRET=SECRET):
            self.assertFalse((self.folder / ".env").exists())

    def test_the_environment_overrides_the_file(self):
        (self.folder / ".env").write_text("# a comment\n\nexport JWT_SECRET='in a file, and long enough: 0123456789'\n"
                                          "JWT_MAXAGE=7\nCLIENT_ORIGIN=\"https://app.example\"\n")
        with self.server(JWT_MAXAGE="9") as server:
            answer = ask(server.port, "GET", "/api/healthchecker", {"Origin": "https://app.example"})
            self.assertEqual(answer.one("Access-Control-Allow-Origin"), "https://app.example")
            email = register(server.port)
            answer = ask(server.port, "POST", "/api/auth/login", body={"email": email,
                                                                       "password": "correct horse battery"})
            self.assertIn("Max-Age=540", answer.cookie("token")[1])

    def test_each_error_is_one_line(self):
        self.assert_refuses("unknown option --nonsense", "--nonsense", JWT_SECRET=SECRET)
        self.assert_refuses("--port", "--port", "many", JWT_SECRET=SECRET)
        self.assert_refuses("--port needs a value", "--port", JWT_SECRET=SECRET)
        self.assert_refuses("usage: account migrate", "migrate", JWT_SECRET=SECRET)
        self.assert_refuses("usage: account migrate", "migrate", "up", "now", JWT_SECRET=SECRET)
        self.assert_refuses("usage: account migrate", "migrate", "sideways", JWT_SECRET=SECRET)
        self.assert_refuses("JWT_SECRET is too short", JWT_SECRET="short")
        for name, value in (("PORT", "x"), ("JWT_EXPIRED_IN", "soon"), ("JWT_MAXAGE", "0"), ("REFRESH_MAXAGE", "-1"),
                            ("REFRESH_GRACE", "-1"), ("REFRESH_GRACE", "soon"), ("REFRESH_GRACE", "6m"), ("REFRESH_GRACE", "0x"),
                            ("CLIENT_ORIGIN", "http://a/b"), ("COOKIE_SECURE", "perhaps"), ("DATABASE_URL", "mysql://a"),
                            ("ACCESS_TOKEN_PRIVATE_KEY", "no key"), ("REDIS_URL", "http://a")):
            self.assert_refuses(name, **({"JWT_SECRET": SECRET} | {name: value}))
        # An address for documentation, RFC 5737, which no machine has.
        self.assert_refuses("cannot listen", "--host", "192.0.2.1", "--port", "0", JWT_SECRET=SECRET)

    def test_a_missing_variable_is_named(self):
        (self.folder / ".env").write_text("JWT_MAXAGE=60\n")
        self.assert_refuses("JWT_SECRET must be set")
        self.assert_refuses("ACCESS_TOKEN_PRIVATE_KEY must be set", ACCESS_TOKEN_PUBLIC_KEY="-----BEGIN PUBLIC KEY-----")
        (self.folder / ".env").write_text("JWT_SECRET\n")
        self.assert_refuses("line 1 of .env is not NAME=value")
        (self.folder / ".env").unlink()
        (self.folder / ".env").mkdir()
        self.assert_refuses(".env cannot be read")

    def test_the_file_is_read_as_a_shell_would(self):
        def file(text):
            (self.folder / ".env").write_bytes(text if isinstance(text, bytes) else text.encode())
        secret = "0123456789 0123456789 0123456789 #x"
        token = None
        for text in (f"JWT_SECRET='{secret}'", f'JWT_SECRET="{secret}"  # a comment', f'  export JWT_SECRET = "{secret}"\r\n',
                     b"\xef\xbb\xbfJWT_SECRET='" + secret.encode() + b"'#\n"):
            file(text)
            with self.server() as server:
                token = token or new_login(server.port)[0]
                self.assertEqual(me(server.port, token).status, 200, text)
        # The same secret in each notation, and comments that are not part of a value.
        plain, escaped = SECRET + '"\\', SECRET + r'\"\\'
        token = None
        for text in (f"JWT_SECRET='{plain}'\nJWT_EXPIRED_IN=90s # a minute and a half\n", f'JWT_SECRET="{escaped}"\n',
                     f"JWT_SECRET={plain} # unquoted\n"):
            file(text)
            with self.server() as server:
                token = token or new_login(server.port)[0]
                self.assertEqual(me(server.port, token).status, 200, text)

    def test_a_truncated_secret_is_refused(self):
        for number, text in ((1, f'JWT_SECRET="{SECRET}"rest\n'), (1, f"JWT_SECRET='{SECRET}'s'\n"), (2, f'A=1\nJWT_SECRET="{SECRET}\n'),
                             (1, f'JWT_SECRET="{SECRET}\\"\n'), (1, f"MY SECRET={SECRET}\n"), (1, f"={SECRET}\n"),
                             (3, f"A='\n\nb'c\nJWT_SECRET={SECRET}\n")):
            (self.folder / ".env").write_text(text)
            self.assert_refuses(f"line {number} of .env is not NAME=value")

    def test_a_file_that_others_can_read_causes_a_warning(self):
        path = self.folder / ".env"
        path.write_text(f"JWT_SECRET={SECRET}\n")
        for mode, warnings in ((0o644, 1), (0o640, 1), (0o600, 0)):
            path.chmod(mode)
            (self.folder / "log").unlink(missing_ok=True)
            with self.server() as server:
                self.assertEqual(len([line for line in server.log() if line["level"] == "warning"]), warnings, oct(mode))

    def test_a_database_that_others_can_use_causes_a_warning(self):
        with self.server(JWT_SECRET=SECRET):
            pass
        path = self.folder / "account.db"
        for mode, warnings in ((0o666, 1), (0o644, 1), (0o660, 1), (0o602, 1), (0o600, 0)):
            path.chmod(mode)
            (self.folder / "log").unlink(missing_ok=True)
            for url in ("sqlite:account.db", f"sqlite://{path}"):
                with self.server(JWT_SECRET=SECRET, DATABASE_URL=url) as server:
                    found = [line for line in server.log() if line["level"] == "warning"]
                    self.assertEqual(len(found), warnings, oct(mode))
                    for line in found:
                        self.assertEqual(line["event"], "database_file_is_open")
                        self.assertIn("chmod 600", line["advice"])
                (self.folder / "log").unlink()
            self.assertEqual(stat.S_IMODE(path.stat().st_mode), mode)

    def test_an_empty_key_is_refused_and_none_is_made_in_its_place(self):
        for names in (["JWT_SECRET"], ["ACCESS_TOKEN_PRIVATE_KEY"], ["JWT_SECRET", "ACCESS_TOKEN_PRIVATE_KEY"]):
            self.assert_refuses(f"{names[0]} is set, but empty", **dict.fromkeys(names, ""))
            self.assertFalse((self.folder / ".env").exists())
        (self.folder / ".env").write_text(f"JWT_SECRET={SECRET}\n")
        self.assert_refuses("JWT_SECRET is set, but empty", JWT_SECRET="")
        (self.folder / ".env").write_text("JWT_SECRET=\n")
        self.assert_refuses("JWT_SECRET must be set")
        # If the other one is set, no setting is missing.
        with self.server(JWT_SECRET=SECRET, ACCESS_TOKEN_PRIVATE_KEY="") as server:
            self.assertEqual(me(server.port, new_login(server.port)[0]).status, 200)

    def test_a_secret_in_the_wrong_place_is_not_repeated(self):
        secret = "a-secret-in-the-wrong-place-0123456789"
        for arguments in ([secret], ["--port", secret], [f"--secret={secret}"], ["migrate", secret], ["--port", "0", secret]):
            status, said, complaint = run("account", *arguments, folder=self.folder, JWT_SECRET=SECRET)
            self.assertEqual((status, said, len(complaint.splitlines())), (1, "", 1), complaint)
            self.assertNotIn(secret, complaint)
        for name, value in (("DATABASE_URL", secret), ("DATABASE_URL", f"sqlite:/{secret}/{secret}"),
                            ("REDIS_URL", secret), ("REDIS_URL", f"unix:/{secret}"), ("CLIENT_ORIGIN", secret),
                            ("ACCESS_TOKEN_PRIVATE_KEY", secret), ("JWT_MAXAGE", secret), ("PORT", secret),
                            ("COOKIE_SECURE", secret)):
            self.assert_refuses("", **({"JWT_SECRET": SECRET} | {name: value}))
        (self.folder / ".env").write_text(f"{secret}\n")
        self.assert_refuses("line 1 of .env", DATABASE_URL="sqlite:account.db")
        status, _, complaint = run("account", "--port", "0", folder=self.folder, DATABASE_URL="sqlite:account.db")
        self.assertNotIn(secret, complaint)

    def test_a_database_that_is_down(self):
        self.assert_refuses("PostgreSQL cannot be reached", JWT_SECRET=SECRET,
                            DATABASE_URL="postgresql://me:a-secret-password@127.0.0.1:1/none")
        self.assert_refuses("Redis cannot be reached", JWT_SECRET=SECRET,
                            REDIS_URL="redis://:a-secret-password@127.0.0.1:1/0")
        for path in ("/nowhere/at/all.db", self.folder):
            self.assert_refuses("unable to open database file: the file of DATABASE_URL", JWT_SECRET=SECRET,
                                DATABASE_URL=f"sqlite:{path}")
        (self.folder / "bad.db").write_text("no database, " * 20)
        self.assert_refuses("file is not a database: the file of DATABASE_URL", JWT_SECRET=SECRET,
                            DATABASE_URL="sqlite:bad.db")
        for nowhere in ("sqlite:", "sqlite://", "sqlite::memory:"):
            self.assert_refuses("DATABASE_URL must name a file", JWT_SECRET=SECRET, DATABASE_URL=nowhere)

    def test_a_port_that_is_taken(self):
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            self.assert_refuses("cannot listen", "--port", str(taken.getsockname()[1]), JWT_SECRET=SECRET)
        with self.server(JWT_SECRET=SECRET) as server:
            self.assert_refuses("cannot listen", "--port", str(server.port), JWT_SECRET=SECRET)

    def test_the_program_runs_from_anywhere(self):
        moved = self.folder / "elsewhere" / "account"
        moved.parent.mkdir()
        shutil.copy(BIN / "account", moved)
        server = self.server(JWT_SECRET=SECRET)
        server.command[0] = str(moved)
        with server:
            page = ROOT / "examples/account/page"
            for address, name in (("/", "index.html"), ("/app.js", "app.js"), ("/api.js", "api.js"),
                                  ("/style.css", "style.css"), ("/icon.svg", "icon.svg")):
                self.assertEqual(server.get(address).text, (page / name).read_text(), name)
        self.assertNotIn(f"{page}/".encode(), moved.read_bytes())

    def test_help(self):
        status, said, complaint = run("account", "--help", folder=self.folder)
        self.assertEqual((status, complaint), (0, ""))
        for name in ("--port", "migrate up|down|status", "DATABASE_URL", "JWT_SECRET", "COOKIE_SECURE"):
            self.assertIn(name, said)

    def test_signals_end_it_cleanly_also_with_a_client_that_stays(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            server = self.server(JWT_SECRET=SECRET).start()
            with Connection(server.port) as idle:
                idle.ask("GET", "/api/healthchecker")
                server.process.send_signal(number)
                self.assertEqual(server.process.wait(20), 0)
                server.process.stdout.close()

    def test_a_public_host_without_secure_cookies_causes_a_warning(self):
        server = Server("account", "--host", "0.0.0.0", folder=self.folder, JWT_SECRET=SECRET)
        with server:
            warnings = [line for line in server.log() if line["level"] == "warning"]
            self.assertEqual(len(warnings), 1)
            self.assertIn("COOKIE_SECURE", warnings[0]["advice"])

    def test_key_pairs(self):
        pairs = {"RS256": self.key("genrsa", "2048"), "ES256": self.key("ecparam", "-name", "prime256v1", "-genkey", "-noout"),
                 "EdDSA": self.key("genpkey", "-algorithm", "ed25519")}
        for algorithm, private in pairs.items():
            with self.subTest(algorithm):
                public = subprocess.run(["openssl", "pkey", "-pubout"], input=private, check=True, capture_output=True,
                                        text=True).stdout
                # Once as PEM, once in base64, as the second part of the tutorial stores it.
                forms = (private, public), tuple(base64.b64encode(pem.encode()).decode() for pem in (private, public))
                kids = []
                for first, second in forms:
                    with self.server(ACCESS_TOKEN_PRIVATE_KEY=first, ACCESS_TOKEN_PUBLIC_KEY=second) as server:
                        token = new_login(server.port)[0]
                        self.assertEqual(me(server.port, token).status, 200)
                        (key,) = ask(server.port, "GET", "/.well-known/jwks.json").json()["keys"]
                        self.assertEqual((key["alg"], key["use"]), (algorithm, "sig"))
                        self.assertFalse({"d", "p", "q", "k"} & set(key))
                        header = ask(server.port, "GET", "/api/auth/login", bearer(token)).json()["data"]["header"]
                        self.assertEqual((header["alg"], header["kid"]), (algorithm, key["kid"]))
                        kids.append(key["kid"])
                self.assertEqual(len(set(kids)), 1)
        other = subprocess.run(["openssl", "pkey", "-pubout"], input=self.key("genrsa", "2048"), check=True,
                               capture_output=True, text=True).stdout
        self.assert_refuses("ACCESS_TOKEN_PUBLIC_KEY is not the public half", ACCESS_TOKEN_PRIVATE_KEY=pairs["RS256"],
                            ACCESS_TOKEN_PUBLIC_KEY=other)
        self.assert_refuses("ACCESS_TOKEN_PRIVATE_KEY", ACCESS_TOKEN_PRIVATE_KEY=self.key("genrsa", "1024"))


if __name__ == "__main__":
    unittest.main()
