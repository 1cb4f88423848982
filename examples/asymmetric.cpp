// SPDX-License-Identifier: MIT
// Public-key tokens: one side signs with a private key; everybody with the public key can verify, but not sign.
#include <credence/credence.hpp>

#include <chrono>
#include <iostream>
#include <string>

using namespace std::chrono_literals;
using Claims = credence::RegisteredClaims;

/// The issuer's private key, as it would read it from a file.
std::string issue(const std::string& private_pem) {
    const auto keys = credence::Keys<credence::EdDSA>::from_pem(private_pem).value();
    return credence::encode(Claims{.iss = "https://id.example", .sub = "alice", .exp = credence::in(5min)}, keys)
        .value();
}

/// The service's public key. A key of another algorithm has another type, and does not compile here.
bool is_alice(const std::string& token, const std::string& public_pem) {
    const auto key = credence::DecodingKey<credence::EdDSA>::from_pem(public_pem).value();
    const auto who = credence::decode<Claims>(token, key, {.issuer = "https://id.example"});
    if (!who) std::cerr << message(who.error()) << "\n";
    return who && who->sub == "alice";
}

int main() {
    const auto keys = credence::Keys<credence::EdDSA>::generate().value();
    const std::string private_pem = credence::export_private_pem_in_the_clear(keys).value();
    const std::string public_pem = credence::to_pem(keys).value();

    const bool is_taken = is_alice(issue(private_pem), public_pem);
    const auto others = credence::Keys<credence::EdDSA>::generate().value();
    const bool is_other_taken = is_alice(issue(credence::export_private_pem_in_the_clear(others).value()), public_pem);
    // Swapped keys are refused: a public key as the private one, and a private key as the public one.
    const bool signs = credence::EncodingKey<credence::EdDSA>::from_pem(public_pem).has_value();
    const bool leaks = credence::DecodingKey<credence::EdDSA>::from_pem(private_pem).has_value();
    std::cout << "the issuer's token: " << is_taken << ", another's: " << is_other_taken << "\n" << public_pem;
    return is_taken && !is_other_taken && !signs && !leaks ? 0 : 1;
}
