// SPDX-License-Identifier: MIT
// Tests whether the time of a refusal reveals how much of a signature was right: main [ROUNDS]. Tokens that are wrong
// in the first byte of the MAC, and tokens that are wrong in the last, are verified in random order. Welch's t-test
// compares the times. A compare that stops at the first difference is measured too, and must be detected. The program
// also tests whether the time of a failed decryption reveals the fault: the wrapped key, or the tag. RFC 7516 §11.5
#include <credence/jwe/decrypt.hpp>
#include <credence/jwe/encrypt.hpp>
#include <credence/jwt/encode.hpp>
#include <credence/jwt/verifier.hpp>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdlib>
#include <iostream>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace {

/// With that many rounds, a greater t does not occur by chance.
constexpr double suspicious = 4.5;

struct Login {
    std::string sub;
    credence::NumericDate exp;
};

/// Mean and variance, updated with one value at a time.
struct Moments {
    double count = 0;
    double mean = 0;
    double squares = 0;

    void add(double value) {
        count += 1;
        const double distance = value - mean;
        mean += distance / count;
        squares += distance * (value - mean);
    }
    [[nodiscard]] double error() const { return squares / (count - 1) / count; }
};

struct Sample {
    std::size_t kind;
    double time;
};

/// Welch's t of the two kinds, without the slowest tenth: load on the machine causes those times, not the program.
double t_of(std::vector<Sample> samples) {
    const auto slow = samples.begin() + static_cast<std::ptrdiff_t>(samples.size() / 10 * 9);
    std::nth_element(samples.begin(), slow, samples.end(),
                     [](const Sample& left, const Sample& right) { return left.time < right.time; });
    std::array<Moments, 2> kinds;
    for (const Sample& sample : std::span{samples.begin(), slow}) kinds.at(sample.kind).add(sample.time);
    return (kinds[0].mean - kinds[1].mean) / std::sqrt(kinds[0].error() + kinds[1].error());
}

/// Measures `work(text)` for two texts of one length in random order, both at one place in memory.
template <class Work>
double measure(std::size_t rounds, const std::array<std::string, 2>& texts, Work&& work) {
    using Clock = std::chrono::steady_clock;
    std::mt19937_64 random{std::random_device{}()};
    std::vector<Sample> samples(rounds);
    std::string text = texts[0];
    for (Sample& sample : samples) {
        sample.kind = random() % 2;
        texts.at(sample.kind).copy(text.data(), text.size());
        const auto begin = Clock::now();
        work(text);
        sample.time = std::chrono::duration<double, std::nano>(Clock::now() - begin).count();
    }
    return t_of(std::move(samples));
}

/// A compare whose time is not constant: it stops at the first difference.
bool differs_early(std::string_view left, std::string_view right) {
    for (std::size_t at = 0; at < left.size(); ++at) {
        const volatile char here = left[at];
        if (here != right[at]) return true;
    }
    return false;
}

/// The token with one byte of its MAC changed.
std::string with_wrong_byte(std::string_view token, std::size_t byte) {
    const std::size_t begin = token.rfind('.') + 1;
    std::string mac = credence::detail::decode_base64url(token.substr(begin)).value();
    mac.at(byte) = static_cast<char>(mac.at(byte) ^ 0x40);
    return std::string{token.substr(0, begin)} + credence::detail::encode_base64url(mac);
}

bool report(std::string_view what, double t, bool should_differ) {
    const bool differs = std::abs(t) > suspicious;
    std::cout << what << ": t = " << t << (differs ? ", the kinds differ" : ", no difference seen") << '\n';
    return differs == should_differ;
}

/// The encrypted token with one byte of a part changed.
std::string with_wrong_part(std::string_view token, std::size_t part, std::size_t byte) {
    std::string text{token};
    std::size_t begin = 0;
    for (std::size_t dots = 0; dots < part; ++dots) begin = text.find('.', begin) + 1;
    const std::size_t end = (std::min)(text.find('.', begin), text.size());
    std::string bytes = credence::detail::decode_base64url(std::string_view{text}.substr(begin, end - begin)).value();
    bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ 0x40);
    return text.replace(begin, end - begin, credence::detail::encode_base64url(bytes));
}

/// Whether a wrong wrapped key and a wrong tag take the same time; likewise a tag that is wrong at its start or at its
/// end.
template <class Alg>
bool report_decryption(const credence::EncryptionKeys<Alg>& keys, credence::ContentAlgorithm content,
                       std::size_t rounds) {
    constexpr std::size_t wrapped_key = 1, tag = 4;
    const std::string good = credence::encrypt(std::string(100, 'p'), keys, {.content = content}).value();
    bool is_as_it_should = credence::decrypt(good, keys).has_value();
    const auto refuse = [&](std::string_view token) {
        is_as_it_should = !credence::decrypt(token, keys) && is_as_it_should;
    };
    const std::string name = std::string{Alg::name} + " with " + std::string{to_string(content)};
    const std::array<std::string, 2> kinds{with_wrong_part(good, wrapped_key, 20), with_wrong_part(good, tag, 3)};
    const std::array<std::string, 2> tags{with_wrong_part(good, tag, 0), with_wrong_part(good, tag, 15)};
    is_as_it_should &= report(name + ": wrapped key or tag wrong", measure(rounds, kinds, refuse), false);
    is_as_it_should &= report(name + ": first or last byte of the tag wrong", measure(rounds, tags, refuse), false);
    return is_as_it_should;
}

bool report_decryptions(std::size_t rounds) {
    using namespace credence;
    bool is_good = report_decryption(EncryptionKeys<A256KW>::generate().value(), A256GCM, rounds / 4);
    is_good &= report_decryption(EncryptionKeys<A256KW>::generate().value(), A128CBC_HS256, rounds / 4);
    is_good &= report_decryption(EncryptionKeys<A256GCMKW>::generate().value(), A256GCM, rounds / 4);
    is_good &= report_decryption(EncryptionKeys<ECDH_ES_A128KW>::generate().value(), A256GCM, rounds / 40);
    is_good &= report_decryption(EncryptionKeys<RSA_OAEP>::generate().value(), A256GCM, rounds / 100);
    is_good &= report_decryption(EncryptionKeys<RSA_OAEP_256>::generate().value(), A256GCM, rounds / 100);
    return is_good;
}

}  // namespace

int main(int count, char** words) {
    const long asked = count == 2 ? std::strtol(words[1], nullptr, 10) : 0;
    if (count > 2 || asked < 0 || (count == 2 && asked < 1000)) {
        std::cerr << "usage: constant_time [ROUNDS], at least 1000\n";
        return EXIT_FAILURE;
    }
    const auto rounds = count == 2 ? static_cast<std::size_t>(asked) : std::size_t{2'000'000};
    const auto keys = credence::Keys<credence::HS256>::generate().value();
    const std::string good = credence::encode(Login{"ada", credence::in(std::chrono::hours{24})}, keys).value();
    const auto verifier = credence::verifier_for<Login>(keys);
    const std::array<std::string, 2> wrong{with_wrong_byte(good, 0), with_wrong_byte(good, 31)};
    const std::array<std::string, 2> swapped{wrong[1], wrong[0]};
    bool is_as_it_should = static_cast<bool>(verifier.verify(good));
    const auto refuse = [&](std::string_view token) { is_as_it_should = !verifier.verify(token) && is_as_it_should; };

    const std::string right(32, 'x');
    const std::array<std::string, 2> macs{"y" + right.substr(1), right.substr(1) + "y"};
    const auto compare = [&](const std::string& mac) {
        is_as_it_should = differs_early(right, mac) && is_as_it_should;
    };
    is_as_it_should &= report("a compare that stops early, for comparison", measure(rounds, macs, compare), true);
    is_as_it_should &= report("first or last byte of the MAC wrong", measure(rounds, wrong, refuse), false);
    is_as_it_should &= report("the same, the other way round", measure(rounds, swapped, refuse), false);
    is_as_it_should &= report_decryptions(rounds);
    return is_as_it_should ? EXIT_SUCCESS : EXIT_FAILURE;
}
