// SPDX-License-Identifier: MIT
// credence jwk: keys from PEM to JWK and back, and their thumbprints.
#include <credence/keys/detail/jwk_document.hpp>

#include <string>
#include <vector>

#include "algorithm_names.hpp"
#include "commands.hpp"
#include "encryption_key.hpp"
#include "failure.hpp"
#include "json_text.hpp"
#include "key_export.hpp"
#include "terminal.hpp"

namespace credence::command {

namespace {

/// A key that is to be written, and how.
struct Entry {
    LoadedKey loaded;
    WritableKeyHandle key;
    bool is_alg_known = false;  ///< else the key serves several algorithms, and none was named

    [[nodiscard]] std::string remark() const {
        return "credence: " + loaded.name + ": " +
               (is_alg_known ? "the JWK says alg \"" + std::string{key->alg()} + "\""
                             : "the JWK says no alg, for the key serves several; use --alg");
    }
};

/// A written key, and the remark about it.
struct Conversion {
    std::string text;
    std::vector<std::string> remarks = {};
};

/// Which algorithms a key can be written for.
std::vector<WritableKeyHandle> readings_of(const LoadedKey& loaded, const std::vector<std::string>& algorithms) {
    std::vector<WritableKeyHandle> readings;
    for (const std::string& alg : algorithms) {
        if (auto key = writable_key(loaded.text, alg)) readings.push_back(*std::move(key));
    }
    return readings;
}

/// The parsed keys for signatures or, if there are none, for encryption.
std::vector<WritableKeyHandle> all_readings_of(const LoadedKey& loaded) {
    auto readings = readings_of(loaded, algorithm_names());
    const bool is_secret = loaded.text.form == KeyForm::secret;  // a JWK without `use` is for signatures
    return readings.empty() && !is_secret ? readings_of(loaded, management_names()) : readings;
}

/// Why a key cannot be written for an algorithm of encryption.
[[noreturn]] void fail_encryption_key(const LoadedKey& loaded, const std::string& alg) {
    const auto key = writable_key(loaded.text, alg);
    const std::string why{key ? "" : key.error().reason};
    fail_unreadable(loaded.name + ": found " + description(loaded.text) + (why.empty() ? "" : " (" + why + ")") +
                        "; expected a key for " + alg,
                    key ? Errc::invalid_key : key.error().code);
}

Entry entry_of(const LoadedKey& loaded, const std::string& wanted) {
    const auto readings = wanted.empty() ? all_readings_of(loaded) : readings_of(loaded, {wanted});
    if (readings.empty()) {
        if (is_known_key_management(wanted)) fail_encryption_key(loaded, wanted);
        const auto algorithms = wanted.empty() ? algorithm_names() : std::vector{wanted};
        fail_unreadable(complaint(loaded, Purpose::convert, algorithms), Errc::invalid_key);
    }
    // Ed25519 and Ed448 keys have two names for one algorithm: the older one is known to most other programs.
    const bool is_known = readings.size() == 1 || readings.front()->alg() == "EdDSA";
    return {loaded, readings.front(), is_known};
}

/// The keys of a set, each as a key of its own.
std::vector<LoadedKey> keys_of_set(const LoadedKey& set) {
    std::vector<LoadedKey> keys;
    const auto add = [&](const detail::Jwk& jwk) {
        const std::string name = set.name + ", key " + std::to_string(keys.size());
        keys.push_back({make_key_text(KeyForm::jwk, jwk.json()), name});
    };
    detail::JwkDocument document;
    if (!document.read(set.text.text()) || !document.each_key(detail::longest_key_text, add))
        fail_unreadable(set.name + ": found no JWK Set in strict JSON", Errc::invalid_key);
    return keys;
}

std::vector<LoadedKey> load_all(const JwkArguments& arguments) {
    std::vector<LoadedKey> keys;
    const auto sources = arguments.sources.empty() ? std::vector<std::string>{"-"} : arguments.sources;
    for (const std::string& source : sources) {
        KeyArguments one;
        one.key = source;
        one.passphrase = arguments.passphrase;
        one.base64url_secret = arguments.base64url_secret;
        const LoadedKey loaded = load_key(one);
        if (loaded.text.form != KeyForm::jwks) keys.push_back(loaded);
        if (loaded.text.form == KeyForm::jwks) {
            for (const LoadedKey& key : keys_of_set(loaded)) keys.push_back(key);
        }
    }
    return keys;
}

std::string value_of(const Result<std::string>& text, const Entry& entry, std::string_view expected) {
    if (text) return *text;
    fail_unreadable(
        entry.loaded.name + ": found " + description(entry.loaded.text) + "; expected " + std::string{expected},
        text.error().code);
}

std::string kid_of(const Entry& entry, const std::string& wanted) {
    if (wanted == "auto") return value_of(entry.key->thumbprint(), entry, "a key with a thumbprint");
    return wanted.empty() ? entry.key->kid() : wanted;
}

/// The JWK of an entry; without `alg` if it is not known.
std::string jwk_of(const Entry& entry, const JwkArguments& arguments) {
    const std::string kid = kid_of(entry, arguments.kid);
    const std::string text =
        arguments.is_private ? value_of(entry.key->private_jwk(kid), entry, "a private key, because of --private")
                             : value_of(entry.key->public_jwk(kid), entry, "a key with a public half, or --private");
    ObjectText jwk;
    const JsonObject whole{text};
    for (const Member& member : whole.members()) {
        if (member.name != "alg" || entry.is_alg_known) jwk.add(member.name, member.json);
    }
    return jwk.text();
}

std::string pem_of(const Entry& entry, const JwkArguments& arguments) {
    if (arguments.is_private) return value_of(entry.key->private_pem(), entry, "a private key that has a PEM form");
    return value_of(entry.key->public_pem(), entry, "a key with a public half");
}

Conversion conversion_of(const std::vector<Entry>& entries, const JwkArguments& arguments, bool is_set) {
    Conversion made;
    const KeyForm first = entries.empty() ? KeyForm::jwk : entries.front().loaded.text.form;
    const bool to_pem = arguments.to.empty() ? !is_set && first == KeyForm::jwk : arguments.to == "pem";
    if (!arguments.kid.empty() && (to_pem || arguments.thumbprint))
        fail_usage("--kid is for a JWK, and none is written; leave it out, or use --to jwk");
    for (const Entry& entry : entries) {
        if (arguments.thumbprint) {
            made.text.append(value_of(entry.key->thumbprint(), entry, "a key with a thumbprint")).append("\n");
        } else if (to_pem) {
            made.text += pem_of(entry, arguments);
        } else {
            made.text.append(made.text.empty() ? "" : ",").append(jwk_of(entry, arguments));
            made.remarks.push_back(entry.remark());
        }
    }
    if (!arguments.thumbprint && !to_pem) made.text = shown_json(is_set ? "{\"keys\":[" + made.text + "]}" : made.text);
    return made;
}

}  // namespace

void run_jwk(const JwkArguments& arguments) {
    if (!arguments.alg.empty()) demand_any_algorithm(arguments.alg);
    const std::vector<LoadedKey> loaded = load_all(arguments);
    const bool is_set = loaded.size() != 1 || arguments.sources.size() > 1;
    if (is_set && !arguments.kid.empty() && arguments.kid != "auto") {
        fail_usage("several keys cannot share one key id; use --kid auto");
    }
    std::vector<Entry> entries;
    entries.reserve(loaded.size());
    for (const LoadedKey& key : loaded) entries.push_back(entry_of(key, arguments.alg));
    const Conversion made = conversion_of(entries, arguments, is_set);
    write_result(made.text);
    for (const std::string& line : made.remarks) remark(line);
}

}  // namespace credence::command
