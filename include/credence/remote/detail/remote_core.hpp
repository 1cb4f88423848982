// SPDX-License-Identifier: MIT
// The state of keys that follow an issuer: which request to send next, and the effect of an answer. It has no thread,
// no clock and no network; its driver supplies the times and the answers.
#pragma once

#include <credence/remote/fetch.hpp>
#include <credence/remote/remote_event.hpp>
#include <credence/remote/remote_options.hpp>
#include <credence/remote/url.hpp>
#include <credence/result.hpp>
#include <credence/detail/encoding/ascii.hpp>
#include <credence/remote/detail/caching.hpp>
#include <credence/remote/detail/metadata.hpp>
#include <credence/remote/detail/published_set.hpp>
#include <credence/remote/detail/schedule.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace credence::detail {

/// The location of an issuer's keys.
struct KeyOrigin {
    std::optional<Url> issuer = {};   ///< nullopt if only the URL of the set is known
    std::vector<Url> documents = {};  ///< of the issuer, in the order in which they are tried
    std::optional<Url> key_set = {};  ///< as given, or as named in the document

    /// The name of the source in events.
    [[nodiscard]] const std::string& name() const {
        return issuer ? issuer->text() : key_set->text();  // NOLINT(bugprone-unchecked-optional-access): there is one
    }
};

/// The origin of an issuer that publishes a metadata document.
[[nodiscard]] inline Result<KeyOrigin, FetchError> origin_of_issuer(std::string_view issuer,
                                                                    std::string_view metadata_url) {
    auto url = Url::parse(issuer);
    if (!url) return std::move(url).error();
    auto documents = metadata_urls(*url);
    if (!documents) return std::move(documents).error();
    if (!metadata_url.empty()) {
        auto document = Url::parse(metadata_url);
        if (!document) return std::move(document).error();
        *documents = {*std::move(document)};
    }
    return KeyOrigin{.issuer = *std::move(url), .documents = *std::move(documents)};
}

/// The state machine. Its inputs are events (`next`: time has passed; `answer`; `unknown_key`), and its outputs are the
/// request that `next` returns, the usable set, and the time to call `next` again.
///
/// Used by one thread at a time.
template <class Set>
class RemoteCore {
public:
    RemoteCore(KeyOrigin origin, RemoteOptions options, SteadyTime now)
        : origin_(std::move(origin)), schedule_(std::move(options), now) {}

    /// Takes over a set that was fetched elsewhere, before anything else happens. See `Schedule::inherit`.
    void inherit(std::shared_ptr<const Set> set, SteadyTime expiry, std::optional<SteadyTime> last_success) {
        set_ = set;
        use(std::move(set));
        schedule_.inherit(expiry, last_success);
    }

    /// The request to send now, if there is one. Its answer is due by its deadline; a later one counts as failed.
    /// \param now  never before that of an earlier call.
    [[nodiscard]] std::optional<FetchRequest> next(Moment now) {
        if (in_flight_ && now.steady >= in_flight_->deadline + grace) {
            answer(in_flight_->number, FetchError{FetchStage::timeout, quoted_for_log(in_flight_->url.text())}, now);
        }
        if (schedule_.expire(now.steady)) {
            use(nullptr);
            note({.kind = RemoteEvent::Kind::expired});
        }
        if (schedule_.is_due(now.steady)) begin(now);
        return std::exchange(request_, std::nullopt);
    }

    /// When to call `next` again, if nothing else happens.
    [[nodiscard]] SteadyTime wake() const {
        SteadyTime time = in_flight_ ? in_flight_->deadline + grace : schedule_.next_attempt();
        if (schedule_.expiry()) time = (std::min)(time, *schedule_.expiry());
        return time;
    }

    /// Takes the answer to the request with this number; an answer to any other request is too late, and changes
    /// nothing.
    void answer(std::uint64_t number, FetchResult result, Moment now) {
        if (!in_flight_ || in_flight_->number != number) return;
        const InFlight fetched = *std::exchange(in_flight_, std::nullopt);
        request_.reset();
        if (fetched.stage == Stage::document) {
            take_document(fetched, std::move(result), now);
        } else {
            take_key_set(fetched, std::move(result), now);
        }
    }

    /// Drops the request under way, whose answer will never come, and makes a new attempt due.
    void abandon(SteadyTime now) {
        if (!in_flight_) return;
        in_flight_.reset();
        request_.reset();
        schedule_.abandon(now);
    }

    /// Decides about a token with an unknown key id. See `Schedule`.
    [[nodiscard]] UnknownKey unknown_key(SteadyTime now, std::optional<NumericDate> issued_at) {
        ++health_.unknown_keys;
        return schedule_.unknown_key(now, issued_at);
    }

    /// The usable set; null if there is none.
    [[nodiscard]] const std::shared_ptr<const Set>& usable() const noexcept { return usable_; }
    /// Changes each time that `usable` does.
    [[nodiscard]] std::uint64_t generation() const noexcept { return generation_; }
    /// The number of attempts that have ended.
    [[nodiscard]] std::uint64_t attempts() const noexcept { return attempts_; }

    [[nodiscard]] const Schedule& schedule() const noexcept { return schedule_; }
    [[nodiscard]] const KeyOrigin& origin() const noexcept { return origin_; }
    /// The events since the last call.
    [[nodiscard]] std::vector<RemoteEvent> take_events() { return std::exchange(events_, {}); }

    /// Everything except for the two durations, which change without an event.
    [[nodiscard]] RemoteHealth health() const {
        RemoteHealth health = health_;
        health.can_verify = usable_ != nullptr;
        health.state = schedule_.state();
        health.keys = usable_ ? usable_->size() : 0;
        return health;
    }

private:
    /// How long after its deadline an answer may arrive before the request is dropped.
    static constexpr std::chrono::milliseconds grace{500};
    /// The number of failures of the set's URL in a row after which the document is read again.
    static constexpr unsigned failures_until_rediscovery = 3;

    enum class Stage : std::uint8_t { document, key_set };
    struct InFlight {
        std::uint64_t number;
        Stage stage;
        std::size_t document;  ///< its index in the origin
        Url url;
        SteadyTime deadline;
        bool is_conditional;
    };

    [[nodiscard]] bool is_document_due(SteadyTime now) const {
        return !origin_.documents.empty() &&
               (!origin_.key_set || now >= document_due_ || key_set_failures_ >= failures_until_rediscovery);
    }

    void begin(Moment now) {
        schedule_.begin(now);
        if (is_document_due(now.steady)) {
            missing_documents_.clear();
            ask_for_document(0, now.steady);
        } else {
            ask_for_key_set(now.steady);
        }
    }

    void ask_for_document(std::size_t index, SteadyTime now) {
        ask({.number = {},
             .stage = Stage::document,
             .document = index,
             .url = origin_.documents[index],
             .deadline = {},
             .is_conditional = false},
            "application/json", schedule_.options().max_document_bytes, now);
    }

    void ask_for_key_set(SteadyTime now) {
        const bool is_conditional = set_ != nullptr && !(etag_.empty() && last_modified_.empty());
        ask({.number = {},
             .stage = Stage::key_set,
             .document = 0,
             .url = *origin_.key_set,
             .deadline = {},
             .is_conditional = is_conditional},
            "application/jwk-set+json, application/json", schedule_.options().max_set_bytes, now);
        if (!is_conditional) return;
        request_->if_none_match = etag_;
        if (etag_.empty()) request_->if_modified_since = last_modified_;
    }

    void ask(InFlight fetch, const char* accept, std::size_t most_bytes, SteadyTime now) {
        const RemoteOptions& options = schedule_.options();
        fetch.number = ++health_.fetches;
        fetch.deadline = now + options.total_timeout;
        request_ = FetchRequest{.url = fetch.url,
                                .accept = accept,
                                .most_bytes = most_bytes,
                                .connect_timeout = (std::min)(options.connect_timeout, options.total_timeout),
                                .deadline = fetch.deadline,
                                .number = fetch.number};
        in_flight_ = std::move(fetch);
    }

    /// The same answer, as an error if its status or its size makes it one.
    [[nodiscard]] static FetchResult checked(FetchResult result, std::size_t most_bytes, bool may_be_304) {
        if (!result) return result;
        if (result->status != 200 && !(result->status == 304 && may_be_304)) {
            std::string detail = "status " + std::to_string(result->status);
            if (result->status >= 300 && result->status < 400) detail.append(", and redirects are not followed");
            return FetchError{FetchStage::status, std::move(detail)};
        }
        if (result->body.size() > most_bytes) return FetchError{FetchStage::too_large};
        return result;
    }

    /// A validator that can be sent back as a field value; else empty.
    [[nodiscard]] static std::string validator(std::string text) {
        if (text.size() > 1024 || std::any_of(text.begin(), text.end(), is_control)) return {};
        return text;
    }

    void take_document(const InFlight& fetched, FetchResult result, Moment now) {
        const auto retry_after = retry_after_of(result, now);
        const bool is_not_there = result && result->status >= 400 && result->status < 500;
        if (is_not_there && fetched.document + 1 < origin_.documents.size()) {
            missing_documents_.append("; ").append(fetched.url.text()).append(": status ");
            missing_documents_.append(std::to_string(result->status));
            return ask_for_document(fetched.document + 1, now.steady);
        }
        result = checked(std::move(result), schedule_.options().max_document_bytes, false);
        auto metadata = result ? read_metadata(result->body, *origin_.issuer)
                               : Result<Metadata, FetchError>{std::move(result).error()};
        if (metadata) {
            take_metadata(*std::move(metadata), now.steady);
            return ask_for_key_set(now.steady);
        }
        FetchError error = std::move(metadata).error();
        // A wrong URL may show at any of the locations.
        error.detail.append(missing_documents_, error.detail.empty() && !missing_documents_.empty() ? 2 : 0);
        // If the document is unavailable, the set stays where it was. A document of another issuer is a different case.
        const bool is_of_another = error.stage == FetchStage::issuer;
        note_failure(is_of_another ? RemoteEvent::Kind::issuer_mismatch : RemoteEvent::Kind::failed, fetched,
                     std::move(error));
        if (origin_.key_set && !is_of_another) return ask_for_key_set(now.steady);
        end_in_failure(now, retry_after);
    }

    void take_metadata(Metadata metadata, SteadyTime now) {
        document_due_ = now + schedule_.options().rediscover;
        key_set_failures_ = 0;
        if (!origin_.key_set || origin_.key_set->text() != metadata.key_set.text()) {
            etag_.clear();
            last_modified_.clear();
        }
        origin_.key_set = std::move(metadata.key_set);
    }

    void take_key_set(const InFlight& fetched, FetchResult result, Moment now) {
        const auto retry_after = retry_after_of(result, now);
        result = checked(std::move(result), schedule_.options().max_set_bytes, fetched.is_conditional);
        if (!result) return fail_key_set(fetched, std::move(result).error(), now, retry_after);
        if (result->status == 200) {
            auto read = read_published_set<Set>(result->body);
            if (!read) return fail_key_set(fetched, std::move(read).error(), now, retry_after);
            take_set(*std::move(read));
            etag_ = validator(std::move(result->etag));
            last_modified_ = validator(std::move(result->last_modified));
        } else {
            note({.kind = RemoteEvent::Kind::not_modified});
        }
        const bool has_recovered = schedule_.failures() > 0 || (usable_ == nullptr && generation_ > 0);
        use(set_);
        key_set_failures_ = 0;
        ++attempts_;
        schedule_.succeed(now.steady, freshness(result->cache_control, result->age));
        if (has_recovered) note({.kind = RemoteEvent::Kind::recovered});
    }

    void take_set(PublishedSet<Set> read) {
        if (set_ != nullptr && read.keys == keys_) return note({.kind = RemoteEvent::Kind::not_modified});
        note({.kind = RemoteEvent::Kind::fetched,
              .added = kids_missing(read.keys, keys_),
              .removed = kids_missing(keys_, read.keys),
              .skipped = read.set->skipped()});
        set_ = std::move(read.set);
        keys_ = std::move(read.keys);
        ++health_.sets;
    }

    void fail_key_set(const InFlight& fetched, FetchError error, Moment now,
                      std::optional<std::chrono::seconds> retry_after) {
        ++key_set_failures_;
        note_failure(RemoteEvent::Kind::failed, fetched, std::move(error));
        end_in_failure(now, retry_after);
    }

    void end_in_failure(Moment now, std::optional<std::chrono::seconds> retry_after) {
        const bool is_first = schedule_.failures() == 0;
        ++attempts_;
        schedule_.fail(now.steady, retry_after);
        if (is_first && usable_ != nullptr) note({.kind = RemoteEvent::Kind::serving_stale});
    }

    void use(std::shared_ptr<const Set> set) {
        if (usable_ == set) return;
        usable_ = std::move(set);
        ++generation_;
    }

    void note(RemoteEvent event) {
        event.source = origin_.name();
        events_.push_back(std::move(event));
    }

    void note_failure(RemoteEvent::Kind kind, const InFlight& fetched, FetchError error) {
        ++health_.failures;
        error.detail = fetched.url.text() + (error.detail.empty() ? "" : ": ") + error.detail;
        health_.last_fault = message(error);
        note({.kind = kind, .error = std::move(error)});
    }

    [[nodiscard]] static std::optional<std::chrono::seconds> retry_after_of(const FetchResult& result, Moment now) {
        if (!result || result->status == 200 || result->status == 304) return std::nullopt;
        return parse_retry_after(result->retry_after, now.wall);
    }

    KeyOrigin origin_;
    Schedule schedule_;
    std::optional<InFlight> in_flight_ = {};
    std::optional<FetchRequest> request_ = {};  // until `next` returns it
    std::shared_ptr<const Set> set_ = {};       // the last one, even if it is too old to be used
    std::vector<PublishedKey> keys_ = {};
    std::shared_ptr<const Set> usable_ = {};
    std::uint64_t generation_ = 0;
    std::uint64_t attempts_ = 0;
    std::string missing_documents_ = {};  // where this attempt found no document, for the log
    std::string etag_ = {};
    std::string last_modified_ = {};
    SteadyTime document_due_ = {};
    unsigned key_set_failures_ = 0;
    RemoteHealth health_ = {};
    std::vector<RemoteEvent> events_ = {};
};

}  // namespace credence::detail
