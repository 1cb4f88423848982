// SPDX-License-Identifier: MIT
// Batch mode: the loop around the requests. Nothing that a line holds ends it.
#include "batch.hpp"

#include <exception>
#include <string_view>
#include <system_error>

#include "failure.hpp"
#include "line_reader.hpp"
#include "terminal.hpp"

#include <unistd.h>

namespace credence::command {

namespace {

std::string refusal(const std::string& id, std::string_view code, std::string_view claim, std::string_view message,
                    std::string_view reason = {}) {
    ObjectText text;
    text.add("id", id).add("ok", "false").add_text("error", code);
    if (names_claim(code, claim)) text.add_text("claim", claim);
    text.add_text("message", message);
    if (!reason.empty()) text.add_text("reason", reason);
    return text.text();
}

std::string bad_request(const std::string& id, std::string_view message) {
    return refusal(id, "invalid_request", {}, message);
}

std::string answer_request(const Request& request, Answer (*answer)(const Request&)) try {
    request.demand_object();
    const Answer made = answer(request);
    if (!made) {
        const Error& error = made.error();
        return refusal(request.id(), to_string(error.code), error.claim, message(error), error.reason);
    }
    return ObjectText{}.add("id", request.id()).add("ok", "true").add_members(*made).text();
} catch (const BadRequest& bad) {
    return bad_request(request.id(), bad.message);
}

std::string answer_line(const LineReader& reader, Answer (*answer)(const Request&)) try {
    if (reader.is_too_long()) return bad_request("null", "a request must not be longer than 64 MiB");
    return answer_request(Request{reader.line()}, answer);
} catch (const std::exception&) {  // usually out of memory
    return refusal("null", "internal", {}, "the request could not be processed");
}

}  // namespace

void run_batch(Answer (*answer)(const Request&)) {
    LineReader reader{STDIN_FILENO};
    while (reader.next()) {
        write_result(answer_line(reader, answer) + '\n');
    }
    if (reader.fault() != 0)
        fail_unreadable("standard input: cannot be read: " + std::generic_category().message(reader.fault()));
}

}  // namespace credence::command
