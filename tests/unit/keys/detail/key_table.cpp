// SPDX-License-Identifier: MIT
// The table of a set's keys: lookups by name, equal keys, candidates. The rest is tested through KeySet.
#include <credence/keys/detail/key_table.hpp>

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "support/catch.hpp"

using namespace credence;
using detail::KeyNames;
using detail::KeyTable;
using detail::SecretBytes;

namespace {

class FakeKey final : public VerificationKey {
public:
    [[nodiscard]] bool verify(std::string_view, ByteView) const noexcept override { return false; }
};

std::shared_ptr<const VerificationKey> new_key() { return std::make_shared<const FakeKey>(); }

SecretBytes identity(std::string_view text) { return SecretBytes{detail::as_bytes(text)}; }

}  // namespace

TEST_CASE("keys without an identity are never treated as equal", "[key_table]") {
    KeyTable table;
    CHECK(table.add("ES256", {.kid = "k"}, new_key(), {}));
    CHECK(table.add("ES256", {.kid = "k"}, new_key(), {}));
    CHECK(table.find({.alg = "ES256", .kid = "k"}).error().code == Errc::ambiguous_key);
}

TEST_CASE("equal keys count once per algorithm, and keep their thumbprints", "[key_table]") {
    KeyTable table{true};
    CHECK(table.add("ES256", {.kid = "k"}, new_key(), identity("a")));
    CHECK_FALSE(table.add("ES256", {.kid = "k", .x5t = "T", .x5t_s256 = "S"}, new_key(), identity("a")));
    CHECK(table.add("ES384", {.kid = "k"}, new_key(), identity("a")));
    CHECK(table.add("ES256", {.kid = "other"}, new_key(), identity("b")));
    CHECK(table.find({.alg = "ES256", .x5t = "T"}));
    CHECK(table.find({.alg = "ES256", .x5t_s256 = "S"}));
    CHECK(table.candidates({.alg = "ES256"}).size() == 2);
    CHECK(table.candidates({.alg = "ES256", .kid = "k"}).size() == 1);
}

TEST_CASE("the reason for a skipped kid stays a valid text", "[key_table]") {
    const std::string_view text = detail::reason_for_skipped_kid("its use is not sig");
    CHECK(text == "the key with this kid was skipped: its use is not sig");
    CHECK(detail::reason_for_skipped_kid(std::string{"its use is not sig"}).data() == text.data());
}

TEST_CASE("each kid of a large table finds its own key, whatever the order of insertion", "[key_table]") {
    KeyTable table;
    std::map<std::string, std::shared_ptr<const VerificationKey>> keys;
    for (const int number : {50, 7, 93, 0, 68, 12, 31, 77, 5, 44}) {
        const std::string kid = "key-" + std::to_string(number);
        keys[kid] = new_key();
        CHECK(table.add("ES256", {.kid = kid}, keys[kid], identity(kid)));
    }
    CHECK(table.add("ES384", {.kid = "key-7"}, new_key(), identity("of another algorithm")));
    CHECK(table.add("ES256", {}, new_key(), identity("without a kid")));
    table.add_skipped("key-8", "its use is not sig");
    table.add_skipped("key-8", "the second reason");
    for (const auto& [kid, key] : keys) CHECK(table.find({.alg = "ES256", .kid = kid}).value() == key.get());
    CHECK(table.find({.alg = "ES384", .kid = "key-7"}));
    const auto reason = [&](std::string_view kid, std::string_view alg = "ES256") {
        return table.find({.alg = alg, .kid = kid}).error().reason;
    };
    CHECK(reason("key-9", "ES384") == "there is no key with this kid");
    CHECK(reason("key-93", "ES384") == "the key with this kid is for another alg");
    CHECK(reason("key-8") == "the key with this kid was skipped: its use is not sig");
    CHECK(reason("") == "there is no key with this kid");
    CHECK(reason("key-") == "there is no key with this kid");
}
