// SPDX-License-Identifier: MIT
// Whether a page of this server made a browser send a request. Otherwise a page of another site could act, with the
// cookie, for a user who is logged in. Fetch Metadata §2, RFC 6454 §7
#pragma once

#include <iterator>
#include <string>
#include <string_view>

#include "ascii.hpp"

#include <httplib.h>

namespace support {

/// The fields of a request about the page that it comes from. Browsers send them with each request that changes
/// something, and no page can forge them.
enum class Page : unsigned char { own, other, unknown };

/// The value of a field that occurs once; empty if it is absent or occurs twice.
[[nodiscard]] inline std::string_view only_value(const httplib::Request& request, const std::string& name) {
    const auto [first, last] = request.headers.equal_range(name);
    return first == last || std::next(first) != last ? std::string_view{} : std::string_view{first->second};
}

[[nodiscard]] inline Page page_of(const httplib::Request& request) {
    const std::string_view site = only_value(request, "Sec-Fetch-Site"), origin = only_value(request, "Origin");
    const std::string_view host = only_value(request, "Host");
    const bool is_host =
        !host.empty() && (origin == "http://" + std::string{host} || origin == "https://" + std::string{host});
    const bool says_site = request.has_header("Sec-Fetch-Site"), says_origin = request.has_header("Origin");
    if (says_site && !is_same_word(site, "same-origin") && !is_same_word(site, "none")) return Page::other;
    if (says_origin && !is_host) return Page::other;
    return is_host || is_same_word(site, "same-origin") ? Page::own : Page::unknown;
}

}  // namespace support
