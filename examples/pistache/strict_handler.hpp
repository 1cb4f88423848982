// SPDX-License-Identifier: MIT
// Reads each request whole and by the letter of RFC 9112 before Pistache sees it. Pistache 0.0.5 alone takes two
// Content-Length, `0x5` and blanks before a colon, and reads what follows a request that it has refused as the next one.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <exception>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "../support/ascii.hpp"
#include "../support/json_log.hpp"
#include "../support/request_parser.hpp"

#include <pistache/async.h>
#include <pistache/http.h>
#include <pistache/http_headers.h>
#include <pistache/peer.h>
#include <pistache/stream.h>
#include <sys/socket.h>

namespace service {

/// A handler that gets the raw input of Pistache. It passes unambiguous requests to `onRequest`, and everything else to
/// `refuse`.
class StrictHandler : public Pistache::Http::Handler {
public:
    /// The size that Pistache's own parser must allow: a whole request, as this handler writes it.
    static constexpr std::size_t most_request_bytes = 2 * support::most_head_bytes + support::most_body_bytes;

    /// A connection ends after this many requests, because Pistache keeps answers that a client does not read.
    static constexpr std::size_t most_requests = 100;

    /// Answers a request that Pistache does not get.
    /// \param path  empty if the request is ambiguous.
    virtual void refuse(support::Refused refused, std::string_view path, Pistache::Http::ResponseWriter response) = 0;

    void onInput(const char* bytes, std::size_t size, const std::shared_ptr<Pistache::Tcp::Peer>& peer) override {
        try {
            const auto input = input_of(*peer);
            if (input->is_over) return;
            input->parser.append({bytes, size});
            answer_all(peer, *input);
            // Pistache would write when the connection can take it, and misses that moment if input arrives in it.
            transport()->flush();
        } catch (const std::exception& error) {  // no memory, for one: this connection ends, the others go on
            support::log("error", "connection", {{"problem", error.what()}});
            ::shutdown(peer->fd(), SHUT_RDWR);
        }
    }

private:
    struct Input {
        support::RequestParser parser = {};
        std::size_t requests = 0;
        bool is_over = false;
    };

    /// Answers all complete requests.
    void answer_all(const std::shared_ptr<Pistache::Tcp::Peer>& peer, Input& input) {
        while (!input.is_over && input.parser.advance()) {
            support::WholeRequest request = input.parser.take();
            if (++input.requests >= most_requests) request.is_last = true;
            if (request.refused.status == 0) request.refused = reason_to_refuse(request);
            input.is_over = request.is_last;
            if (request.refused.status == 0) {
                hand_over(request, peer, input);
            } else {
                const std::string path = request.target.substr(0, request.target.find('?'));
                refuse(request.refused, path, response_to(peer, request.is_last));
            }
        }
        if (input.is_over) {
            input.parser = {};  // later input is ignored
        } else if (input.parser.expects_continue()) {
            const std::string text = "HTTP/1.1 100 Continue\r\n\r\n";
            peer->send(Pistache::RawBuffer{text, text.size()});
        }
    }

    static std::shared_ptr<Input> input_of(Pistache::Tcp::Peer& peer) {
        auto known = std::static_pointer_cast<Input>(peer.tryGetData("strict_input"));
        if (!known) peer.putData("strict_input", known = std::make_shared<Input>());
        return known;
    }

    [[nodiscard]] static support::Refused reason_to_refuse(const support::WholeRequest& request) {
        constexpr std::array known{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT"};
        if (request.body.size() > support::most_body_bytes) return {413, "the body has more than 64 KiB"};
        if (count(request, "authorization") > 1) return {400, "there are two Authorization fields"};
        if (std::find(known.begin(), known.end(), request.method) == known.end()) return {405, "unknown method"};
        return {};
    }

    [[nodiscard]] static std::ptrdiff_t count(const support::WholeRequest& request, std::string_view name) {
        return std::count_if(request.fields.begin(), request.fields.end(),
                             [&](const auto& field) { return support::is_same_word(field.first, name); });
    }

    /// Passes an unambiguous request to Pistache's parser. It is refused if Pistache still cannot read it.
    void hand_over(const support::WholeRequest& request, const std::shared_ptr<Pistache::Tcp::Peer>& peer,
                   Input& input) {
        const std::string text = text_of(request);
        const auto parser = getParser(peer);
        bool is_read = false;
        try {
            is_read = parser->feed(text.data(), text.size()) && parser->parse() == Pistache::Http::Private::State::Done;
        } catch (const std::exception&) {
        }  // its text would quote the request
        if (is_read) onRequest(parser->request, response_to(peer, request.is_last));
        if (!is_read) {
            input.is_over = true;
            refuse({400, "a field or the target is not valid"}, {}, response_to(peer, true));
        }
        parser->reset();
    }

    [[nodiscard]] static std::string text_of(const support::WholeRequest& request) {
        std::string text = request.method + ' ' + request.target + " HTTP/1.1\r\n";
        for (const auto& [name, value] : joined(request.fields))
            text.append(name).append(": ").append(value).append("\r\n");
        if (!request.body.empty())
            text.append("Content-Length: ").append(std::to_string(request.body.size())).append("\r\n");
        return text.append("\r\n").append(request.body);
    }

    /// The fields. Those of the same name are joined (RFC 9110 §5.3), because Pistache would see only the first.
    [[nodiscard]] static std::vector<std::pair<std::string, std::string>> joined(
        const std::vector<std::pair<std::string, std::string>>& fields) {
        std::vector<std::pair<std::string, std::string>> found;
        for (const auto& [name, value] : fields) {
            std::string lower = name;
            std::transform(lower.begin(), lower.end(), lower.begin(), support::to_lower);
            const auto same = std::find_if(found.begin(), found.end(),
                                           [&](const auto& one) { return support::is_same_word(one.first, lower); });
            if (same == found.end()) {
                found.emplace_back(name, value);
            } else {
                same->second.append(lower == "cookie" ? "; " : ", ").append(value);
            }
        }
        return found;
    }

    [[nodiscard]] Pistache::Http::ResponseWriter response_to(const std::shared_ptr<Pistache::Tcp::Peer>& peer,
                                                             bool is_last) {
        using namespace Pistache::Http;
        ResponseWriter response{Version::Http11, transport(), this, peer};
        response.headers().add<Header::Connection>(is_last ? ConnectionControl::Close : ConnectionControl::KeepAlive);
        return response;
    }
};

}  // namespace service
