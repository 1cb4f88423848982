// SPDX-License-Identifier: MIT
// The page, whose files are in the program: see build.cmake.
#include "page.hpp"

#include <string>

#include "page_files.hpp"

namespace account {
namespace {

struct File {
    const char* address;
    const char* text;
    const char* type;
};

constexpr File files[] = {{"/", index_html, "text/html; charset=utf-8"},
                          {"/style.css", style_css, "text/css; charset=utf-8"},
                          {"/app.js", app_js, "text/javascript; charset=utf-8"},
                          {"/access.js", access_js, "text/javascript; charset=utf-8"},
                          {"/forms.js", forms_js, "text/javascript; charset=utf-8"},
                          {"/api.js", api_js, "text/javascript; charset=utf-8"},
                          {"/icon.svg", icon_svg, "image/svg+xml"}};

}  // namespace

void add_page(Server& server) {
    for (const File& file : files) {
        server.add("GET", file.address,
                   [text = std::string{file.text}, type = file.type](const Call&, httplib::Response& response) {
                       response.status = 200;
                       response.set_header("Cache-Control", "no-cache");
                       response.set_content(text, type);
                   });
    }
}

}  // namespace account
