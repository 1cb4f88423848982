#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The list of logins and the API keys on the account service's page, in a real browser: at 1100 and 360 px, by the mouse and
# by the keyboard alone. The screenshots are in build/screenshots/.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev chromium chromium-driver
# label: named
import unittest

from account_client import PASSWORD, SECRET, bearer, log_in, me, register
from raw_http import ask
from running import BUILD, Server
from webdriver import ENTER, SPACE, TAB, Driver

SHOTS = BUILD / "screenshots" / "account"
WIDTHS = (1100, 360)
HOSTILE = "<img src=x onerror=document.title='bad'>"


class Access(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("account", JWT_SECRET=SECRET).start()
        cls.addClassCleanup(cls.server.__exit__)
        cls.driver = Driver().__enter__()
        cls.addClassCleanup(cls.driver.__exit__)

    def setUp(self):
        self.email = register(self.server.port, name="Ada Lovelace")

    def at_each_width(self):
        """Each test has its own user."""
        for width in WIDTHS:
            with self.subTest(width=width):
                self.setUp()
                yield width

    def open_and_log_in(self, width=1100):
        browser = self.driver.browser()
        browser.resize(width, 800)
        browser.go(f"http://127.0.0.1:{self.server.port}/")
        browser.wait_for("#login-form")
        browser.type("#login-email", self.email)
        browser.type("#login-password", PASSWORD)
        browser.click("#login-form [type=submit]")
        browser.wait_for("#me")
        return browser

    def log_in_as(self, agent):
        fields = [("Accept", "application/json"), ("User-Agent", agent)]
        answer = ask(self.server.port, "POST", "/api/auth/login", fields, {"email": self.email, "password": PASSWORD})
        return answer.json()["token"]

    def keys(self):
        token = log_in(self.server.port, self.email)[0]
        return ask(self.server.port, "GET", "/api/users/me/api-keys", bearer(token)).json()["data"]["apiKeys"]

    def rows(self, browser, place):
        return browser.run("return [...document.querySelectorAll(arguments[0] + ' li')].map((row) => row.innerText)", place)

    def wait_for_rows(self, browser, place, count):
        browser.wait_for_script(f"return document.querySelectorAll('{place} li').length === {count}")

    def assert_fits(self, browser, width, name):
        self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), width)
        browser.screenshot(SHOTS / f"{width}_{name}.png")

    def assert_no_visible_overlap(self, browser):
        """The text of a row does not overlap its button."""
        self.assertEqual(browser.run("""return [...document.querySelectorAll(".rows li")].filter((row) => {
            const [text, button] = [".row-text", "button"].map((css) => row.querySelector(css)?.getBoundingClientRect());
            return button && text.right > button.left + 1; }).length"""), 0)

    def press_until(self, browser, key, wanted):
        seen = []
        while browser.focused() != wanted:
            browser.press(key)
            seen.append(browser.focused())
            self.assertLess(len(seen), 25, seen)
            style = browser.run("const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]")
            self.assertEqual(style, ["solid", "3px"], browser.focused())

    def test_logins(self):
        for width in self.at_each_width():
            browser = self.open_and_log_in(width)
            self.wait_for_rows(browser, "#logins", 1)
            self.assertIn("This login", self.rows(browser, "#logins")[0])
            self.assertRegex(self.rows(browser, "#logins")[0], r"^Chrome on \w+")
            self.assertFalse(browser.is_shown("#end-others"))

            phone = self.log_in_as("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Safari/605.1")
            script, hostile = self.log_in_as("backup-script/2.1"), self.log_in_as(HOSTILE)
            long = self.log_in_as("x" * 3000)
            browser.reload()
            self.wait_for_rows(browser, "#logins", 5)
            texts = "\n".join(self.rows(browser, "#logins"))
            for said in ("Safari on iPhone", "backup-script/2.1", HOSTILE, "x" * 200, "last used"):
                self.assertIn(said, texts)
            self.assertEqual(texts.count("This login"), 1)
            self.assertIn("This login", self.rows(browser, "#logins")[0])
            self.assertNotIn("bad", browser.run("return document.title"))
            self.assert_fits(browser, width, "logins")
            self.assert_no_visible_overlap(browser)

            browser.click("#logins button[aria-label*='iPhone']")
            browser.wait_for("#notice", "The login of Safari on iPhone has ended.")
            self.wait_for_rows(browser, "#logins", 4)
            self.assertEqual(browser.focused(), "logins-title")
            self.assertEqual([me(self.server.port, token).status for token in (phone, script)], [401, 200])

            browser.click("#end-others")
            browser.wait_for("#notice", "All your other logins have ended.")
            self.wait_for_rows(browser, "#logins", 1)
            self.assertFalse(browser.is_shown("#end-others"))
            self.assertEqual([me(self.server.port, token).status for token in (script, hostile, long)], [401] * 3)
            browser.reload()
            browser.wait_for("#me")
            self.assertEqual(browser.console(), [])

    def test_a_login_that_is_ended_in_the_list_of_another_browser(self):
        first, second = self.open_and_log_in(), self.open_and_log_in()
        self.wait_for_rows(second, "#logins", 2)
        second.click("#logins button")
        second.wait_for("#notice", "has ended")
        first.run("document.dispatchEvent(new Event('visibilitychange'))")
        first.wait_for("#notice", "ended elsewhere")
        first.wait_for("#login-form")
        self.assertEqual(second.console(), [])

    def test_keys(self):
        for width in self.at_each_width():
            browser = self.open_and_log_in(width)
            browser.click("#keys-title")
            browser.wait_for("#no-keys", "You have no keys")
            browser.click("#key-form [type=submit]")
            browser.wait_for("#key-label-error", "Please fill this in")
            self.assertEqual(browser.focused(), "key-label")
            browser.type("#key-label", HOSTILE)
            self.assert_fits(browser, width, "keys_none")
            browser.click("#key-form [type=submit]")
            browser.wait_for("#new-key")
            key = browser.run("return document.querySelector('#new-key-text').value")
            self.assertEqual(browser.focused(), "new-key-text")
            self.assertEqual(browser.run("return getSelection().toString() || document.activeElement.value"), key)
            self.assertEqual(me(self.server.port, key).status, 200)
            self.wait_for_rows(browser, "#keys", 1)
            self.assertIn(HOSTILE, self.rows(browser, "#keys")[0])
            self.assertIn("never used", self.rows(browser, "#keys")[0])
            self.assert_fits(browser, width, "keys_new")
            self.assert_no_visible_overlap(browser)
            browser.click("#copy-key")
            browser.wait_for("#copy-key", "Copied")

            # The key is shown once: it is not on the page after Done, nor after a reload.
            browser.click("#hide-key")
            self.assertFalse(browser.is_shown("#new-key"))
            self.assertEqual(browser.focused(), "key-label")
            everything = """return document.documentElement.outerHTML + JSON.stringify(localStorage) +
                [...document.querySelectorAll("input")].map((input) => input.value)"""
            self.assertNotIn(key, browser.run(everything))
            browser.reload()
            browser.wait_for("#me")
            self.assertNotIn(key, browser.run(everything))

            browser.click("#keys-title")
            browser.wait_for("#keys li")
            self.assertIn("last used", self.rows(browser, "#keys")[0])
            browser.click("#keys button")
            browser.wait_for("#keys button", "Really?")
            self.assert_fits(browser, width, "keys_revoke")
            self.assertEqual(me(self.server.port, key).status, 200)
            browser.click("#key-label")  # a click elsewhere cancels the revocation
            browser.wait_for_script("return document.querySelector('#keys button').textContent === 'Revoke'")
            browser.click("#keys button")
            browser.click("#keys button")
            browser.wait_for("#notice", "is revoked")
            self.wait_for_rows(browser, "#keys", 0)
            self.assertEqual(me(self.server.port, key).status, 401)
            self.assertNotIn("bad", browser.run("return document.title"))
            self.assertEqual(browser.console(), [])

    def test_a_key_without_expiry_is_not_shown_to_the_next_user(self):
        browser = self.open_and_log_in()
        browser.click("#keys-title")
        browser.wait_for("#key-form")
        browser.run("document.querySelector('#key-expires').value = ''")
        browser.type("#key-label", "for ever")
        browser.click("#key-form [type=submit]")
        self.wait_for_rows(browser, "#keys", 1)
        self.assertIn("has no end", self.rows(browser, "#keys")[0])
        self.assertIsNone(self.keys()[0]["expiresAt"])
        browser.wait_for("#new-key")
        browser.dark(True)
        browser.screenshot(SHOTS / "1100_keys_dark.png")
        browser.click("#logout")
        browser.wait_for("#login-form")
        self.assertEqual(browser.run("return document.querySelector('#new-key-text').value"), "")

    def test_by_keyboard_alone(self):
        for width in self.at_each_width():
            other = self.log_in_as("backup-script/2.1")
            browser = self.open_and_log_in(width)
            self.wait_for_rows(browser, "#logins", 2)
            self.press_until(browser, TAB, "End")
            browser.press(ENTER)
            browser.wait_for("#notice", "has ended")
            self.assertEqual(browser.focused(), "logins-title")
            self.assertEqual(me(self.server.port, other).status, 401)

            self.press_until(browser, TAB, "API keys")
            browser.press(ENTER)
            browser.wait_for("#key-form")
            browser.press(TAB, "typed by hand", TAB, TAB, ENTER)
            browser.wait_for("#new-key")
            self.assertEqual(browser.focused(), "new-key-text")
            key = browser.run("return document.activeElement.value")
            browser.press(TAB, SPACE)
            browser.wait_for("#copy-key", "Copied")
            self.press_until(browser, TAB, "hide-key")
            browser.press(ENTER)
            self.assertEqual(browser.focused(), "key-label")
            self.press_until(browser, TAB, "Revoke")
            browser.screenshot(SHOTS / f"{width}_keys_focus.png")
            browser.press(ENTER)
            browser.wait_for("#keys button", "Really?")
            browser.press(ENTER)
            browser.wait_for("#notice", "is revoked")
            self.assertEqual(browser.focused(), "API keys")
            self.assertEqual(me(self.server.port, key).status, 401)
            self.assertEqual(browser.console(), [])


if __name__ == "__main__":
    unittest.main()
