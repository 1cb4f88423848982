# SPDX-License-Identifier: MIT
# Starts an example server without any settings: it must run, and the command that it prints must work. For the tests in this
# folder.
import re
import subprocess

from running import Server, eventually


class Trial(Server):
    """A server without settings. `curl` is the command that it printed, `said` its output up to that line."""

    def start(self):
        super().start()
        self.said, self.curl = "", ""
        while not self.curl:
            line = self.process.stdout.readline().decode()
            assert line, f"it printed no command to try: {self.said}{self.log_text()}"
            self.said += line
            self.curl = line.strip() if line.startswith("curl ") else ""
        return self

    @property
    def token(self):
        return re.search(r"Bearer ([\w.-]+)", self.curl)[1]

    @staticmethod
    def sh(command):
        """The output of a command on stdout."""
        done = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL)
        assert done.returncode == 0, (command, done.stderr)
        return done.stdout

    def without_token(self):
        """The status of the printed command without its token."""
        command = re.sub(r" -H '[^']*'", "", self.curl)
        assert command != self.curl
        return int(self.sh(command + " -s -o /dev/null -w '%{http_code}'"))


def check_trial(name, *arguments, **variables):
    """The printed command works; without its token it is refused; two runs have different keys; the log has no token."""
    with Trial(name, *arguments, **variables) as one, Trial(name, *arguments, **variables) as other:
        said = one.sh(one.curl)
        assert one.without_token() == 401
        assert one.token != other.token
        foreign = one.curl.replace(one.token, other.token)
        assert int(one.sh(foreign + " -s -o /dev/null -w '%{http_code}'")) == 401
        eventually(lambda: one.log_text().count('"status":401') == 2)
        for server in (one, other):
            assert not any(part in server.log_text() for part in server.token.split(".")), server.log_text()
            assert "trial" in server.log_text()
    return said
