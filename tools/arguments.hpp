// SPDX-License-Identifier: MIT
// The command line: its commands, and their arguments.
#pragma once

#include <memory>

namespace CLI {  // NOLINT(readability-identifier-naming): as CLI11 calls it
class App;
}

namespace credence::command {

/// The whole command line. Parsing it runs the command that it names.
[[nodiscard]] std::unique_ptr<CLI::App> make_command_line();

}  // namespace credence::command
