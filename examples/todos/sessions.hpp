// SPDX-License-Identifier: MIT
// Sessions: an opaque id for the client, and the proof of who it is for the handlers.
#pragma once

#include <credence/keys.hpp>
#include <credence/verifier.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <string_view>

#include "login.hpp"
#include "session_store.hpp"

namespace todos {

struct SessionRules {
    std::chrono::seconds idle{1800};       ///< A session that is not used for so long is over,
    std::chrono::seconds longest{86'400};  ///< and every session after this, however often it is used.
};

class Sessions {
public:
    Sessions(std::shared_ptr<SessionStore> store, SessionRules rules);

    /// Starts a session. \return its id, 256 random bits, of which only the hash is kept.
    [[nodiscard]] credence::Result<std::string> start(const std::string& subject) const;

    /// Who has the session with this id.
    ///
    /// A `Verified` can only come from a verifier, and that is as it should be. So the session becomes a token, signed and
    /// verified at once with a key that never leaves this process: it costs a few microseconds, and the handlers are the
    /// same as for tokens.
    [[nodiscard]] credence::Result<Verified<Claims>> verify(std::string_view id) const;

    [[nodiscard]] credence::Result<void> end(std::string_view id) const;
    [[nodiscard]] credence::Result<void> end_all(const std::string& subject) const;

private:
    std::shared_ptr<SessionStore> store_;
    SessionRules rules_;
    credence::Keys<credence::HS256> keys_ = credence::Keys<credence::HS256>::generate().value();
    credence::Verifier<Claims, credence::DecodingKey<credence::HS256>> verifier_;
};

}  // namespace todos
