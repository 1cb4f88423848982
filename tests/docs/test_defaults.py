#!/usr/bin/python3
# SPDX-License-Identifier: MIT
# The page on defaults has the values of the headers. Each entry of VALUES is a text of the page, and the header's line for it. The
# names of the rules are checked by test_pages.py.
# label: source
import pathlib
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/reference/defaults.md").read_text(encoding="utf-8")
VALUES = [
    ("| length of a token | 16 KiB |", "jwt/validation.hpp", "max_token_bytes = 16 * 1024;"),
    ("| header | at most 64 members, 16 names in `crit`,", "jwt/detail/jose_header.hpp",
     "most_header_members = 64, most_critical_names = 16;"),
    ("256 values within the others,", "jwt/detail/jose_header.hpp", "most_header_values = 256;"),
    ("512 escapes, or one in 32 characters of a longer header than 16 KiB", "jwt/detail/jose_header.hpp",
     "(std::max)(std::size_t{512}, encoded_size / 32);"),
    ("| JSON | strict, UTF-8, 32 levels |", "detail/json/json_reader.hpp", "json_depth_limit = 32;"),
    ("| RSA key | 2048 bits |", "keys/detail/key_checks.hpp", "smallest_modulus_bits = 2048;"),
    ("| clocks | no leeway; 300 s at most |", "jwt/validation.hpp", "leeway{0};"),
    ("| clocks | no leeway; 300 s at most |", "jwt/validation.hpp", "clamped to 0 to 300 seconds"),
    ("| cache of verified tokens | off |", "jwt/token_cache.hpp", "max_tokens = 0;"),
    ("| `encode` writes `typ` | `JWT` |", "jwt/header_options.hpp", 'type = "JWT";'),
    ("| realm of a challenge | `api` |", "http/rejection.hpp", 'realm = "api";'),
    ("| a cookie | `HttpOnly`, `Secure`, `SameSite=Lax`, `Path=/` |", "http/cookie.hpp", "http_only = true;"),
    ("| a cookie | `HttpOnly`, `Secure`, `SameSite=Lax`, `Path=/` |", "http/cookie.hpp", "secure = true;"),
    ("| a cookie | `HttpOnly`, `Secure`, `SameSite=Lax`, `Path=/` |", "http/cookie.hpp", "same_site = SameSite::lax;"),
    ("| a cookie | `HttpOnly`, `Secure`, `SameSite=Lax`, `Path=/` |", "http/cookie.hpp", 'path = "/";'),
    ("| a session | over after 30 minutes without use,", "opaque/sessions.hpp", "idle{std::chrono::minutes{30}};"),
    ("and after 24 hours |", "opaque/sessions.hpp", "lifetime{std::chrono::hours{24}};"),
    ("of a 503 | 5 s;", "http/rejection.hpp", "retry_after{5};"),
    ("until the next attempt, at most 30 s |", "remote/detail/schedule.hpp", "longest_retry_after{30};"),
    ("| a cookie of a session | `__Host-session`,", "http/cookie.hpp", 'name = "__Host-session")'),
    ("its prefix is `key` |", "opaque/api_keys.hpp", 'prefix = "key";'),
    ("| a refresh token's family | 30 days;", "opaque/refresh_tokens.hpp", "lifetime = std::chrono::hours{24 * 30};"),
    ("10 s grace for retries |", "opaque/refresh_tokens.hpp", "grace{10};"),
    ("| a JWK Set | at most 1 MiB", "keys/detail/jwk_document.hpp", "longest_key_text = 1024 * 1024;"),
    ("and 1,000 keys |", "keys/detail/key_set_content.hpp", "most_keys = 1000;"),
    ("fetches the set again | after 10 minutes,", "remote/remote_options.hpp", "interval = std::chrono::minutes{10};"),
    ("between 1 minute and 1 hour |", "remote/remote_options.hpp", "min_age = std::chrono::minutes{1};"),
    ("between 1 minute and 1 hour |", "remote/remote_options.hpp", "max_age = std::chrono::hours{1};"),
    ("| at most one in 30 s;", "remote/remote_options.hpp", "cool_down = std::chrono::seconds{30};"),
    ("a request waits up to 2 s |", "remote/remote_options.hpp", "unknown_key_wait = std::chrono::seconds{2};"),
    ("| used for 6 hours beyond their time |", "remote/remote_options.hpp", "max_stale = std::chrono::hours{6};"),
    ("for the keys of one issuer | 1,024 |", "transports/detail/async_fetcher.hpp", "most_waiters = 1024;"),
    ("| 64 of one `BlockingCalls`,", "transports/blocking_calls.hpp", "max_calls = 64;"),
    ("for 5 s |", "transports/blocking_calls.hpp", "max_wait = std::chrono::seconds{5};"),
    ("kept for 60 s if it is accepted,", "remote/introspection_verifier.hpp", "cache_accepted{60};"),
    ("5 s if not;", "remote/introspection_verifier.hpp", "cache_refused{5};"),
    ("question about the same token | 32 |", "remote/introspection_verifier.hpp", "max_waiters = 32;"),
    ("| at most 60 s old,", "remote/signed_introspection.hpp", "max_age{60};"),
    ("with 60 s of leeway |", "remote/signed_introspection.hpp", "leeway{60};"),
]


class Defaults(unittest.TestCase):
    def test_the_values_are_those_of_the_headers(self):
        for text, header, line in VALUES:
            with self.subTest(text):
                self.assertIn(text, PAGE)
                self.assertIn(line, (ROOT / "include/credence" / header).read_text(encoding="utf-8"))


if __name__ == "__main__":
    unittest.main()
