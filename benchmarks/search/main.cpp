// SPDX-License-Identifier: MIT
// Searches for expensive inputs: mutates hostile tokens and keeps the most expensive ones within the size limit.
// benchmarks/run search starts it.
//
//     credence_search KNOWN.json FOUND.json [STEPS [SEED]]
//
// The cost of a token is the number of basic blocks of this library that its refusal runs. OpenSSL's work is not
// counted, so tokens are compared only with those that are refused for the same reason, and the most expensive of
// each reason are kept. The program that replays them measures their time.
#include <credence/http/cookie.hpp>
#include <credence/jwt/multi_issuer.hpp>
#include <credence/jwt/verifier.hpp>

#include <algorithm>
#include <cstdint>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "search/blocks.hpp"
#include "search/mutator.hpp"
#include "support/claims.hpp"
#include "support/files.hpp"
#include "support/hostile_token.hpp"
#include "support/job.hpp"

namespace {

using credence::HS256, credence::RS256;
using support::Recipe, support::Small;

constexpr std::size_t most_bytes = 16 * 1024;
/// How many tokens are kept for each reason, and how many are reported at the end.
constexpr std::size_t kept = 4, told = 12;

/// Prefix of the reason if OpenSSL did a computation with the token's signature.
constexpr std::string_view computed = "[computed] ";

/// The target of a search: a verifier, the shape of its tokens, and its reason for a refusal; or the search for a
/// cookie.
struct Target {
    std::string name;
    support::TokenShape shape;
    std::function<std::string(const std::string&)> refuse;
};

struct Found {
    std::uint64_t blocks;
    Recipe recipe;
    std::string reason;
};

template <class Verifier>
Target target(const std::string& name, support::TokenShape shape, const Verifier& verifier) {
    return {name, shape, [verifier, shape](const std::string& token) {
                const auto who = verifier.verify(token);
                if (who) throw std::runtime_error{"a token that nobody signed was accepted"};
                const auto code = who.error().code;
                // OpenSSL computes only with one of the right length, and that is not counted.
                const bool is_computed = code == credence::Errc::invalid_signature &&
                                         token.size() - token.rfind('.') - 1 == shape.signature_size;
                return std::string{is_computed ? computed : ""}
                    .append(credence::message(code))
                    .append(": ")
                    .append(who.error().reason);
            }};
}

std::vector<Target> targets() {
    const auto rules = [](const char* issuer) -> credence::Validation<Small> {
        return {.issuer = issuer, .audience = credence::any_audience, .max_token_bytes = most_bytes};
    };
    const auto one = credence::verifier_for<Small>(support::keys<RS256>(), rules("https://id.example"));
    const auto other = credence::verifier_for<Small>(support::keys<RS256>(), rules("https://other.example"));
    return {
        target("one", {"RS256", 342, most_bytes}, one),
        target("two", {"RS256", 342, most_bytes}, credence::Verifiers{other, one}),
        target("secret", {"HS256", 43, most_bytes},
               credence::verifier_for<Small>(support::keys<HS256>(), rules("https://id.example"))),
        {"cookie", {"RS256", 342, most_bytes}, [](const std::string& field) -> std::string {
             const auto found = credence::find_cookie(field, "token");
             return !found ? "two cookies of the name differ" : *found ? "a cookie was found" : "no cookie was found";
         }}};
}

/// The most expensive tokens of one verifier, for each reason.
class Archive {
public:
    explicit Archive(const Target& target) : target_(target) {}

    void add(const Recipe& recipe) {
        const std::string token = token_of(recipe, target_.shape);
        if (token.size() > most_bytes || !is_text(recipe)) return;
        static_cast<void>(target_.refuse(token));  // prepares what is prepared only once
        const std::uint64_t before = search::blocks_run();
        const std::string reason = target_.refuse(token);
        keep({search::blocks_run() - before, recipe, reason});
    }

    [[nodiscard]] const Recipe& pick(search::Mutator& random) const {
        auto reason = found_.begin();
        std::advance(reason, static_cast<std::ptrdiff_t>(random.below(found_.size())));
        return reason->second[random.below(reason->second.size())].recipe;
    }

    /// The most expensive of each reason, in falling order. Those that also cost OpenSSL a computation come first.
    [[nodiscard]] std::vector<Found> most_expensive() const {
        std::vector<Found> all;
        for (const auto& [reason, found] : found_) all.push_back(found.front());
        const auto rank = [](const Found& found) {
            return std::pair{found.reason.starts_with(computed), found.blocks};
        };
        std::sort(all.begin(), all.end(), [&](const Found& one, const Found& two) { return rank(one) > rank(two); });
        if (all.size() > told) all.resize(told);
        return all;
    }

private:
    /// Whether the token can be written to a JSON file.
    [[nodiscard]] static bool is_text(const Recipe& recipe) {
        const auto is_good = [](const support::Pieces& pieces) {
            return std::all_of(pieces.begin(), pieces.end(),
                               [](const support::Piece& piece) { return credence::detail::is_utf8(piece.text); });
        };
        return is_good(recipe.header) && is_good(recipe.payload) && is_good(recipe.signature) && is_good(recipe.text);
    }

    void keep(Found&& candidate) {
        auto& list = found_[candidate.reason];
        const auto is_cheaper = [&](const Found& known) { return known.blocks < candidate.blocks; };
        const auto place = std::find_if(list.begin(), list.end(), is_cheaper);
        if (std::any_of(list.begin(), list.end(), [&](const Found& known) { return known.blocks == candidate.blocks; }))
            return;
        list.insert(place, std::move(candidate));
        if (list.size() > kept) list.pop_back();
    }

    const Target& target_;
    std::map<std::string, std::vector<Found>> found_;
};

/// Searches the tokens of one verifier and reports the most expensive.
void search_target(const Target& target, const std::vector<Recipe>& known, std::uint64_t steps, std::uint64_t seed,
                   nlohmann::json& out) {
    search::Mutator random{seed};
    Archive archive{target};
    for (const Recipe& recipe : known) archive.add(recipe);
    for (std::uint64_t step = 0; step < steps; ++step)
        archive.add(random.changed(archive.pick(random), archive.pick(random)));
    std::cout << "\n" << target.name << ": blocks, why it is refused\n";
    for (Found& found : archive.most_expensive()) {
        std::cout << "  " << found.blocks << "  " << found.reason << "\n";
        found.recipe.name = target.name + "_" + std::to_string(out.size());
        out.push_back(found.recipe);
    }
}

}  // namespace

int main(int argc, char** argv) try {
    if (argc < 3 || argc > 5) throw std::runtime_error{"usage: credence_search KNOWN.json FOUND.json [STEPS [SEED]]"};
    const std::uint64_t steps = argc > 3 ? std::stoull(argv[3]) : 20'000;
    const std::uint64_t seed = argc > 4 ? std::stoull(argv[4]) : 1;
    const std::vector<Recipe> known = nlohmann::json::parse(support::read_file(argv[1]));
    auto found = nlohmann::json::array();
    for (const Target& target : targets()) search_target(target, known, steps, seed, found);
    std::string text = "[";
    for (const auto& recipe : found) text.append(text.size() == 1 ? "\n  " : ",\n  ").append(recipe.dump());
    support::write_file(argv[2], text + "\n]\n");
    return 0;
} catch (const std::exception& fault) {
    std::cerr << "credence_search: " << fault.what() << '\n';
    return 1;
}
