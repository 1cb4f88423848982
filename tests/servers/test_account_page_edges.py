#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service's page in unusual states: wrong clocks, stores that are down, odd names, logins that end meanwhile; and
# the place of the focus after each step.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev redis-server chromium chromium-driver
# label: named
import unittest

from account_client import PASSWORD, SECRET, bearer, log_in, new_email, register
from databases import Redis
from raw_http import ask
from running import BUILD, Server, eventually
from webdriver import ENTER, TAB, Driver

SHOTS = BUILD / "screenshots" / "account"
LOOK_AGAIN = "document.dispatchEvent(new Event('visibilitychange'))"


class Edges(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("account", JWT_SECRET=SECRET).start()
        cls.driver = Driver().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.driver.__exit__()
        cls.server.__exit__()

    def open(self, server=None, before=None):
        browser = self.driver.browser()
        if before:
            browser.command("Page.addScriptToEvaluateOnNewDocument", source=before)
        browser.go(f"http://127.0.0.1:{(server or self.server).port}/")
        browser.wait_for("#enter")
        return browser

    def log_in(self, browser, email, password=PASSWORD):
        browser.type("#login-email", email)
        browser.type("#login-password", password)
        browser.click("#login-form [type=submit]")

    def open_and_log_in(self, email, server=None, before=None):
        browser = self.open(server, before)
        self.log_in(browser, email)
        browser.wait_for("#me")
        return browser

    def end_all(self, email):
        """Logs the user out everywhere, without the page."""
        answer = ask(self.server.port, "POST", "/api/auth/logout-all", bearer(log_in(self.server.port, email)[0]))
        self.assertEqual(answer.status, 200)

    def test_several_refreshes_at_once_do_not_log_out(self):
        """Refreshes without the lock of the page: as tabs of a browser without locks, or another program with the same cookies."""
        browser = self.open_and_log_in(register(self.server.port))
        browser.run("window.answers = []; for (let at = 0; at < 6; ++at) fetch('/api/auth/refresh', {method: 'POST'})"
                    ".then((answer) => window.answers.push(answer.status))")
        eventually(lambda: browser.run("return window.answers.length") == 6, what="the answers")
        self.assertEqual(browser.run("return window.answers"), 6 * [200])
        browser.click("#refresh")
        browser.wait_for("#notice", "you have a new token")
        browser.reload()
        browser.wait_for("#me")

    def test_a_clock_that_is_wrong(self):
        for hours in (-30, 30):
            with Server("account", JWT_SECRET=SECRET) as server:
                wrong = f"const real = Date.now; Date.now = () => real() + {hours} * 3600000;"
                browser = self.open_and_log_in(register(server.port), server, wrong)
                first = browser.text("#me-left")
                self.assertRegex(first, r"^(1:00:00|59:\d\d)$", hours)
                eventually(lambda: browser.text("#me-left") != first, what="a tick of the countdown")
                self.assertRegex(browser.text("#me-left"), r"^59:\d\d$", hours)
                self.assertNotIn("/api/auth/refresh", server.log_text())

    def test_the_focus_stays_in_place(self):
        email = register(self.server.port)
        browser = self.open()
        self.log_in(browser, email, "not the password")
        browser.wait_for("#login-form .form-error")
        self.assertEqual(browser.focused(), "login-password")
        self.log_in(browser, email)
        browser.wait_for("#me")
        self.assertEqual(browser.focused(), "me-name")
        seen = []
        for _ in range(7):
            browser.press(TAB)
            seen.append(browser.focused())
        self.assertEqual(seen, ["refresh", "logout", "logout-all", "Change password", "API keys", "token-header", "token-claims"])
        browser.run("document.querySelector('#refresh').focus()")
        browser.press(ENTER)
        browser.wait_for("#notice", "you have a new token")
        self.assertEqual(browser.focused(), "refresh")
        browser.run("document.querySelector('summary').focus()")
        browser.press(ENTER, TAB, PASSWORD, TAB, "an entirely new password", ENTER)
        browser.wait_for("#notice", "Your password is changed")
        self.assertEqual(browser.focused(), "Change password")
        browser.click("#logout")
        browser.wait_for("#notice", "You are logged out")
        self.assertEqual(browser.focused(), "enter-title")

    def test_messages_are_read_out(self):
        browser = self.open()
        place = """const region = document.querySelector("#notice").closest("[role=status]");
            return [region.getAttribute("aria-live"), region.checkVisibility(), region.innerText]"""
        self.assertEqual(browser.run(place), ["polite", True, ""])
        self.assertEqual(browser.run("""return [...document.querySelectorAll("input:not([hidden])")].filter((input) =>
            !input.getAttribute("aria-describedby").split(" ").every((id) => document.getElementById(id))).length"""), 0)

    def test_a_password_that_was_shown_is_hidden_again(self):
        email = register(self.server.port)
        browser = self.open()
        reveal = "return [...document.querySelectorAll('#login-form .reveal')].map((b) => [b.textContent, b.ariaLabel])[0]"
        self.assertEqual(browser.run(reveal), ["Show", "Show password"])
        browser.click("#login-form .reveal")
        self.assertEqual(browser.run(reveal), ["Hide", "Hide password"])
        self.log_in(browser, email)
        browser.wait_for("#me")
        browser.click("#logout")
        browser.wait_for("#login-form")
        self.assertEqual(browser.run("return [login.type, login.value, document.querySelector('#login-email').value]".replace(
            "login.", "document.querySelector('#login-password').")), ["password", "", ""])
        self.assertEqual(browser.run(reveal), ["Show", "Show password"])

    def test_a_login_that_ends_while_something_is_done(self):
        def change_password(browser):
            browser.click("summary")
            browser.wait_for("#password-form")
            browser.type("#password-current", PASSWORD)
            browser.type("#password-new", "an entirely new password")
            browser.click("#password-form [type=submit]")

        for do in (change_password, lambda browser: browser.click("#refresh"), lambda browser: browser.click("#logout")):
            email = register(self.server.port)
            browser = self.open_and_log_in(email)
            self.end_all(email)
            do(browser)
            browser.wait_for("#notice", "ended elsewhere")
            browser.wait_for("#login-form")
            browser.quit()
            self.driver.browsers.remove(browser)

    def test_a_login_that_ended_while_the_page_was_closed(self):
        email = register(self.server.port)
        browser = self.open_and_log_in(email)
        self.end_all(email)
        browser.reload()
        browser.wait_for("#notice", "Your login has ended")
        browser.wait_for("#login-form")

    def test_another_tab_that_logs_in_as_somebody_else(self):
        first, second = register(self.server.port, name="First Person"), register(self.server.port, name="Second Person")
        browser = self.open_and_log_in(first)
        browser.run("""return fetch("/api/auth/login", {method: "POST", headers: {"Content-Type": "application/json"},
            body: JSON.stringify({email: arguments[0], password: arguments[1]})}).then((answer) => answer.status)""",
            second, PASSWORD)
        browser.run(LOOK_AGAIN)
        browser.wait_for("#me-name", "Second Person")
        self.assertEqual(browser.text("#me-email"), second)

    def test_an_unavailable_store_does_not_end_the_login(self):
        with Redis() as redis, Server("account", JWT_SECRET=SECRET, REDIS_URL=redis.url) as server:
            browser = self.open_and_log_in(register(server.port), server)
            redis.stop()
            browser.run(LOOK_AGAIN)
            browser.wait_for("#notice", "went wrong on our side")
            self.assertTrue(browser.is_shown("#me"))
            browser.reload()
            browser.wait_for("#notice", "went wrong on our side")
            browser.wait_for("#login-form")
            redis.start()
            browser.reload()
            browser.wait_for("#me")
            self.assertFalse(browser.is_shown("#notice"))

    def test_a_new_account_whose_login_must_wait(self):
        email = new_email()
        for _ in range(5):
            body = {"email": email, "password": "a guess at nobody"}
            self.assertEqual(ask(self.server.port, "POST", "/api/auth/login", body=body).status, 400)
        browser = self.open()
        browser.click("#to-register")
        for field, value in (("name", "Late Comer"), ("email", email), ("password", PASSWORD)):
            browser.type(f"#register-{field}", value)
        browser.click("#register-form [type=submit]")
        browser.wait_for("#notice", "Your account is ready. Please log in.")
        browser.wait_for("#login-form")
        self.assertEqual(browser.run("return document.querySelector('#login-email').value"), email)

    def test_names_of_every_kind_fit(self):
        for number, (name, initials) in enumerate((("\u3000", "?"), ("x" * 100, "X"), ("\U0001f469\u200d\U0001f680 \u00e9t\u00e9", "\U0001f469\u00c9"),
                                                   ("\u0639\u0628\u062f \u0627\u0644\u0644\u0647", "\u0639\u0627"), ("<b>&amp;", "<"))):
            browser = self.open_and_log_in(register(self.server.port, name=name))
            self.assertEqual(browser.run("return document.querySelector('#me-name').textContent"), name)
            self.assertEqual(browser.text("#me-initials"), initials)
            for width in (320, 360, 1280):
                browser.resize(width, 740)
                self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), width, name)
            browser.resize(360, 740)
            browser.screenshot(SHOTS / f"360_name_{number}.png")
            self.assertEqual(browser.console(), [])
            browser.quit()
            self.driver.browsers.remove(browser)


if __name__ == "__main__":
    unittest.main()
