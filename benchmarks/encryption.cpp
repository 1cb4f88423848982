// SPDX-License-Identifier: MIT
// Encrypted tokens with A256GCM, of a small payload: each kind of key management, ECDH-ES on P-256 and X25519.
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>

#include <memory>
#include <string>

#include "jobs.hpp"
#include "support/claims.hpp"
#include "support/encryption_floor.hpp"
#include "support/measure.hpp"

namespace {

using credence::AgreementCurve;

template <class Alg, AgreementCurve curve>
const credence::EncryptionKeys<Alg>& keys() {
    static const auto made = [] {
        if constexpr (credence::KeyAgreementAlgorithm<Alg>) {
            return credence::EncryptionKeys<Alg>::generate(curve).value();
        } else {
            return credence::EncryptionKeys<Alg>::generate().value();
        }
    }();
    return made;
}

template <class Alg, class Floor, AgreementCurve curve = AgreementCurve::P256>
void add_all() {
    const std::string job = std::string{Alg::name} + (curve == AgreementCurve::X25519 ? "/X25519" : "") + "/small";
    const std::string text{support::Small::payload};
    support::add("encrypt/" + job, [text] {
        // Made outside the loop: a key of RSA takes a quarter of a second.
        return [text, &made = keys<Alg, curve>()] { return credence::encrypt(text, made); };
    });
    support::add("decrypt/" + job, [text] {
        return [token = credence::encrypt(text, keys<Alg, curve>()).value()] {
            return credence::decrypt(token, keys<Alg, curve>());
        };
    });
    support::add("floor/encrypt/" + job,
                 [text] { return [floor = std::make_shared<Floor>(text)] { return floor->seal(); }; });
    support::add("floor/decrypt/" + job,
                 [text] { return [floor = std::make_shared<Floor>(text)] { return floor->open(); }; });
}

}  // namespace

void jobs::add_encryption() {
    add_all<credence::dir, support::FloorDirect>();
    add_all<credence::A256KW, support::FloorWrap>();
    add_all<credence::A256GCMKW, support::FloorGcmWrap>();
    add_all<credence::RSA_OAEP, support::FloorOaep>();
    add_all<credence::RSA_OAEP_256, support::FloorOaep256>();
    add_all<credence::ECDH_ES, support::FloorAgreement>();
    add_all<credence::ECDH_ES, support::FloorX25519, AgreementCurve::X25519>();
}
