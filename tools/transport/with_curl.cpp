// SPDX-License-Identifier: MIT
// Requests through libcurl.
#include <credence/transports/curl.hpp>

#include "transport.hpp"

namespace credence::command {

FetchResult send_request(const FetchRequest& request, const std::string& ca_file) {
    return CurlTransport{{.ca_file = ca_file}}(request);
}

}  // namespace credence::command
