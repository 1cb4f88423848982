// SPDX-License-Identifier: MIT
// Sessions: an opaque id for the client, and the proof of who it is for the handlers.
#pragma once

#include <credence/jwt/verifier.hpp>
#include <credence/keys/keys.hpp>

#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>  // Boost 1.74 needs it before asio

#include "login.hpp"
#include "session_store.hpp"
#include "store_thread.hpp"

namespace todos {

class Sessions {
public:
    Sessions(std::shared_ptr<SessionStore> store, SessionRules rules);

    /// Whether a text can be the id of a session. The store is not asked about another one.
    [[nodiscard]] static bool is_id(std::string_view text) noexcept;

    /// Starts a session. \return its id, 256 random bits, of which only the hash is kept; `store_unavailable`
    asio::awaitable<credence::Result<std::string>> start(std::string subject);

    /// Who has the session with this id. `token_revoked` when nobody has, `store_unavailable`
    ///
    /// A `Verified` can only come from a verifier, and that is as it should be. So the session becomes a token, signed and
    /// verified at once with a key that never leaves this process: it costs a few microseconds, and the handlers are the
    /// same as for tokens.
    asio::awaitable<credence::Result<Verified<Claims>>> verify(std::string id);

    asio::awaitable<credence::Result<void>> end(std::string id);
    asio::awaitable<credence::Result<void>> end_all(std::string subject);

    /// Ends all waiting for the store. Called when the event loop has stopped, while it is still there.
    void stop() { thread_.stop(); }

private:
    /// The store's answer to a question, which is asked on the store's own thread.
    template <class Question>
    asio::awaitable<std::invoke_result_t<Question&>> ask(Question question);

    std::shared_ptr<SessionStore> store_;
    SessionRules rules_;
    credence::Keys<credence::HS256> keys_ = credence::Keys<credence::HS256>::generate().value();
    credence::Verifier<Claims, credence::DecodingKey<credence::HS256>> verifier_;
    StoreThread thread_ = {};
};

}  // namespace todos
