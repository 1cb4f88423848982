// SPDX-License-Identifier: MIT
// Sessions over a store.
#include "sessions.hpp"

#include <credence/token.hpp>

#include <array>
#include <utility>

#include <openssl/rand.h>
#include <openssl/sha.h>

namespace todos {
namespace {

constexpr std::size_t id_bytes = 32;

std::string hex(const unsigned char* bytes, std::size_t size) {
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    for (std::size_t at = 0; at < size; ++at) {
        text.push_back(digits[bytes[at] >> 4U]);
        text.push_back(digits[bytes[at] & 0xfU]);
    }
    return text;
}

std::string hash_of(std::string_view id) {
    std::array<unsigned char, SHA256_DIGEST_LENGTH> digest{};
    SHA256(reinterpret_cast<const unsigned char*>(id.data()), id.size(), digest.data());
    return hex(digest.data(), digest.size());
}

}  // namespace

Sessions::Sessions(std::shared_ptr<SessionStore> store, SessionRules rules)
    : store_(std::move(store)), rules_(rules), verifier_(credence::verifier_for<Claims>(keys_)) {}

credence::Result<std::string> Sessions::start(const std::string& subject) const {
    std::array<unsigned char, id_bytes> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) return credence::Errc::store_unavailable;
    std::string id = hex(random.data(), random.size());
    const auto now = credence::now();
    const auto started =
        store_->start({.hash = hash_of(id), .now = now, .idle = rules_.idle}, {.subject = subject, .started_at = now});
    if (!started) return started.error();
    return id;
}

credence::Result<Verified<Claims>> Sessions::verify(std::string_view id) const {
    const auto session = store_->use({.hash = hash_of(id), .now = credence::now(), .idle = rules_.idle});
    if (!session) return session.error();
    if (!*session) return credence::Errc::token_revoked;
    const Session& found = **session;
    const auto token = credence::encode(
        Claims{.sub = found.subject, .exp = found.started_at + rules_.longest, .iat = found.started_at}, keys_);
    if (!token) return token.error();
    return verifier_.verify(*token);
}

credence::Result<void> Sessions::end(std::string_view id) const { return store_->end(hash_of(id)); }

credence::Result<void> Sessions::end_all(const std::string& subject) const { return store_->end_all(subject); }

}  // namespace todos
