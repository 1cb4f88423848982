// SPDX-License-Identifier: MIT
// ApiKeyStore: what a class must do to keep API keys.
#pragma once

#include <credence/clock.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence {

/// What a store keeps of one API key. Never the key itself.
struct ApiKeyRecord {
    std::string id = {};       ///< A part of the key that is no secret: 16 characters. The key of the record.
    std::string hash = {};     ///< SHA-256 of the whole key: 32 bytes.
    std::string subject = {};  ///< Whose it is.
    std::string claims = {};   ///< A JSON object.
    std::string label = {};    ///< UTF-8, at most 256 bytes.
    NumericDate created_at = {};
    std::optional<NumericDate> last_used_at = {};  ///< Or up to a minute before.
    std::optional<NumericDate> expires_at = {};    ///< From this moment on it is dead: a store may drop it then.

    friend bool operator==(const ApiKeyRecord&, const ApiKeyRecord&) = default;
};

/// Where API keys are kept. Called from many threads, and perhaps from many processes, at once. Each function is
/// atomic. An error of any code means that the store could not be asked.
template <class Store>
concept ApiKeyStore = requires(Store& store, const ApiKeyRecord& record, std::string_view text, NumericDate moment) {
    { store.insert_api_key(record) } -> std::same_as<Result<void>>;
    { store.find_api_key(text) } -> std::same_as<Result<std::optional<ApiKeyRecord>>>;
    /// Notes the use of a key, by its id; a later one stays. False if the key is not there.
    { store.touch_api_key(text, moment) } -> std::same_as<Result<bool>>;
    /// Drops the key with this id; false if it is not there.
    { store.end_api_key(text) } -> std::same_as<Result<bool>>;
    /// Drops all keys of a subject.
    { store.end_api_keys_of(text) } -> std::same_as<Result<void>>;
    /// All keys of a subject; those that have expired may be among them.
    { store.api_keys_of(text) } -> std::same_as<Result<std::vector<ApiKeyRecord>>>;
};

}  // namespace credence
