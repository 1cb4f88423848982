// SPDX-License-Identifier: MIT
// The command without libcurl.
#include "../failure.hpp"
#include "transport.hpp"

namespace credence::command {

FetchResult send_request(const FetchRequest&, const std::string&) {
    fail_usage("this command was built without libcurl; fetch the JWK Set with another program, and use --jwks FILE");
}

}  // namespace credence::command
