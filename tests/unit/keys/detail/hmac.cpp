// SPDX-License-Identifier: MIT
// HMAC: the vectors of RFC 4231, keys of every length, exact signatures, and many threads that share one key.
#include <credence/keys/detail/hmac.hpp>

#include <array>
#include <atomic>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "support/catch.hpp"
#include "support/error_queue.hpp"

using namespace credence::detail;

namespace {

using Key = std::shared_ptr<const HmacKey>;

Key key_of(Hash hash, std::string_view secret) { return HmacKey::make(hash, SecretBytes{as_bytes(secret)}); }

std::string sign(const Key& key, std::string_view input) {
    std::string signature(key->signature_size(), '\0');
    REQUIRE(key->sign(input, reinterpret_cast<unsigned char*>(signature.data())));
    return signature;
}

std::string hex(std::string_view bytes) {
    std::string text;
    for (const char byte : bytes) {
        std::array<char, 3> digits{};
        std::snprintf(digits.data(), digits.size(), "%02x", static_cast<unsigned>(static_cast<unsigned char>(byte)));
        text += digits.data();
    }
    return text;
}

}  // namespace

TEST_CASE("the MACs of RFC 4231 are computed", "[hmac]") {
    CHECK(hex(sign(key_of(Hash::sha256, std::string(20, '\x0b')), "Hi There")) ==
          "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
    const std::string_view question = "what do ya want for nothing?";
    CHECK(hex(sign(key_of(Hash::sha256, "Jefe"), question)) ==
          "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    CHECK(hex(sign(key_of(Hash::sha384, "Jefe"), question)) ==
          "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649");
    CHECK(hex(sign(key_of(Hash::sha512, "Jefe"), question)) ==
          "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fd"
          "caeab1a34d4a6b4b636e070a38bce737");
}

TEST_CASE("a key longer than a block is hashed first", "[hmac]") {
    const std::string secret(131, '\xaa');
    const std::string_view message = "Test Using Larger Than Block-Size Key - Hash Key First";
    CHECK(hex(sign(key_of(Hash::sha256, secret), message)) ==
          "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
    CHECK(hex(sign(key_of(Hash::sha512, secret), message)) ==
          "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f3526b56d037e05f2598bd0fd2215d6a1e52"
          "95e64f73f63f0aec8b915a985d786598");
}

TEST_CASE("keys of any length up to and around the block agree with OpenSSL's own HMAC", "[hmac]") {
    for (const Hash hash : {Hash::sha256, Hash::sha384, Hash::sha512}) {
        const Digest digest = fetch_digest(hash);
        for (std::size_t size = 1; size < 140; ++size) {
            const std::string secret(size, static_cast<char>(size));
            std::string wanted(hash_size(hash), '\0');
            REQUIRE(EVP_Q_mac(nullptr, "HMAC", nullptr, hash_name(hash), nullptr, secret.data(), secret.size(),
                              as_bytes("message").data(), 7, reinterpret_cast<unsigned char*>(wanted.data()),
                              wanted.size(), nullptr) != nullptr);
            CHECK(sign(key_of(hash, secret), "message") == wanted);
        }
    }
}

TEST_CASE("only a whole signature is accepted", "[hmac][attack-11]") {
    const Key key = key_of(Hash::sha256, "secret");
    std::string signature = sign(key, "message");
    CHECK(key->verify("message", as_bytes(signature)));
    CHECK_FALSE(key->verify("messagf", as_bytes(signature)));
    CHECK_FALSE(key->verify("message", as_bytes(signature).first(31)));
    CHECK_FALSE(key->verify("message", as_bytes(signature + '\0')));
    CHECK_FALSE(key->verify("message", {}));
    for (char& byte : signature) {
        byte = static_cast<char>(byte ^ 1);
        CHECK_FALSE(key->verify("message", as_bytes(signature)));
        byte = static_cast<char>(byte ^ 1);
    }
    CHECK(key->verify("message", as_bytes(signature)));
}

TEST_CASE("empty and large inputs are signed", "[hmac]") {
    const Key key = key_of(Hash::sha512, "secret");
    const std::string large(1 << 20, 'x');
    CHECK(key->verify("", as_bytes(sign(key, ""))));
    CHECK(key->verify(large, as_bytes(sign(key, large))));
}

TEST_CASE("keys with different hashes take turns on one scratch context", "[hmac]") {
    const Key first = key_of(Hash::sha256, "secret");
    const Key second = key_of(Hash::sha512, "secret");
    const std::string one = sign(first, "message");
    const std::string two = sign(second, "message");
    for (int turn = 0; turn < 3; ++turn) {
        CHECK(first->verify("message", as_bytes(one)));
        CHECK(second->verify("message", as_bytes(two)));
        CHECK_FALSE(second->verify("message", as_bytes(one)));
    }
}

TEST_CASE("one HMAC key serves many threads at once", "[hmac][threads]") {
    const Key key = key_of(Hash::sha256, "secret");
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (int number = 0; number < 4; ++number) {
        threads.emplace_back([&key, &wrong, number] {
            const std::string message(100, static_cast<char>('a' + number));
            std::string signature(32, '\0');
            for (int turn = 0; turn < 2000; ++turn) {
                const bool is_signed = key->sign(message, reinterpret_cast<unsigned char*>(signature.data()));
                if (!is_signed || !key->verify(message, as_bytes(signature))) ++wrong;
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
}

namespace {

/// Verifies when its thread ends, possibly after the destruction of the thread's scratch context.
struct VerifiesLate {
    ~VerifiesLate() {
        if (key) is_good = key->verify("message", as_bytes(signature)) ? 1 : 0;
    }
    Key key;
    std::string signature;
    static inline std::atomic<int> is_good = -1;
};

}  // namespace

TEST_CASE("a token can be verified while a thread ends", "[hmac][threads]") {
    const Key key = key_of(Hash::sha256, "secret");
    const std::string signature = sign(key, "message");
    std::thread{[&] {
        static thread_local VerifiesLate late;  // made before the scratch context, so dropped after it
        late.key = key;
        late.signature = signature;
        CHECK(key->verify("message", as_bytes(signature)));
    }}.join();
    CHECK(VerifiesLate::is_good == 1);
}

TEST_CASE("HMAC does not change the error queue", "[hmac][error-queue]") {
    const Key key = key_of(Hash::sha256, "secret");
    const std::string signature = sign(key, "message");
    support::check_error_queue_around([&] { CHECK(key->verify("message", as_bytes(signature))); });
    support::check_error_queue_around([&] { CHECK_FALSE(key->verify("other", as_bytes(signature))); });
    support::check_error_queue_around([&] { CHECK(sign(key, "message") == signature); });
}
