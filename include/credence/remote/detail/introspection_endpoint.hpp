// SPDX-License-Identifier: MIT
// The URL of an introspection endpoint: given, or found in an issuer's metadata document, which is read again in time.
#pragma once

#include <credence/error.hpp>
#include <credence/remote/fetch.hpp>
#include <credence/remote/fetch_error.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/remote/detail/metadata.hpp>
#include <credence/remote/detail/remote_core.hpp>
#include <credence/remote/detail/schedule.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace credence::detail {

/// As long as there is no URL, threads wait for the one that reads the document, up to their own deadlines. Later they
/// use the known URL meanwhile.
class IntrospectionEndpoint {
public:
    explicit IntrospectionEndpoint(Url endpoint) : url_(std::move(endpoint)) {}
    /// \param origin      the issuer, with its documents.
    /// \param rediscover  when to read the document again.
    IntrospectionEndpoint(KeyOrigin origin, std::chrono::milliseconds rediscover, std::size_t most_bytes)
        : origin_(std::move(origin)), rediscover_(rediscover), most_bytes_(most_bytes) {}

    /// The URL of the endpoint. \param fetch  sends a request. \return `keys_unavailable` if there is none.
    template <class Fetch>
    [[nodiscard]] Result<Url> find(SteadyTime deadline, std::chrono::milliseconds connect_timeout, const Fetch& fetch) {
        const Known known = look();
        if (known.url && !known.may_read) return *known.url;
        std::unique_lock reading{reading_, std::defer_lock};
        const bool is_first = known.url ? reading.try_lock() : reading.try_lock_until(deadline);
        if (!is_first && !known.url) return unavailable("the issuer's metadata document takes too long", {});
        if (is_first && look().may_read) store(read(deadline, connect_timeout, fetch));
        const Known found = look();
        if (found.url) return *found.url;
        return unavailable("the issuer's metadata document names no introspection endpoint", found.retry_after);
    }

    /// Records whether the endpoint answered. After three failures in a row the document is read again.
    void note(bool has_answered) {
        const std::scoped_lock lock{mutex_};
        if (has_answered) failures_ = 0;
        if (!has_answered && failures_ < failures_until_rediscovery) ++failures_;
    }

    /// Why the document could not be read, for a log; nullopt if the last attempt succeeded.
    [[nodiscard]] std::optional<FetchError> last_fault() {
        const std::scoped_lock lock{mutex_};
        return fault_;
    }

private:
    static constexpr unsigned failures_until_rediscovery = 3;
    static constexpr std::chrono::seconds first_pause{1};
    static constexpr std::chrono::seconds longest_pause{30};

    struct Known {
        std::optional<Url> url;
        bool may_read;
        std::chrono::seconds retry_after;
    };

    [[nodiscard]] static Error unavailable(std::string_view reason, std::chrono::seconds retry_after) {
        return {Errc::keys_unavailable, {}, reason, retry_after};
    }

    [[nodiscard]] Known look() {
        const std::scoped_lock lock{mutex_};
        const SteadyTime now = std::chrono::steady_clock::now();
        const bool is_due = origin_ && (!url_ || now >= due_ || failures_ >= failures_until_rediscovery);
        return {url_, is_due && now >= next_attempt_, told_retry_after(next_attempt_ - now)};
    }

    void store(Result<Url, FetchError> found) {
        const std::scoped_lock lock{mutex_};
        const SteadyTime now = std::chrono::steady_clock::now();
        if (found) {
            url_ = *std::move(found);
            fault_.reset();
            due_ = now + rediscover_;
            pause_ = first_pause;
            failures_ = 0;
            next_attempt_ = now + longest_pause;  // so that a failing endpoint does not cause it for each token
        } else {
            fault_ = std::move(found).error();
            next_attempt_ = now + pause_;
            pause_ = (std::min)(2 * pause_, longest_pause);
        }
    }

    template <class Fetch>
    [[nodiscard]] Result<Url, FetchError> read(SteadyTime deadline, std::chrono::milliseconds connect_timeout,
                                               const Fetch& fetch) const {
        FetchError error{FetchStage::status};
        for (const Url& document : origin_->documents) {
            auto answer = fetch(FetchRequest{.url = document,
                                             .accept = "application/json",
                                             .most_bytes = most_bytes_,
                                             .connect_timeout = connect_timeout,
                                             .deadline = deadline});
            const bool is_not_there = answer && answer->status >= 400 && answer->status < 500;
            auto found = read_answer(std::move(answer));
            if (found) return found;
            error = std::move(found).error();
            error.detail = document.text() + (error.detail.empty() ? "" : ": ") + error.detail;
            if (!is_not_there) break;
        }
        return error;
    }

    [[nodiscard]] Result<Url, FetchError> read_answer(FetchResult answer) const {
        if (!answer) return std::move(answer).error();
        if (answer->status != 200) return FetchError{FetchStage::status, "status " + std::to_string(answer->status)};
        if (answer->body.size() > most_bytes_) return FetchError{FetchStage::too_large};
        // NOLINTNEXTLINE(bugprone-unchecked-optional-access): only an issuer's document is read
        return read_introspection_endpoint(answer->body, *origin_->issuer);
    }

    const std::optional<KeyOrigin> origin_ = {};  ///< nullopt if the URL was given
    const std::chrono::milliseconds rediscover_{};
    const std::size_t most_bytes_ = 0;
    std::timed_mutex reading_;  ///< held while the document is read
    std::mutex mutex_;          ///< protects the members below
    std::optional<Url> url_ = {};
    std::optional<FetchError> fault_ = {};
    SteadyTime due_ = {};
    SteadyTime next_attempt_ = {};
    std::chrono::seconds pause_ = first_pause;
    unsigned failures_ = 0;
};

}  // namespace credence::detail
