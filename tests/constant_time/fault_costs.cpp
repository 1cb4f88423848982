// SPDX-License-Identifier: MIT
// Counts the instructions of a decryption that fails, under callgrind: fault_costs ROUNDS. For each kind of key it
// decrypts tokens with a wrong wrapped key, with a tag that is wrong in its first byte, and with a tag that is wrong in
// its last byte, ROUNDS times each. callgrind writes a named dump for each. It also counts two compares. One of them
// stops at the first difference, which shows that a difference would be noticed. RFC 7516 §11.5
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>

#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <string>
#include <string_view>

#include "support/encrypted.hpp"
#include "support/key_files.hpp"

#include <valgrind/callgrind.h>

namespace {

using namespace credence;
namespace files = support::key_files;

std::size_t rounds = 1;
bool is_as_it_should = true;

/// The token with one byte of a part changed.
std::string with_wrong_byte(std::string_view token, std::size_t part, std::size_t byte) {
    return support::with_part(token, part,
                              [&](std::string& bytes) { bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ 0x40); });
}

/// Counts the instructions of `rounds` calls. A call before them fills the caches, and is not counted.
template <class Work>
void count(const std::string& name, Work work) {
    work();
    CALLGRIND_ZERO_STATS;
    for (std::size_t round = 0; round < rounds; ++round) work();
    CALLGRIND_DUMP_STATS_AT(name.c_str());
}

template <class Alg>
void count_faults(const std::string& kind, const EncryptionKeys<Alg>& keys, ContentAlgorithm content) {
    constexpr std::size_t wrapped_key = 1, tag = 4;
    const std::string good = encrypt(std::string(100, 'p'), keys, {.content = content}).value();
    is_as_it_should &= decrypt(good, keys).has_value();
    const std::string name = std::string{Alg::name} + kind + " with " + std::string{to_string(content)};
    const auto refusals_of = [&](const std::string& what, const std::string& token) {
        count(name + ": " + what, [&] {
            const auto opened = decrypt(token, keys);
            is_as_it_should &= !opened && opened.error().code == Errc::decryption_failed;
        });
    };
    const std::size_t wrapped_size = detail::decode_base64url(support::parts_of(good)[wrapped_key]).value().size();
    if (wrapped_size != 0) {
        // Not the first byte: if it changes, an RSA number may exceed its modulus, which is public anyway.
        refusals_of("wrapped key, ninth byte", with_wrong_byte(good, wrapped_key, 8));
        refusals_of("wrapped key, last byte", with_wrong_byte(good, wrapped_key, wrapped_size - 1));
    }
    refusals_of("tag, first byte", with_wrong_byte(good, tag, 0));
    refusals_of("tag, last byte", with_wrong_byte(good, tag, 15));
}

/// A compare whose time is not constant.
bool differs_early(std::string_view left, std::string_view right) {
    for (std::size_t at = 0; at < left.size(); ++at) {
        const volatile char here = left[at];
        if (here != right[at]) return true;
    }
    return false;
}

void count_compares() {
    const std::string right(32, 'x');
    for (const std::size_t byte : {std::size_t{0}, std::size_t{31}}) {
        std::string wrong = right;
        wrong[byte] = 'y';
        count(std::string{"compare that stops early: "} + (byte == 0 ? "first byte" : "last byte"),
              [&] { is_as_it_should &= differs_early(right, wrong); });
    }
}

void count_all() {
    const std::string secret(32, 'k');
    for (const ContentAlgorithm content : {A256GCM, A128CBC_HS256}) {
        count_faults("", EncryptionKeys<dir>::from_secret(secret).value(), content);
        count_faults("", EncryptionKeys<A256KW>::from_secret(secret).value(), content);
        count_faults("", EncryptionKeys<A256GCMKW>::from_secret(secret).value(), content);
        count_faults(" on P-256", EncryptionKeys<ECDH_ES_A128KW>::from_pem(files::p256_private).value(), content);
        count_faults(" on X25519", EncryptionKeys<ECDH_ES_A128KW>::from_pem(files::x25519_private).value(), content);
        count_faults(" on P-256", EncryptionKeys<ECDH_ES>::from_pem(files::p256_private).value(), content);
    }
    count_faults("", EncryptionKeys<RSA_OAEP>::from_pem(files::rsa_private).value(), A256GCM);
    count_faults("", EncryptionKeys<RSA_OAEP_256>::from_pem(files::rsa_private).value(), A128CBC_HS256);
}

}  // namespace

int main(int words, char** word) {
    const long asked = words == 2 ? std::strtol(word[1], nullptr, 10) : 0;
    if (asked < 1) {
        std::cerr << "usage: valgrind --tool=callgrind fault_costs ROUNDS\n";
        return EXIT_FAILURE;
    }
    rounds = static_cast<std::size_t>(asked);
    count_compares();
    count_all();
    return is_as_it_should ? EXIT_SUCCESS : EXIT_FAILURE;
}
