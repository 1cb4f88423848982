// SPDX-License-Identifier: MIT
// ApiKeyStore: the concept of a store of API keys.
#pragma once

#include <credence/clock.hpp>
#include <credence/result.hpp>

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace credence {

/// An API key in a store: a hash, never the key itself.
struct ApiKeyRecord {
    std::string id = {};       ///< A part of the key that is not secret: 16 characters. The record's primary key.
    std::string hash = {};     ///< SHA-256 of the whole key: 32 bytes.
    std::string subject = {};  ///< The owner.
    std::string claims = {};   ///< A JSON object.
    std::string label = {};    ///< UTF-8, at most 256 bytes.
    NumericDate created_at = {};
    std::optional<NumericDate> last_used_at = {};  ///< Or up to a minute earlier than the last use.
    std::optional<NumericDate> expires_at = {};    ///< The key is expired from this time on: a store may drop it then.

    friend bool operator==(const ApiKeyRecord&, const ApiKeyRecord&) = default;
};

/// A store of API keys, called from several threads and processes at once. Each function is atomic. An error of any
/// code means that the store did not answer.
template <class Store>
concept ApiKeyStore = requires(Store& store, const ApiKeyRecord& record, std::string_view text, NumericDate moment) {
    { store.insert_api_key(record) } -> std::same_as<Result<void>>;
    { store.find_api_key(text) } -> std::same_as<Result<std::optional<ApiKeyRecord>>>;
    /// Records a use of a key, by its id; a later time stays. False if the key is not there.
    { store.touch_api_key(text, moment) } -> std::same_as<Result<bool>>;
    /// Drops the key with this id; false if it is not there.
    { store.end_api_key(text) } -> std::same_as<Result<bool>>;
    /// Drops all keys of a subject.
    { store.end_api_keys_of(text) } -> std::same_as<Result<void>>;
    /// All keys of a subject; expired ones may be among them.
    { store.api_keys_of(text) } -> std::same_as<Result<std::vector<ApiKeyRecord>>>;
};

}  // namespace credence
