// SPDX-License-Identifier: MIT
// credence keys: shows the keys of a JWK Set, and why some of them are skipped.
#include <credence/keys/key_set.hpp>
#include <credence/keys/keys.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "algorithm_names.hpp"
#include "commands.hpp"
#include "failure.hpp"
#include "input.hpp"
#include "issuer.hpp"
#include "json_text.hpp"
#include "key_file.hpp"
#include "terminal.hpp"

namespace credence::command {

namespace {

constexpr std::size_t longest_set = std::size_t{1} << 20;

/// A key of a set, and for which algorithms it can be used.
struct ListedKey {
    std::string kid;   ///< empty if there is none
    std::string type;  ///< `kty` and `crv`
    std::string alg;
    std::string use;
    std::vector<std::string> algorithms = {};
    std::string reason = {};  ///< why it can be used for none
};

/// A string member of a JWK; empty if it is absent or something else.
std::string member_text(const JsonObject& jwk, std::string_view name) {
    const std::string_view* const json = jwk.find(name);
    return json == nullptr || json->front() != '"' ? std::string{} : plain_text(*json);
}

/// The algorithm that a key is most likely meant for: its reason is the one to tell.
std::string_view likely_algorithm(const ListedKey& key) {
    if (is_known_algorithm(key.alg)) return key.alg;
    constexpr std::array<std::pair<std::string_view, std::string_view>, 8> by_type{{{"RSA", "RS256"},
                                                                                    {"EC P-256", "ES256"},
                                                                                    {"EC P-384", "ES384"},
                                                                                    {"EC P-521", "ES512"},
                                                                                    {"EC secp256k1", "ES256K"},
                                                                                    {"OKP Ed25519", "EdDSA"},
                                                                                    {"OKP Ed448", "EdDSA"},
                                                                                    {"oct", "HS256"}}};
    const auto* const found =
        std::find_if(by_type.begin(), by_type.end(), [&](const auto& row) { return row.first == key.type; });
    return found == by_type.end() ? std::string_view{"RS256"} : found->second;
}

ListedKey described(std::string_view jwk_text) {
    const JsonObject jwk{jwk_text, {.allow_duplicate_members = true}};
    ListedKey key{.kid = member_text(jwk, "kid"),
                  .type = member_text(jwk, "kty"),
                  .alg = member_text(jwk, "alg"),
                  .use = member_text(jwk, "use")};
    if (const std::string curve = member_text(jwk, "crv"); !curve.empty()) key.type += " " + curve;
    if (key.type.empty()) key.type = jwk.fault() == Errc::malformed_token ? "not an object" : "no kty";
    return key;
}

/// The texts of the keys of a set.
std::vector<std::string_view> texts_of(std::string_view list) {
    std::vector<std::string_view> texts;
    detail::JsonReader reader{list, {.allow_duplicate_members = true}};
    static_cast<void>(reader.array([&] {
        static_cast<void>(reader.peek());
        const char* begin = reader.position();
        if (!reader.skip()) return false;
        texts.emplace_back(begin, static_cast<std::size_t>(reader.position() - begin));
        return true;
    }));
    return texts;
}

/// Notes for which keys of a set one algorithm works, and why it does not work for the others.
void mark_usable(std::vector<ListedKey>& keys, const std::vector<SkippedKey>& skipped, std::string_view alg) {
    std::vector<const SkippedKey*> reasons(keys.size(), nullptr);
    for (const SkippedKey& entry : skipped) {
        if (entry.index < reasons.size()) reasons[entry.index] = &entry;
    }
    for (std::size_t index = 0; index < keys.size(); ++index) {
        if (reasons[index] == nullptr) keys[index].algorithms.emplace_back(alg);
        if (reasons[index] != nullptr && likely_algorithm(keys[index]) == alg) {
            keys[index].reason = reasons[index]->reason;
        }
    }
}

/// \param is_public  whether the set was fetched: a secret in it is none.
std::vector<ListedKey> keys_of(std::string_view set_text, const std::string& name, bool is_public) {
    const JsonObject set{set_text, {.allow_duplicate_members = true}};
    const std::string_view* const list = set.find("keys");
    if (list == nullptr || list->front() != '[') {
        fail_unreadable(
            name + ": found a JWK Set whose keys are no array; have the issuer write it as RFC 7517 section 5 says",
            Errc::invalid_key);
    }
    std::vector<ListedKey> keys;
    for (const std::string_view text : texts_of(*list)) keys.push_back(described(text));
    for (const std::string& alg : is_public ? public_key_algorithms({}) : algorithm_names()) {
        const auto marked = with_algorithm(alg, [&]<Algorithm Alg>() -> Result<int> {
            const auto read = KeySet<Alg>::from_jwks(set_text);
            if (!read) return read.error();
            mark_usable(keys, read->skipped(), alg);
            return 0;
        });
        if (!marked) fail_unreadable(name + ": " + message(marked.error()), marked.error().code);
    }
    for (ListedKey& key : keys) {
        if (is_public && key.type == "oct") key.reason = "a shared secret, which must not be published";
    }
    return keys;
}

std::string json_of(const ListedKey& key) {
    ObjectText text;
    if (!key.kid.empty()) text.add_text("kid", key.kid);
    text.add_text("type", key.type);
    std::string algorithms;
    for (const std::string& alg : key.algorithms) {
        algorithms.append(algorithms.empty() ? "" : ",").append(json_string(alg));
    }
    text.add("algorithms", "[" + algorithms + "]");
    if (key.algorithms.empty()) text.add_text("skipped", key.reason);
    return text.text();
}

std::string line_of(const ListedKey& key, std::size_t number) {
    std::string line = std::to_string(number) + "  ";
    line += key.kid.empty() ? "no kid" : "kid " + json_string(key.kid);
    line += "  " + key.type + "  ";
    line += key.algorithms.empty() ? "skipped: " + key.reason : "for " + listed(key.algorithms);
    return printable(line) + '\n';
}

/// The set in a file, an environment variable or standard input; or a single key.
LoadedKey read_set(const std::string& argument) {
    const Source source{argument.empty() ? "-" : argument};
    const detail::SecretBytes bytes = source.read(longest_set);
    if (bytes.size() == 0)
        fail_unreadable(source.name() + ": found nothing; give a file that holds a JWK Set", Errc::invalid_key);
    LoadedKey key{recognised(bytes), source.name()};
    if (key.text.form != KeyForm::jwks && key.text.form != KeyForm::jwk) {
        fail_unreadable(key.name + ": found " + description(key.text) + "; expected a JWK Set", Errc::invalid_key);
    }
    return key;
}

LoadedKey fetched_set(const KeysArguments& arguments) {
    FetchedSet fetched = fetch_published_keys(arguments.source);
    if (!arguments.json) remark("credence: the set is at " + fetched.url, Colour::dim);
    return {std::move(fetched.text), std::move(fetched.url)};
}

}  // namespace

void run_keys(const KeysArguments& arguments) {
    const bool is_fetched = is_url(arguments.source.url);
    if (!is_fetched && !arguments.source.ca.empty()) fail_usage("--ca needs a URL");
    const LoadedKey key = is_fetched ? fetched_set(arguments) : read_set(arguments.source.url);
    const std::string text{key.text.text()};
    const std::string set = key.text.form == KeyForm::jwks ? text : "{\"keys\":[" + text + "]}";
    const std::vector<ListedKey> keys = keys_of(set, key.name, is_fetched);
    std::string result;
    if (arguments.json) {
        for (const ListedKey& listed_key : keys) result.append(result.empty() ? "" : ",").append(json_of(listed_key));
        write_result(shown_json("{\"keys\":[" + result + "]}"));
    } else {
        for (std::size_t index = 0; index < keys.size(); ++index) result += line_of(keys[index], index + 1);
        write_result(result.empty() ? "the set has no keys\n" : result);
    }
}

}  // namespace credence::command
