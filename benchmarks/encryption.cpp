// SPDX-License-Identifier: MIT
// Encrypted tokens with A256GCM, of a small payload: `dir`, RSA-OAEP, and ECDH-ES on P-256.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>

#include <memory>
#include <string>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/encryption_floor.hpp"
#include "support/measure.hpp"

namespace {

template <class Alg>
const credence::EncryptionKeys<Alg>& keys() {
    static const auto made = credence::EncryptionKeys<Alg>::generate().value();
    return made;
}

template <class Alg, class Floor>
void add_all() {
    const std::string job = std::string{Alg::name} + "/small";
    const std::string text{support::Small::payload};
    support::add("encrypt/" + job, [text] {
        // Made outside the loop: a key of RSA takes a quarter of a second.
        return [text, &made = keys<Alg>()] { return credence::encrypt(text, made); };
    });
    support::add("decrypt/" + job, [text] {
        return [token = credence::encrypt(text, keys<Alg>()).value()] { return credence::decrypt(token, keys<Alg>()); };
    });
    support::add("floor/encrypt/" + job,
                 [text] { return [floor = std::make_shared<Floor>(text)] { return floor->seal(); }; });
    support::add("floor/decrypt/" + job,
                 [text] { return [floor = std::make_shared<Floor>(text)] { return floor->open(); }; });
}

}  // namespace

void jobs::add_encryption() {
    add_all<credence::dir, support::FloorDirect>();
    add_all<credence::RSA_OAEP, support::FloorOaep>();
    add_all<credence::ECDH_ES, support::FloorAgreement>();
}
