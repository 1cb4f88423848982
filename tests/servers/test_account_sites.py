#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# Another site cannot make a browser use the account service's cookies.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev
import unittest

from account_client import PASSWORD, SECRET, OneService, bearer, me, new_login, register
from raw_http import Connection, ask, head
from running import Server

CLIENT = "http://localhost:3000"
LOG_OUT = "/api/auth/logout"


class LinksToLogOut(OneService, unittest.TestCase):
    """GET logout changes something, so a link or an image of another site must not cause it. A browser names the origin of
    a request in Sec-Fetch-Site, which no page can forge. Programs and old browsers do not send it."""

    def log_out(self, *fields, method="GET", by_header=False):
        """The status, and whether the token is still good."""
        token = new_login(self.port)[0]
        credential = ("Authorization", f"Bearer {token}") if by_header else ("Cookie", f"token={token}")
        answer = ask(self.port, method, LOG_OUT, [credential, *fields])
        return answer.status, me(self.port, token).status == 200

    def test_same_origin_and_requests_without_an_origin(self):
        for fields in ([], [("Sec-Fetch-Site", "same-origin")], [("Sec-Fetch-Site", "none")]):
            self.assertEqual(self.log_out(*fields), (200, False), fields)

    def test_the_origin_of_the_client(self):
        """For a browser, another port of the same host is the same site. It then sends Origin with the requests of a script."""
        self.assertEqual(self.log_out(("Sec-Fetch-Site", "same-site"), ("Origin", CLIENT)), (200, False))

    def test_other_origins(self):
        site = "Sec-Fetch-Site"
        for fields in ([(site, "cross-site")], [(site, "same-site")], [(site, "same-site"), ("Origin", "null")],
                       [(site, "same-site"), ("Origin", "http://localhost:3001")], [(site, "Cross-Site")],
                       [(site, "cross-site"), ("Origin", CLIENT)], [(site, "whatever")], [(site, "same-origin, cross-site")],
                       [(site, "same-origin"), (site, "cross-site")], [("sec-fetch-site", "cross-site")],
                       [("Origin", "https://evil.example")], [("Origin", "null")]):
            self.assertEqual(self.log_out(*fields), (403, True), fields)

    def test_head_is_checked_too(self):
        for site in ("cross-site", "same-site"):
            self.assertEqual(self.log_out(("Sec-Fetch-Site", site), method="HEAD"), (403, True), site)

    def test_a_header_beside_the_cookie_does_not_skip_the_check(self):
        """A link with a name and a password in it makes a browser send an Authorization field."""
        for header in ("Basic YTpi", "", "Digest a=b"):
            fields = [("Authorization", header), ("Sec-Fetch-Site", "cross-site")]
            self.assertEqual(self.log_out(*fields), (403, True), header)

    def test_a_token_in_the_header_needs_no_origin(self):
        for site in ("cross-site", "same-site", "none"):
            self.assertEqual(self.log_out(("Sec-Fetch-Site", site), by_header=True), (200, False), site)

    def test_a_request_without_a_login_gets_401(self):
        answer = ask(self.port, "GET", LOG_OUT, [("Sec-Fetch-Site", "cross-site")])
        self.assertEqual(answer.status, 401)


class UnsafeRequests(unittest.TestCase):
    """A request with a cookie must come from a page of the server's own origin or of CLIENT_ORIGIN. The browser sends
    Sec-Fetch-Site, or exactly one Origin. Hosts are compared case-insensitively."""

    def check(self, port, cookie, origins, status):
        for origin in origins:
            token = new_login(port)[0]
            fields = [("Cookie", f"{cookie}={token}")] + [("Origin", one) for one in origin]
            self.assertEqual(ask(port, "POST", LOG_OUT, fields).status, status, origin)
            self.assertEqual(me(port, token).status, 401 if status == 200 else 200, origin)

    def test_by_http(self):
        with Server("account", JWT_SECRET=SECRET, CLIENT_ORIGIN="http://Client.example:3000") as server:
            host = f"127.0.0.1:{server.port}"
            own = f"http://{host}"
            self.check(server.port, "token", [[own], ["http://client.example:3000"], ["http://Client.example:3000"]], 200)
            self.check(server.port, "token",
                       [[], [""], ["null"], [own, own], [own, "https://evil.example"], ["https://evil.example", own],
                        [f"https://{host}"], [f"HTTP://{host}"], ["http://127.0.0.1"], ["http://127.0.0.1:1"],
                        [f"http://localhost:{server.port}"], [own + "/"], [own + " http://evil.example"], [f"{own}, {own}"],
                        ["https://client.example:3000"], ["http://client.example"],
                        ["http://client.example:30000"], ["http://client.example:3000/"], ["//" + host], [host], ["http://"],
                        [f"http://{host}.evil.example"], [f"http://evil.example:{server.port}"]], 403)

    def test_sec_fetch_site(self):
        site = "Sec-Fetch-Site"
        with Server("account", JWT_SECRET=SECRET) as server:
            evil = ("Origin", "https://evil.example")
            for fields, status in (([(site, "same-origin")], 200), ([(site, "none")], 200),
                                   ([(site, "same-site"), ("Origin", CLIENT)], 200), ([(site, "same-site")], 403),
                                   ([(site, "cross-site")], 403), ([(site, "cross-site"), evil], 403),
                                   ([(site, "same-site"), evil], 403), ([(site, "Same-Origin")], 403),
                                   ([(site, "same-origin"), (site, "same-origin")], 403),
                                   ([(site, "same-origin"), evil, evil], 403)):
                token = new_login(server.port)[0]
                answer = ask(server.port, "POST", LOG_OUT, [("Cookie", f"token={token}"), *fields])
                self.assertEqual(answer.status, status, fields)
                self.assertEqual(me(server.port, token).status, 401 if status == 200 else 200, fields)

    def test_the_host_must_occur_exactly_once(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            token = new_login(server.port)[0]
            for hosts, status in (([], 400), (["Host: "], 400), (["Host: a.example", "Host: evil.example"], 400),
                                  (["Host: evil.example:80"], 403), (["Host: vil.example"], 403)):
                with Connection(server.port) as connection:
                    lines = [f"POST {LOG_OUT} HTTP/1.1", *hosts, "Origin: http://evil.example", f"Cookie: token={token}",
                             "Content-Length: 0"]
                    connection.send("\r\n".join(lines) + "\r\n\r\n")
                    self.assertEqual(connection.read_answer().status, status, hosts)
            self.assertEqual(me(server.port, token).status, 200)

    def test_behind_tls_an_http_origin_is_refused(self):
        """An attacker on the network can change http://account.example, but not https://account.example."""
        with Server("account", JWT_SECRET=SECRET, COOKIE_SECURE="true") as server:
            email = register(server.port)
            for scheme, status in (("http", 403), ("https", 200)):
                token = ask(server.port, "POST", "/api/auth/login",
                            body={"email": email, "password": PASSWORD}).json()["token"]
                with Connection(server.port) as connection:
                    fields = [("Cookie", f"__Host-token={token}"), ("Origin", f"{scheme}://account.example")]
                    connection.send(head("POST", LOG_OUT, fields, b"", host="account.example"))
                    self.assertEqual(connection.read_answer().status, status, scheme)

    def test_every_unsafe_method_and_either_cookie(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            token, refresh_token = new_login(server.port)
            for cookie in (f"token={token}", f"refresh_token={refresh_token}", f"token={token}; token={token}",
                           f"a=b;token={token}", "token="):
                for method, path in (("POST", LOG_OUT), ("POST", "/api/auth/logout-all"), ("POST", "/api/auth/refresh"),
                                     ("POST", "/api/auth/login"), ("POST", "/api/auth/register"),
                                     ("PATCH", "/api/users/me/password")):
                    fields = {"Cookie": cookie, "Origin": "https://evil.example", "Content-Type": "application/json"}
                    answer = ask(server.port, method, path, fields, "{}")
                    self.assertEqual(answer.status, 403, (method, path, cookie))
            self.assertEqual(me(server.port, token).status, 200)

    def test_without_a_cookie_the_origin_does_not_matter(self):
        with Server("account", JWT_SECRET=SECRET) as server:
            for origin in ({}, {"Origin": "null"}, {"Origin": "https://evil.example"}):
                token = new_login(server.port)[0]
                self.assertEqual(ask(server.port, "POST", LOG_OUT, bearer(token) | origin).status, 200, origin)


if __name__ == "__main__":
    unittest.main()
