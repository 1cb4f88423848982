#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The account service's page in a real browser: with the mouse, with the keyboard alone, and at 360 px. The screenshots
# are in build/screenshots/.
# packages: libcpp-httplib-dev libsqlite3-dev libsodium-dev libpq-dev libhiredis-dev chromium chromium-driver
import re
import unittest

from account_client import PASSWORD, SECRET, log_in, new_email, register
from raw_http import ask
from running import BUILD, Server, eventually
from webdriver import ENTER, SPACE, TAB, Driver

SHOTS = BUILD / "screenshots" / "account"


def luminance(color):
    """The relative luminance of a colour such as rgb(1, 2, 3), as WCAG defines it."""
    parts = [int(part) / 255 for part in re.findall(r"\d+", color)[:3]]
    red, green, blue = (part / 12.92 if part <= .04045 else ((part + .055) / 1.055) ** 2.4 for part in parts)
    return .2126 * red + .7152 * green + .0722 * blue


class Page(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = Server("account", JWT_SECRET=SECRET).start()
        cls.address = f"http://127.0.0.1:{cls.server.port}/"
        cls.driver = Driver().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.driver.__exit__()
        cls.server.__exit__()

    def open(self, path=""):
        browser = self.driver.browser()
        browser.go(self.address + path)
        browser.wait_for("#enter")
        return browser

    def open_and_log_in(self, email):
        browser = self.open()
        self.log_in(browser, email)
        return browser

    def log_in(self, browser, email, password=PASSWORD):
        browser.type("#login-email", email)
        browser.type("#login-password", password)
        browser.click("#login-form [type=submit]")
        browser.wait_for("#me")

    def shoot(self, browser, name):
        browser.screenshot(SHOTS / f"{name}.png")

    def assert_focus_is_visible(self, browser):
        style = browser.run("const s = getComputedStyle(document.activeElement); return [s.outlineStyle, s.outlineWidth]")
        self.assertEqual(style, ["solid", "3px"], browser.focused())

    def assert_quiet(self, browser, *expected):
        """The console is empty, except for the line that the browser writes for each 4xx answer."""
        for line in browser.console():
            self.assertRegex(line, r"Failed to load resource: the server responded with a status of (%s) "
                             % "|".join(map(str, expected or ["none"])))

    def test_register_stay_log_out_and_a_wrong_password(self):
        browser, email = self.open(), new_email()
        self.shoot(browser, "1_log_in")
        browser.click("#to-register")
        browser.wait_for("#register-form")
        self.shoot(browser, "2_register")

        browser.type("#register-name", "Ada Lovelace")
        browser.type("#register-email", "ada at example")
        browser.type("#register-password", PASSWORD)
        browser.click("#register-form [type=submit]")
        browser.wait_for("#register-email-error", "not an email address")
        self.assertEqual(browser.focused(), "register-email")
        self.shoot(browser, "3_register_error_under_the_field")

        browser.type("#register-email", email)
        browser.type("#register-password", "short")
        browser.click("#register-form [type=submit]")
        browser.wait_for("#register-password-error", "at least 8 characters")
        browser.type("#register-password", PASSWORD)
        browser.click("#register-form [type=submit]")
        browser.wait_for("#me")
        self.assertEqual(browser.text("#me-name"), "Ada Lovelace")
        self.assertEqual(browser.text("#me-email"), email)
        self.assertEqual(browser.text("#me-role").lower(), "user")
        self.shoot(browser, "4_me")

        self.assertEqual(browser.run("return document.cookie"), "")
        browser.reload()
        browser.wait_for("#me")
        self.assertEqual(browser.text("#me-name"), "Ada Lovelace")
        self.assertEqual(browser.run("return document.cookie"), "")
        self.assertRegex(browser.text("#me-left"), r"^(1:00:00|59:\d\d)$")
        claims = browser.text("#token-claims")
        for name in ("iss", "sub", "exp", "iat", "jti"):
            self.assertIn(f'"{name}"', claims)
        # Every token begins with this. No text of the page and no storage of its scripts does.
        self.assertNotIn("eyJ", browser.run("return document.documentElement.outerHTML + JSON.stringify(localStorage)"
                                            " + JSON.stringify(sessionStorage)"))

        first = browser.run("return document.querySelector('#token-claims').innerText.match(/\"jti\": \"([^\"]*)/)[1]")
        browser.click("#refresh")
        browser.wait_for("#notice", "you have a new token")
        self.assertNotIn(first, browser.text("#token-claims"))

        browser.click("#logout")
        browser.wait_for("#enter")
        browser.wait_for("#notice", "You are logged out")
        self.shoot(browser, "5_logged_out")

        browser.type("#login-email", email)
        browser.type("#login-password", "not the password")
        browser.click("#login-form [type=submit]")
        browser.wait_for("#login-form .form-error", "do not belong together")
        self.assertEqual(browser.run("return document.querySelector('#login-email').value"), email)
        self.shoot(browser, "6_wrong_password")
        self.log_in(browser, email)
        self.assert_quiet(browser, 400)

    def test_a_taken_email_is_reported_under_the_field(self):
        browser, email = self.open("#register"), register(self.server.port)
        for field, value in (("name", "Somebody"), ("email", email), ("password", PASSWORD)):
            browser.type(f"#register-{field}", value)
        browser.click("#register-form [type=submit]")
        browser.wait_for("#register-email-error", "already an account")
        self.assert_quiet(browser, 409)

    def test_a_login_that_was_ended_elsewhere_is_reported(self):
        email = register(self.server.port, name="Grace Hopper")
        first, second = self.open_and_log_in(email), self.open_and_log_in(email)
        second.click("#logout-all")
        second.wait_for("#notice", "on every device")
        first.run("document.dispatchEvent(new Event('visibilitychange'))")
        first.wait_for("#notice", "ended elsewhere")
        first.wait_for("#login-form")
        self.shoot(first, "7_ended_elsewhere")
        self.log_in(first, email)
        self.assert_quiet(second)
        self.assert_quiet(first, 401)

    def test_a_new_password(self):
        email = register(self.server.port)
        browser = self.open_and_log_in(email)
        browser.click("summary")
        browser.wait_for("#password-form")
        browser.type("#password-current", "wrong")
        browser.type("#password-new", "an entirely new password")
        browser.click("#password-form [type=submit]")
        browser.wait_for("#password-current-error", "not your current password")
        self.shoot(browser, "8_change_password")
        browser.type("#password-current", PASSWORD)
        browser.click("#password-form [type=submit]")
        browser.wait_for("#notice", "Your password is changed")
        log_in(self.server.port, email, "an entirely new password")
        self.assert_quiet(browser, 400)

    def test_keyboard_alone(self):
        browser, email = self.open(), new_email()
        seen = []
        while browser.focused() != "to-register":
            browser.press(TAB)
            seen.append(browser.focused())
            self.assertLess(len(seen), 10, seen)
            self.assert_focus_is_visible(browser)
        browser.press(ENTER)
        browser.wait_for("#register-form")
        browser.press(TAB, "Keyboard User", TAB, email, TAB, PASSWORD, TAB)
        self.assertIn(browser.focused(), "Show")
        browser.press(SPACE)
        self.assertEqual(browser.run("return document.querySelector('#register-password').type"), "text")
        browser.press(TAB, ENTER)
        browser.wait_for("#me")
        self.assertEqual(browser.focused(), "me-name")
        browser.press(TAB)
        self.assertEqual(browser.focused(), "refresh")
        self.assert_focus_is_visible(browser)
        self.shoot(browser, "9_keyboard_focus")
        browser.press(TAB, ENTER)
        browser.wait_for("#notice", "You are logged out")
        browser.press(TAB, TAB, TAB, email, TAB, PASSWORD, ENTER)
        browser.wait_for("#me")
        self.assert_quiet(browser)

    def test_edges_have_enough_contrast(self):
        """Inputs and buttons have a contrast of 3 : 1 against the card, in light and in dark mode. WCAG 1.4.11"""
        browser = self.open()
        for is_dark in (False, True):
            browser.dark(is_dark)
            edge, back = browser.run("""
                const style = (css) => getComputedStyle(document.querySelector(css));
                return [style("#login-email").borderTopColor, style("#enter").backgroundColor]""")
            one, other = sorted((luminance(edge), luminance(back)), reverse=True)
            self.assertGreater((one + .05) / (other + .05), 3, (edge, back))

    def test_every_input_has_a_label_and_every_button_a_name(self):
        browser = self.open()
        nameless = browser.run("""
            const inputs = [...document.querySelectorAll("input:not([hidden])")].filter((input) => input.labels.length !== 1);
            const buttons = [...document.querySelectorAll("button, a")]
                .filter((button) => !(button.getAttribute("aria-label") || button.textContent.trim()));
            return [...inputs, ...buttons].map((element) => element.outerHTML)""")
        self.assertEqual(nameless, [])

    def test_360_pixels_and_dark(self):
        email = register(self.server.port, name="Wilhelmina Featherstonehaugh-Cholmondeley")
        browser = self.open()
        browser.resize(360, 740)
        def fits():
            self.assertLessEqual(browser.run("return document.documentElement.scrollWidth"), 360)
        fits()
        self.shoot(browser, "360_1_log_in")
        browser.click("#to-register")
        browser.wait_for("#register-form")
        browser.click("#register-form [type=submit]")
        fits()
        self.shoot(browser, "360_2_register_errors")
        browser.click("#to-login")
        browser.wait_for("#login-form")
        self.log_in(browser, email)
        fits()
        self.shoot(browser, "360_3_me")
        browser.dark(True)
        self.shoot(browser, "360_4_me_dark")
        browser.click("#logout")
        browser.wait_for("#notice", "You are logged out")
        fits()
        self.shoot(browser, "360_5_logged_out_dark")
        browser.resize(1280, 900)
        self.log_in(browser, email)
        self.shoot(browser, "desktop_me_dark")

    def test_an_expired_login_is_refreshed_by_itself(self):
        with Server("account", JWT_SECRET=SECRET, JWT_EXPIRED_IN="2s") as server:
            email = register(server.port)
            browser = self.driver.browser()
            browser.go(f"http://127.0.0.1:{server.port}/")
            browser.wait_for("#login-form")
            self.log_in(browser, email)
            read = "return document.querySelector('#token-claims').innerText.match(/\"jti\": \"([^\"]*)/)[1]"
            first = browser.run(read)
            eventually(lambda: browser.run(read) != first, what="a new token")
            self.assertTrue(browser.is_shown("#me"))
            ask(server.port, "GET", "/api/healthchecker")

    def test_the_page_requests_nothing_from_other_hosts(self):
        for path in ("", "app.js", "access.js", "forms.js", "api.js", "style.css", "icon.svg"):
            text = ask(self.server.port, "GET", "/" + path).body.decode()
            self.assertEqual([url for url in re.findall(r"https?://[^\s\"')]+", text) if "w3.org" not in url], [])


if __name__ == "__main__":
    unittest.main()
