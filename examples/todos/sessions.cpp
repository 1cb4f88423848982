// SPDX-License-Identifier: MIT
// Sessions over a store.
#include "sessions.hpp"

#include <credence/jwt/encode.hpp>

#include <array>
#include <utility>

#include <openssl/rand.h>
#include <openssl/sha.h>

namespace todos {
namespace {

constexpr std::size_t id_bytes = 32;
constexpr std::string_view digits = "0123456789abcdef";

std::string hex(const unsigned char* bytes, std::size_t size) {
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

bool Sessions::is_id(std::string_view text) noexcept {
    return text.size() == 2 * id_bytes && text.find_first_not_of(digits) == std::string_view::npos;
}

template <class Question>
asio::awaitable<std::invoke_result_t<Question&>> Sessions::ask(Question question) {
    auto answer = co_await thread_.run(std::move(question));
    if (!answer) co_return credence::Errc::store_unavailable;
    co_return *std::move(answer);
}

asio::awaitable<credence::Result<std::string>> Sessions::start(std::string subject) {
    std::array<unsigned char, id_bytes> random{};
    if (RAND_bytes(random.data(), static_cast<int>(random.size())) != 1) co_return credence::Errc::store_unavailable;
    std::string id = hex(random.data(), random.size());
    const Session session{.subject = std::move(subject), .started_at = credence::now()};
    // A name for each question: g++ 12 destroys the captures of a temporary in a co_await twice.
    const auto question = [this, hash = hash_of(id), session] { return store_->start(hash, session, rules_); };
    const auto started = co_await ask(question);
    if (!started) co_return started.error();
    co_return id;
}

asio::awaitable<credence::Result<Verified<Claims>>> Sessions::verify(std::string id) {
    const auto question = [this, hash = hash_of(id)] { return store_->use(hash, credence::now(), rules_); };
    const auto session = co_await ask(question);
    if (!session) co_return session.error();
    if (!*session) co_return credence::Errc::token_revoked;
    const Session& found = **session;
    const auto token = credence::encode(
        Claims{.sub = found.subject, .exp = found.started_at + rules_.longest, .iat = found.started_at}, keys_);
    if (!token) co_return token.error();
    co_return verifier_.verify(*token);
}

asio::awaitable<credence::Result<void>> Sessions::end(std::string id) {
    return ask([this, hash = hash_of(id)] { return store_->end(hash); });
}

asio::awaitable<credence::Result<void>> Sessions::end_all(std::string subject) {
    return ask([this, subject = std::move(subject)] { return store_->end_all(subject); });
}

}  // namespace todos
