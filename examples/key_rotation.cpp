// SPDX-License-Identifier: MIT
// Changing keys without refusing anybody: publish the new one first, sign with it next, and drop the old one last.
#include <credence/credence.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using Claims = credence::RegisteredClaims;
using Keys = credence::Keys<credence::ES256>;
using KeySet = credence::KeySet<credence::ES256>;

/// A new key whose id is its thumbprint, which both sides compute alike. RFC 7638
Keys new_key() { return credence::with_thumbprint_kid(Keys::generate().value()).value(); }

std::string token_of(const Keys& keys) {
    return credence::encode(Claims{.sub = "alice", .exp = credence::in(5min)}, keys).value();
}

int main() {
    const Keys old_key = new_key(), next_key = new_key();
    const credence::RotatingKeys<KeySet> published;  // what a service has fetched of the issuer; nothing yet
    const credence::Verifier verifier{published, credence::Validation<Claims>{}};
    const std::string before = token_of(old_key), after = token_of(next_key);
    int faults = 0;
    const auto expect = [&](const char* when, const std::string& token, bool is_good) {
        const auto who = verifier.verify(token);
        std::cout << when << ": " << (who ? "taken" : std::string{to_string(who.error().code)}) << "\n";
        faults += who.has_value() == is_good ? 0 : 1;
    };

    expect("no keys yet", before, false);
    published.replace(KeySet::from_jwks(credence::to_jwks(old_key).value()).value());
    expect("the old key is published", before, true);
    expect("a key that is not", after, false);

    published.replace(KeySet::from_jwks(credence::to_jwks(old_key, next_key).value()).value());
    expect("both are published", before, true);
    expect("signed with the next", after, true);

    // This is safe after the last token of the old key has expired. Verifications under way are not disturbed.
    published.replace(KeySet::from_jwks(credence::to_jwks(next_key).value()).value());
    expect("the old key is dropped", before, false);
    expect("the next goes on", after, true);
    return faults;
}
