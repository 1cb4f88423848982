// SPDX-License-Identifier: MIT
// Opens the stores at the addresses in the configuration.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "database.hpp"
#include "settings.hpp"
#include "stores.hpp"

namespace account {

/// The database at `sqlite:PATH` or `postgresql://…`, with the library's tables in it. \throws SettingsError, StoreError
[[nodiscard]] std::shared_ptr<Database> open_database(const std::string& url);

/// The file at `sqlite:PATH`; nullopt for other databases.
[[nodiscard]] std::optional<std::string> database_file(const std::string& url);

/// Opens all stores: everything is in the database, but revocations and refresh tokens are in Redis if there is one.
/// \throws SettingsError, StoreError
[[nodiscard]] Stores open_stores(const Settings& settings, const std::shared_ptr<Database>& database);

}  // namespace account
