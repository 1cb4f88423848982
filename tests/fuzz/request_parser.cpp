// SPDX-License-Identifier: MIT
// The requests of a connection, as the example servers on cpp-httplib read them. The result does not depend on the
// pieces in which the bytes arrive, memory is bounded, and an accepted request is written out and read again with the
// same meaning.
#include "../../examples/support/request_parser.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "support/fuzzing.hpp"

using support::demand;
using support::RequestParser;
using support::WholeRequest;

namespace {

std::vector<WholeRequest> read_in_pieces(std::string_view bytes, std::size_t size) {
    RequestParser parser;
    std::vector<WholeRequest> requests;
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, size);
        bytes.remove_prefix(piece.size());
        parser.append(piece);
        while (parser.advance()) {
            requests.push_back(parser.take());
            if (requests.back().is_last) return requests;
        }
        demand(parser.size() <= support::most_head_bytes + support::most_body_bytes + 32, "the bytes held are bounded");
    }
    return requests;
}

std::string written(const WholeRequest& request) {
    std::string text = request.method + ' ' + request.target + " HTTP/1.1\r\n";
    for (const auto& [name, value] : request.fields) text += name + ": " + value + "\r\n";
    if (request.is_last) text += "Connection: close\r\n";
    return text + "Content-Length: " + std::to_string(request.body.size()) + "\r\n\r\n" + request.body;
}

bool is_same(const WholeRequest& one, const WholeRequest& other) {
    return one.method == other.method && one.target == other.target && one.fields == other.fields &&
           one.body == other.body && one.is_last == other.is_last && one.refused.status == other.refused.status;
}

void check(const WholeRequest& request) {
    if (request.refused.status != 0) {
        demand(request.refused.status == 400 || request.refused.status == 431, "a refusal has its status");
        return demand(request.is_last, "nothing follows a refused request");
    }
    std::size_t size = request.method.size() + request.target.size(), hosts = 0;
    for (const auto& [name, value] : request.fields) {
        size += name.size() + value.size();
        hosts += support::is_same_word(name, "host") ? 1U : 0U;
        demand(value.find_first_of(std::string_view{"\r\n\0", 3}) == std::string::npos, "a value is one line");
        demand(!support::is_same_word(name, "transfer-encoding"), "framing is not for the application");
    }
    demand(size <= support::most_head_bytes + 16 && hosts <= 1, "a head is bounded, and has one Host");
    demand(request.target == "*" || request.target.front() == '/', "a target is a path");
    if (hosts == 0 || request.body.size() > support::most_body_bytes) return;  // HTTP/1.0, or too long to be read
    const std::string text = written(request);
    if (text.find("\r\n\r\n") > support::most_head_bytes - 4) return;  // written out, it is longer than the original
    const auto again = read_in_pieces(text, text.size());
    demand(again.size() == 1 && is_same(again.front(), request), "a request that is written out has the same meaning");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view bytes = support::fuzz_input(data, size);
    const auto requests = read_in_pieces(bytes, bytes.size() + 1);
    for (const WholeRequest& request : requests) check(request);
    for (const std::size_t piece : {1U, 7U}) {
        const auto others = read_in_pieces(bytes, piece);
        bool is_equal = others.size() == requests.size();
        for (std::size_t at = 0; is_equal && at < requests.size(); ++at) is_equal = is_same(others[at], requests[at]);
        demand(is_equal, "the packets do not change the result");
    }
    return 0;
}
