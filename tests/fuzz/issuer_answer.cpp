// SPDX-License-Identifier: MIT
// Answers of any content: none removes a good set, and none becomes a set that the issuer did not publish.
#include <credence/keys/key_set.hpp>
#include <credence/remote/detail/remote_core.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "support/fuzzing.hpp"

namespace {

using credence::FetchResponse;
using credence::SteadyTime;
using support::demand;
using Set = credence::KeySet<credence::ES256, credence::EdDSA>;

/// The public key of RFC 8037 §A.2.
constexpr std::string_view good_set =
    R"({"keys":[{"kty":"OKP","crv":"Ed25519","kid":"good","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}]})";

std::string_view take_line(std::string_view& input) {
    const std::size_t end = (std::min)(input.find('\n'), input.size());
    const std::string_view line = input.substr(0, end);
    input.remove_prefix((std::min)(end + 1, input.size()));
    return line;
}

/// The keys of `https://id.example`, with a clock that moves only when `later` is called.
struct Keys {
    credence::detail::RemoteCore<Set> core{
        credence::detail::origin_of_issuer("https://id.example", "").value(), {}, {}};
    credence::detail::Moment now{};

    void later(std::chrono::milliseconds span) { now.steady += span; }

    /// Answers the due requests: for the document with `document`, for the set with `set`.
    void work(const FetchResponse& document, const FetchResponse& set) {
        for (int count = 0; count < 4; ++count) {
            const auto request = core.next(now);
            if (!request) return;
            const bool is_document = request->url.path().starts_with("/.well-known/");
            core.answer(request->number, is_document ? document : set, now);
            for (const auto& event : core.take_events()) {
                for (const char byte : message(event))
                    demand(byte >= 0x20 && byte < 0x7f, "an event is one line of ASCII");
            }
        }
        demand(!core.next(now), "an attempt is at most a document at two places, and a set");
    }

    [[nodiscard]] bool has_good_key() const {
        return core.usable() != nullptr && core.usable()->find({.alg = "EdDSA", .kid = "good"}).has_value();
    }
};

const FetchResponse good_document{.status = 200,
                                  .body = R"({"issuer":"https://id.example","jwks_uri":"https://id.example/set"})"};
const FetchResponse good_answer{.status = 200, .body = std::string{good_set}};

}  // namespace

/// The lines of the input are an answer's fields, and what is left is its body.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::string_view input = support::fuzz_input(data, size);
    FetchResponse answer{.status = 200};
    answer.cache_control = take_line(input);
    answer.age = take_line(input);
    answer.retry_after = take_line(input);
    answer.etag = take_line(input);
    answer.body = input;
    if (answer.cache_control.starts_with("5")) answer.status = 503;

    Keys as_document;
    as_document.work(answer, good_answer);
    if (as_document.has_good_key()) {
        demand(as_document.core.origin().key_set->is_https(), "an https issuer names no http URL");
    }
    Keys as_set;
    as_set.work(good_document, good_answer);
    demand(as_set.has_good_key(), "the good set is taken");
    as_set.later(std::chrono::minutes{10});
    as_set.work(answer, answer);
    demand(as_set.core.usable() != nullptr && as_set.core.usable()->size() > 0, "there is still a set");
    if (answer.status != 200) demand(as_set.has_good_key(), "a failure does not remove the set");
    const auto wake = as_set.core.wake() - as_set.now.steady;
    demand(wake > SteadyTime::duration{} && wake <= std::chrono::hours{1}, "the next fetch is neither now nor never");
    as_set.later(std::chrono::hours{1});
    as_set.work(good_document, good_answer);
    demand(as_set.has_good_key(), "a good answer is taken after any other");
    support::demand_clean_error_queue();
    return 0;
}
