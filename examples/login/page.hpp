// SPDX-License-Identifier: MIT
// The page: a login form, with its script and style. It keeps the token in memory only, where no other page finds it.
#pragma once

#include "../support/http_service.hpp"

namespace login {

inline constexpr const char* page_html = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Hello</title>
<link rel="stylesheet" href="/page.css">
<script src="/page.js" defer></script>
</head>
<body>
<main>
<h1>Hello!</h1>
<p>Log in as <b>foo</b> with the secret <b>bar</b>, and visit the protected area.</p>
<form id="login">
<label for="id">Client id</label>
<input id="id" name="client_id" autocomplete="username" required>
<label for="secret">Client secret</label>
<input id="secret" name="client_secret" type="password" autocomplete="current-password" required>
<button>Log in</button>
</form>
<p id="answer" role="status" aria-live="polite"></p>
</main>
</body>
</html>
)html";

inline constexpr const char* page_css = R"css(
:root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
body { margin: 0; }
main { max-width: 24rem; margin: 12vh auto 0; padding: 0 1.25rem; }
label { display: block; margin-top: .75rem; font-weight: 600; }
input, button { box-sizing: border-box; width: 100%; padding: .6rem .75rem; font: inherit; border-radius: .5rem; }
input { border: 1px solid #8888; }
button { margin-top: 1.25rem; border: 0; background: #2457c5; color: #fff; cursor: pointer; }
button:hover, button:focus-visible { background: #173f96; }
:focus-visible { outline: 3px solid #7aa2f7; outline-offset: 2px; }
#answer { min-height: 1.5rem; overflow-wrap: anywhere; }
)css";

inline constexpr const char* page_js = R"js(
"use strict";
const answer = document.getElementById("answer");
document.getElementById("login").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const login = await fetch("/login", {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(Object.fromEntries(new FormData(event.target))),
    });
    const given = await login.json();
    if (!login.ok) {
      answer.textContent = given.error;
      return;
    }
    const area = await fetch("/private", { headers: { Authorization: "Bearer " + given.access_token } });
    answer.textContent = await area.text();
  } catch {
    answer.textContent = "The server does not answer.";
  }
});
)js";

inline void add_page(support::HttpService& service) {
    const auto serve = [&service](const char* path, const char* content, const char* type) {
        service.get(path, [content, type](const httplib::Request&, httplib::Response& response) {
            response.set_content(content, type);
        });
    };
    serve("/", page_html, "text/html; charset=utf-8");
    serve("/page.css", page_css, "text/css");
    serve("/page.js", page_js, "text/javascript");
}

}  // namespace login
