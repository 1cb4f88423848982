// SPDX-License-Identifier: MIT
// Keeps the parts of a request that a verifier reads, for a call that may outlive the request.
#pragma once

#include <credence/http/http_traits.hpp>
#include <credence/http/request_verifier.hpp>
#include <credence/detail/encoding/ascii.hpp>

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

namespace credence::detail {

/// Copies of the texts of a `RequestContext`, and of the fields with these names.
class KeptContext {
public:
    KeptContext(const RequestContext& context, const std::vector<std::string>& names)
        : method_(context.method),
          url_(context.url),
          client_certificate_(context.client_certificate),
          peer_address_(context.peer_address),
          scheme_(context.scheme) {
        fields_.reserve(names.size());
        for (const std::string& name : names) {
            const HeaderValue value = context.field(name);
            fields_.push_back({name, std::string{value.view()}, value.is_repeated()});
        }
    }

    /// Refers to this object.
    [[nodiscard]] RequestContext context() const {
        return {.method = method_,
                .url = url_,
                .field = *this,
                .client_certificate = client_certificate_,
                .peer_address = peer_address_,
                .scheme = scheme_};
    }

    /// For `FieldReader`. A field that was not kept is missing.
    [[nodiscard]] HeaderValue operator()(std::string_view name) const {
        const auto same = [](char one, char other) { return to_lower(one) == to_lower(other); };
        for (const Field& field : fields_) {
            if (!std::equal(field.name.begin(), field.name.end(), name.begin(), name.end(), same)) continue;
            return field.is_repeated ? HeaderValue::repeated() : HeaderValue{std::string_view{field.value}};
        }
        return {};
    }

private:
    struct Field {
        std::string name;
        std::string value;
        bool is_repeated;
    };

    std::string method_;
    std::string url_;
    std::string client_certificate_;
    std::string peer_address_;
    std::string scheme_;
    std::vector<Field> fields_ = {};
};

}  // namespace credence::detail
