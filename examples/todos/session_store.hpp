// SPDX-License-Identifier: MIT
// Sessions, in the store that the command line names.
#pragma once

#include <credence/opaque/sessions.hpp>

#include <string>

#include "login.hpp"

namespace todos {

using Sessions = credence::Sessions<Claims>;

/// Opens a store, whose calls end within a second, with an answer or an error.
///
/// \param store  `memory`, `sqlite:FILE` or `redis://HOST:PORT`
/// \throws support::StartError
[[nodiscard]] Sessions open_sessions(const std::string& store, const credence::SessionRules& rules);

}  // namespace todos
