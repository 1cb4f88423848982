// SPDX-License-Identifier: MIT
// Texts of API keys and sessions, and the claims and labels in a store: a value that was read is written again
// unchanged.
#include <credence/claims/claims.hpp>
#include <credence/clock.hpp>
#include <credence/opaque/api_keys.hpp>
#include <credence/opaque/sessions.hpp>
#include <credence/stores/memory_store.hpp>
#include <credence/jwt/detail/stored_claims.hpp>
#include <credence/opaque/detail/api_key_text.hpp>
#include <credence/opaque/detail/label_text.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "support/fuzzing.hpp"

namespace {

using credence::Errc;
using support::demand;

struct Account {
    std::string role;
    std::optional<std::string> scope = {};
    std::vector<int> numbers = {};
};
using Claims = credence::Claims<Account>;

void check_text(const std::string& text) {
    static const auto store = std::make_shared<credence::MemoryStore>();
    static const credence::ApiKeys<Claims> keys{store, {.prefix = "acme"}};
    static const credence::Sessions<Claims> sessions{store};
    demand(!keys.recognizes(text) || !sessions.recognizes(text), "a text has one form at most");
    const auto by_key = keys.verify(text);
    const auto by_session = sessions.verify(text);
    demand(!by_key && !by_session, "a store without records admits nobody");
    demand(by_key.error().code == (keys.recognizes(text) ? Errc::token_revoked : Errc::malformed_token),
           "the store is called only for a key");
    demand(by_session.error().code == (sessions.recognizes(text) ? Errc::token_revoked : Errc::malformed_token),
           "the store is called only for a session");
    const std::string key = text + credence::detail::check_of_api_key(text);
    const auto id = credence::detail::id_in_api_key(key, "acme");
    demand(!id || key.substr(5, 16) == *id, "the id follows the prefix");
}

void check_claims(const std::string& json) {
    static const credence::detail::StoredClaims<Claims> claims{[] { return credence::NumericDate{}; }};
    const auto who = claims.prove(json);
    if (!who) return;
    const auto written = claims.write(**who);
    demand(written.has_value() == !(*who)->sub.empty(),
           "claims that were read can be written, unless they have no subject");
    if (!written) return;
    const auto again = claims.prove(written->json);
    demand(again && (*again)->sub == (*who)->sub && (*again)->role == (*who)->role &&
               (*again)->scope == (*who)->scope && (*again)->numbers == (*who)->numbers && (*again)->exp == (*who)->exp,
           "written claims are read unchanged");
    demand(written->subject == (*who)->sub && written->expires_at == (*who)->exp,
           "the record has the subject and the expiry");
}

void check_label(const std::string& given) {
    const std::string label = credence::detail::label_text(given);
    demand(label.size() <= credence::detail::longest_label, "a label is short");
    demand(credence::detail::label_text(label) == label, "a label is stable");
    for (const char byte : label) demand(!credence::detail::is_control(byte), "a label has no control character");
}

}  // namespace

/// The first line of the input is a credential, the rest the claims and the label.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string input{support::fuzz_input(data, size)};
    const std::size_t first = (std::min)(input.find('\n'), input.size());
    const std::string rest = input.substr((std::min)(first + 1, input.size()));
    check_text(input.substr(0, first));
    check_claims(rest);
    check_label(rest);
    support::demand_clean_error_queue();
    return 0;
}
