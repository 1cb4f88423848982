// SPDX-License-Identifier: MIT
// The bare OpenSSL operations behind a verification and a signature.
#include "support/floor.hpp"

#include <cstddef>
#include <stdexcept>
#include <utility>

#include <openssl/bio.h>
#include <openssl/pem.h>

namespace support {

namespace {

unsigned char* bytes(std::string& text) { return reinterpret_cast<unsigned char*>(text.data()); }

void demand(bool is_done) {
    if (!is_done) throw std::runtime_error{"OpenSSL refused to prepare a floor"};
}

KeyHandle read_private(const std::string& pem) {
    const std::unique_ptr<BIO, FreeWith<BIO_free>> bio{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    KeyHandle key{PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr)};
    demand(key != nullptr);
    return key;
}

}  // namespace

FloorHmac::FloorHmac(std::string_view secret)
    : digest_{EVP_MD_fetch(nullptr, "SHA256", nullptr)},
      inner_{keyed(secret, 0x36)},
      outer_{keyed(secret, 0x5c)},
      scratch_{EVP_MD_CTX_new()} {}

DigestContext FloorHmac::keyed(std::string_view secret, unsigned char pad) const {
    std::array<unsigned char, 64> block{};
    demand(secret.size() <= block.size());
    for (std::size_t at = 0; at < secret.size(); ++at) block[at] = static_cast<unsigned char>(secret[at]);
    for (unsigned char& byte : block) byte ^= pad;
    DigestContext context{EVP_MD_CTX_new()};
    demand(EVP_DigestInit_ex(context.get(), digest_.get(), nullptr) == 1 &&
           EVP_DigestUpdate(context.get(), block.data(), block.size()) == 1);
    return context;
}

bool FloorHmac::operator()(std::string_view input) {
    EVP_MD_CTX* const scratch = scratch_.get();
    return EVP_MD_CTX_copy_ex(scratch, inner_.get()) == 1 &&
           EVP_DigestUpdate(scratch, input.data(), input.size()) == 1 &&
           EVP_DigestFinal_ex(scratch, mac_.data(), nullptr) == 1 && EVP_MD_CTX_copy_ex(scratch, outer_.get()) == 1 &&
           EVP_DigestUpdate(scratch, mac_.data(), mac_.size()) == 1 &&
           EVP_DigestFinal_ex(scratch, mac_.data(), nullptr) == 1;
}

FloorSignature::FloorSignature(const std::string& private_pem, std::string input)
    : key_{read_private(private_pem)},
      input_{std::move(input)},
      room_(static_cast<std::size_t>(EVP_PKEY_get_size(key_.get())), '\0'),
      digest_{EVP_MD_fetch(nullptr, "SHA256", nullptr)},
      scratch_{EVP_MD_CTX_new()} {
    EVP_PKEY_is_a(key_.get(), "ED25519") == 1 ? prepare_one_shot() : prepare_contexts();
    demand(sign());
    signature_ = room_.substr(0, size_);
    demand(verify());
}

void FloorSignature::prepare_one_shot() {
    one_shot_signing_.reset(EVP_MD_CTX_new());
    one_shot_verifying_.reset(EVP_MD_CTX_new());
    demand(EVP_DigestSignInit(one_shot_signing_.get(), nullptr, nullptr, nullptr, key_.get()) == 1 &&
           EVP_DigestVerifyInit(one_shot_verifying_.get(), nullptr, nullptr, nullptr, key_.get()) == 1);
}

void FloorSignature::prepare_contexts() {
    signing_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    verifying_.reset(EVP_PKEY_CTX_new_from_pkey(nullptr, key_.get(), nullptr));
    demand(EVP_PKEY_sign_init(signing_.get()) == 1 && EVP_PKEY_verify_init(verifying_.get()) == 1 &&
           EVP_PKEY_CTX_set_signature_md(signing_.get(), digest_.get()) == 1 &&
           EVP_PKEY_CTX_set_signature_md(verifying_.get(), digest_.get()) == 1);
}

bool FloorSignature::hash() {
    return EVP_DigestInit_ex(scratch_.get(), digest_.get(), nullptr) == 1 &&
           EVP_DigestUpdate(scratch_.get(), input_.data(), input_.size()) == 1 &&
           EVP_DigestFinal_ex(scratch_.get(), hash_.data(), nullptr) == 1;
}

bool FloorSignature::sign() {
    size_ = room_.size();
    if (one_shot_signing_) {
        return EVP_MD_CTX_copy_ex(scratch_.get(), one_shot_signing_.get()) == 1 &&
               EVP_DigestSign(scratch_.get(), bytes(room_), &size_, bytes(input_), input_.size()) == 1;
    }
    return hash() && EVP_PKEY_sign(signing_.get(), bytes(room_), &size_, hash_.data(), hash_.size()) == 1;
}

bool FloorSignature::verify() {
    if (one_shot_verifying_) {
        return EVP_MD_CTX_copy_ex(scratch_.get(), one_shot_verifying_.get()) == 1 &&
               EVP_DigestVerify(scratch_.get(), bytes(signature_), signature_.size(), bytes(input_), input_.size()) ==
                   1;
    }
    return hash() &&
           EVP_PKEY_verify(verifying_.get(), bytes(signature_), signature_.size(), hash_.data(), hash_.size()) == 1;
}

}  // namespace support
