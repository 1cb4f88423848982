// SPDX-License-Identifier: MIT
// Which pages may talk to this server: CORS, and the rule against requests that another site made a browser send.
#pragma once

#include <string>

#include "call.hpp"

namespace account {

/// The fields that let the page of `client_origin`, and no other, read an answer.
void add_cors(const httplib::Request& request, httplib::Response& response, const std::string& client_origin);

/// Whether the request says that a page of this server or of `client_origin` made it. A browser puts the field `Origin`
/// on each unsafe request, and no page can forge it.
///
/// The server's own is `http://` and its `Host`, to the byte; with a cookie that only TLS carries it is `https://`, for
/// whoever sits on the wire can make up any page of `http://`.
[[nodiscard]] bool is_own_origin(const httplib::Request& request, const std::string& client_origin);

/// Whether a page of another origin made a browser send this, whatever its method is: by a link, an image, a script. Told
/// by `Origin` and `Sec-Fetch-Site`; programs and old browsers send neither with a GET, and are believed.
[[nodiscard]] bool is_from_elsewhere(const httplib::Request& request, const std::string& client_origin);

}  // namespace account
