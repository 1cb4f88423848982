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
[[nodiscard]] bool is_own_origin(const httplib::Request& request, const std::string& client_origin);

}  // namespace account
