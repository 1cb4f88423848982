// SPDX-License-Identifier: MIT
// Keys from the command line: read, recognised by their form, and matched with algorithms.
#include "key_file.hpp"

#include <credence/keys/algorithm.hpp>
#include <credence/keys/detail/jwk_document.hpp>
#include <credence/keys/detail/key_description.hpp>
#include <credence/keys/detail/key_encodings.hpp>
#include <credence/keys/detail/shared_secret.hpp>

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "algorithm_names.hpp"
#include "encryption_key.hpp"
#include "failure.hpp"
#include "json_text.hpp"

namespace credence::command {

namespace {

constexpr std::string_view only_a_secret = "what can only be a secret, of ";
constexpr std::size_t longest_key = std::size_t{1} << 20;

/// Whether bytes are text, so that a line feed at their end comes from an editor and is not part of a secret.
bool is_text(std::string_view bytes) {
    return std::none_of(bytes.begin(), bytes.end(), [](char character) {
        const auto byte = static_cast<unsigned char>(character);
        return (byte < 0x20 && character != '\n' && character != '\r' && character != '\t') || byte == 0x7f;
    });
}

std::string_view without_line_end(std::string_view bytes) {
    if (!is_text(bytes)) return bytes;
    if (bytes.ends_with('\n')) bytes.remove_suffix(1);
    if (bytes.ends_with('\r')) bytes.remove_suffix(1);
    return bytes;
}

KeyText secret_of(const KeyText& read, const std::string& name, bool is_base64url) {
    if (!is_base64url) return read;
    const auto secret = detail::decode_base64_text(read.text());
    if (!secret)
        fail_unreadable(
            name + ": found a text that is not base64url; write the secret in base64url, or leave out --base64url",
            Errc::invalid_key);
    return make_key_text(KeyForm::secret, detail::as_text(secret->view()));
}

detail::Scheme scheme_of(std::string_view name) {
    const auto scheme =
        with_algorithm(name, []<Algorithm Alg>() -> Result<detail::Scheme> { return detail::scheme_of<Alg>; });
    return scheme ? *scheme : detail::Scheme{};
}

bool is_shared(std::string_view alg) { return scheme_of(alg).family == detail::Family::hmac; }

Result<void> check(const LoadedKey& key, Purpose purpose, std::string_view alg) {
    if (purpose == Purpose::verify) return check_verify_key(key.text, alg);
    const auto signer = sign_key(key.text, alg);
    return signer ? Result<void>{} : Result<void>{signer.error()};
}

/// Whether a JWK does not name its algorithm, and its type allows several.
bool leaves_choice(const detail::Jwk& jwk) {
    return jwk.is_object() && !jwk.has("alg") && (jwk.says("kty", "RSA") || jwk.says("kty", "oct"));
}

/// Whether the user has to name one of the algorithms that a key serves.
bool leaves_choice(const LoadedKey& key, const std::vector<std::string>& served) {
    if (key.text.form == KeyForm::jwks) {
        // An entry that is skipped leaves no choice.
        if (served.size() == 1 && !is_shared(served.front())) return false;
        const auto mixed = std::count_if(served.begin(), served.end(), is_shared);
        if (mixed != 0 && mixed != static_cast<std::ptrdiff_t>(served.size())) return true;
        detail::JwkDocument set;
        bool leaves = false;
        const auto look = [&](const detail::Jwk& jwk) { leaves = leaves || leaves_choice(jwk); };
        return set.read(key.text.text()) && set.each_key(detail::longest_key_text, look) && leaves;
    }
    const auto is_another = [&](const std::string& alg) {
        return scheme_of(alg).family != detail::Family::eddsa;  // EdDSA and Ed25519 are two names of one thing
    };
    return served.size() > 1 && std::any_of(served.begin(), served.end(), is_another);
}

std::string expectation(Purpose purpose, const std::vector<std::string>& algorithms) {
    if (algorithms.size() != 1) {
        if (purpose == Purpose::convert) return "a key, or a secret of at least 32 bytes";
        return purpose == Purpose::sign ? "a private key, or a secret" : "a public key, or a secret";
    }
    const auto half = purpose == Purpose::sign ? detail::KeyHalf::private_half : detail::KeyHalf::public_half;
    std::string words = detail::describe_expected_key(scheme_of(algorithms.front()), half);
    constexpr std::string_view public_half = "public ";
    const std::size_t at = words.find(public_half);
    if (purpose == Purpose::convert && at != std::string::npos) words.erase(at, public_half.size());
    return words + " for " + algorithms.front();
}

/// Whether a reason only says that the key is for another algorithm. For a conversion, either half of a key is right.
bool says_little(std::string_view why, Purpose purpose) {
    return why.empty() || detail::only_says_other_key(why) || why == "its alg is another algorithm" ||
           why.starts_with("expected a shared secret") || why.ends_with("found a shared secret") ||
           (purpose == Purpose::convert && why.starts_with("expected a p"));
}

/// The most specific reason among all algorithms.
std::string reason(const LoadedKey& key, Purpose purpose, const std::vector<std::string>& algorithms) {
    std::string least;
    for (const std::string& alg : algorithms) {
        std::string why = purpose == Purpose::verify ? "" : why_not_to_sign(key.text, alg);
        if (!says_little(why, purpose)) return why;
        if (purpose != Purpose::sign) why = why_not_to_verify(key.text, alg);
        if (!says_little(why, purpose)) return why;
        if (why.starts_with("its alg")) least = why;
    }
    return least;
}

}  // namespace

KeyText recognised(const detail::SecretBytes& bytes) {
    const std::string_view text = detail::as_text(bytes.view());
    if (text.find("-----BEGIN ") != std::string_view::npos) return make_key_text(KeyForm::pem, text);
    const std::string_view without_mark = detail::trim_front(text);
    if (without_mark.starts_with('{')) {
        detail::JwkDocument document;
        if (document.read(without_mark)) {
            // An empty list counts as absent in a JWK; in a set it is a set without keys.
            // A key of the set that repeats a name is skipped, and the others serve.
            const JsonObject whole{without_mark, {.allow_duplicate_members = true}};
            const bool is_set = whole.find("keys") != nullptr;
            return make_key_text(is_set ? KeyForm::jwks : KeyForm::jwk, without_mark);
        }
        if (detail::is_jwk_text(text)) return make_key_text(KeyForm::jwk, text);
    }
    if (detail::form_of(bytes.view()) != detail::KeyForm::unknown) return make_key_text(KeyForm::der, text);
    return make_key_text(KeyForm::secret, without_line_end(text));
}

LoadedKey load_key(const KeyArguments& arguments) {
    const int given = static_cast<int>(!arguments.key.empty()) + static_cast<int>(!arguments.jwks.empty()) +
                      static_cast<int>(!arguments.insecure_secret.empty()) +
                      static_cast<int>(!arguments.issuer.url.empty());
    if (given > 1) fail_usage("give one key: --key, --jwks, --issuer and --insecure-secret exclude each other");
    if (!arguments.issuer.ca.empty() && arguments.issuer.url.empty()) fail_usage("--ca needs --issuer URL");
    if (given == 0) fail_usage("name a key with --key FILE or --key env:NAME");
    if (arguments.passphrase == "-" && (arguments.key == "-" || arguments.jwks == "-"))
        fail_usage("the key and its passphrase cannot both come from standard input; give one of them as a file");
    LoadedKey loaded;
    if (!arguments.insecure_secret.empty()) {
        loaded = {make_key_text(KeyForm::secret, arguments.insecure_secret), "--insecure-secret"};
    } else if (!arguments.issuer.url.empty()) {
        FetchedSet fetched = fetch_issuer_keys(arguments.issuer);
        loaded = {std::move(fetched.text), std::move(fetched.url)};
    } else {
        const Source source{arguments.key.empty() ? arguments.jwks : arguments.key};
        const detail::SecretBytes bytes = source.read(longest_key);
        loaded = {recognised(bytes), source.name()};
        if (bytes.size() == 0)
            fail_unreadable(loaded.name + ": found nothing; expected a file that holds a key", Errc::invalid_key);
    }
    if (loaded.text.form == KeyForm::secret)
        loaded.text = secret_of(loaded.text, loaded.name, arguments.base64url_secret);
    if (!arguments.jwks.empty() && loaded.text.form != KeyForm::jwks) {
        fail_unreadable(loaded.name + ": found " + description(loaded.text) + "; expected a JWK Set",
                        Errc::invalid_key);
    }
    loaded.text.allow_short_secret = arguments.allow_short_secret;
    loaded.text.try_all = arguments.try_all;
    if (!arguments.passphrase.empty()) {
        const detail::SecretBytes passphrase = Source{arguments.passphrase}.read(longest_key);
        const std::string_view text = without_line_end(detail::as_text(passphrase.view()));
        loaded.text.passphrase = std::make_shared<const detail::SecretBytes>(detail::as_bytes(text));
    }
    return loaded;
}

std::vector<std::string> served_algorithms(const LoadedKey& key, Purpose purpose,
                                           const std::vector<std::string>& wanted) {
    for (const std::string& name : wanted) demand_algorithm(name);
    std::vector<std::string> served;
    Errc code = Errc::invalid_key;
    const std::vector<std::string> candidates = wanted.empty() ? algorithm_names() : wanted;
    for (const std::string& alg : candidates) {
        const auto checked = check(key, purpose, alg);
        if (checked) served.push_back(alg);
        if (!checked && checked.error().code != Errc::invalid_key) code = checked.error().code;
    }
    const bool is_secret = key.text.form == KeyForm::secret && description(key.text).starts_with(only_a_secret);
    if (wanted.empty() && served.empty() && is_secret) {
        fail_usage(key.name + ": found " + description(key.text) + "; use --alg HS256, HS384 or HS512");
    }
    if (wanted.empty() && leaves_choice(key, served)) {
        fail_usage(key.name + ": found " + description(key.text) + "; use --alg with one of " + listed(served));
    }
    if (served.empty()) fail_unreadable(complaint(key, purpose, candidates), code);
    return served;
}

std::string complaint(const LoadedKey& key, Purpose purpose, const std::vector<std::string>& algorithms) {
    const std::string found = description(key.text);
    std::string why = reason(key, purpose, algorithms);
    const bool is_a_key = found.find(" key in ") != std::string::npos;
    if (why.empty() && is_a_key && algorithms.size() == algorithm_names().size()) {
        why = "no algorithm uses a key of this type or curve";
    }
    const bool says_more = found.find(why) == std::string::npos;
    const bool is_locked =
        (why == "the key is encrypted, and no passphrase was given" || why.starts_with("wrong passphrase"));
    return key.name + ": found " + found + (says_more ? " (" + why + ")" : "") + "; expected " +
           (is_locked ? "its passphrase: use --passphrase FILE or --passphrase env:NAME"
                      : expectation(purpose, algorithms));
}

std::string description(const KeyText& key) {
    if (key.form == KeyForm::pem && detail::trim_front(key.text()).starts_with('{')) {
        return "a JSON object of PEM texts, which is not a JWK Set: give one of them, or make a set with credence jwk";
    }
    std::string words = detail::describe_key_text(key.text());
    if (key.form != KeyForm::secret || words != "not a key in any form") return words;
    if (detail::is_key_document(detail::as_bytes(key.text()))) {
        return "a key that is encoded once more (base64, hexadecimal, UTF-16 or a text in quotes): give it as PEM, DER "
               "or JWK";
    }
    return std::string{only_a_secret} + std::to_string(key.text().size()) + " bytes";
}

std::string_view advice_for_secret(const KeyText& key) {
    constexpr std::size_t shortest = 22;  // 16 bytes
    if (key.form != KeyForm::secret || key.text().size() < shortest || !detail::decode_base64_text(key.text()))
        return {};
    return "if the secret is the bytes that this base64 text stands for, use --base64url";
}

void demand_algorithm(const std::string& name) {
    if (is_known_algorithm(name)) return;
    fail_usage("there is no algorithm '" + name + "'; there are " + listed(algorithm_names()));
}

void demand_any_algorithm(const std::string& name) {
    if (is_known_algorithm(name) || is_known_key_management(name)) return;
    fail_usage("there is no algorithm '" + name + "'; there are " + listed(algorithm_names()) +
               "; and for encryption " + listed(management_names()));
}

}  // namespace credence::command
