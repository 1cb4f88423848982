// SPDX-License-Identifier: MIT
// Qt HttpServer (6.4 to 6.7): checked against declarations, not run. From 6.8 on, fields are in a QHttpHeaders.
#include <credence/credence.hpp>

#include <QHttpServer>
#include <cstddef>
#include <cstdlib>
#include <string>
#include <string_view>

using Claims = credence::RegisteredClaims;

template <>
struct credence::HttpTraits<QHttpServerRequest> {
    /// Looks at every field, because `value` would return only one of two.
    static HeaderValue field(const QHttpServerRequest& request, std::string_view name) {
        const QByteArray wanted{name.data(), static_cast<std::ptrdiff_t>(name.size())};
        HeaderValue found;
        bool is_there = false;
        for (const auto& [own, value] : request.headers()) {
            if (own.compare(wanted, Qt::CaseInsensitive) != 0) continue;
            if (is_there) return HeaderValue::repeated();
            found = HeaderValue{std::string_view{value.constData(), static_cast<std::size_t>(value.size())}};
            is_there = true;
        }
        return found;
    }
    static QHttpServerResponse reject(const Rejection& rejection, const QHttpServerRequest&) {
        QHttpServerResponse response{static_cast<QHttpServerResponse::StatusCode>(rejection.status)};
        if (!rejection.challenge.empty()) add(response, "WWW-Authenticate", rejection.challenge);
        for (const std::string& other : rejection.other_challenges) add(response, "WWW-Authenticate", other);
        if (rejection.retry_after) add(response, "Retry-After", std::to_string(rejection.retry_after->count()));
        return response;
    }

private:
    static void add(QHttpServerResponse& response, const char* name, const std::string& value) {
        response.addHeader(QByteArray{name}, QByteArray::fromStdString(value));
    }
};

int main() {
    const char* secret = std::getenv("JWT_SECRET");
    const auto key = credence::DecodingKey<credence::HS256>::from_secret(secret == nullptr ? "" : secret);
    if (!key) return 1;
    const auto verifier = credence::verifier_for<Claims>(*key);

    QHttpServer server;
    server.route("/me",
                 credence::protect(verifier, [](const credence::Verified<Claims>& who, const QHttpServerRequest&) {
                     return QHttpServerResponse{QByteArray::fromStdString("Hello " + who->sub)};
                 }));
}
