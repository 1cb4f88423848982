// SPDX-License-Identifier: MIT
// Why the certificate of a server is refused, as one line for a log.
#pragma once

#include <credence/detail/openssl/openssl_handles.hpp>
#include <credence/remote/detail/printable.hpp>

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/obj_mac.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

namespace credence::detail {

using AlternativeNames = Owned<GENERAL_NAMES, GENERAL_NAMES_free>;

/// `'DNS:id.example'`, fit for a log.
[[nodiscard]] inline std::string quoted_name(GENERAL_NAME* name) {
    const Memory memory{BIO_new(BIO_s_mem())};
    if (!memory || GENERAL_NAME_print(memory.get(), name) != 1) return "'?'";
    std::array<char, longest_quote + 1> text{};  // one more shows that it was cut
    const int size = BIO_read(memory.get(), text.data(), static_cast<int>(text.size()));
    return quoted_for_log({text.data(), static_cast<std::size_t>(size > 0 ? size : 0)});
}

/// `, but for 'DNS:id.example', 'IP Address:192.0.2.1'`: the names that a certificate is for, at most ten; its common
/// name if it has no alternative names.
[[nodiscard]] inline std::string names_of(const X509* certificate) {
    constexpr int most = 10;
    const AlternativeNames names{
        static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr))};
    const int count = names ? sk_GENERAL_NAME_num(names.get()) : 0;
    std::string text;
    for (int index = 0; index < count && index < most; ++index) {
        text.append(index == 0 ? ", but for " : ", ");
        text.append(quoted_name(sk_GENERAL_NAME_value(names.get(), index)));
    }
    if (count > 0) return text.append(count > most ? ", ..." : "");
    std::array<char, longest_quote + 1> name{};
    const int size = X509_NAME_get_text_by_NID(X509_get_subject_name(certificate), NID_commonName, name.data(),
                                               static_cast<int>(name.size()));
    if (size <= 0) return ", and names no host";
    return ", but for " + quoted_for_log("CN=" + std::string{name.data()});
}

/// The line for a certificate that is sound, and another host's: it shows the host that was asked, and the names.
[[nodiscard]] inline std::string of_another_host(const X509* certificate, std::string_view host) {
    return "the certificate is not for " + quoted_for_log(host) + names_of(certificate);
}

/// The line for a verification that has failed, or whose result the caller refuses.
[[nodiscard]] inline std::string why_refused(X509_STORE_CTX* verification, std::string_view host) {
    const int code = X509_STORE_CTX_get_error(verification);
    const X509* const certificate = X509_STORE_CTX_get0_cert(verification);
    const bool is_of_another =
        code == X509_V_OK || code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH;
    if (is_of_another && certificate != nullptr) return of_another_host(certificate, host);
    return X509_verify_cert_error_string(code);
}

}  // namespace credence::detail
