# SPDX-License-Identifier: MIT
# The goals of credence, and whether a run reached them. A goal is a ratio within one run, or a count. The times are upper
# limits for a lookup in a store, far above its real cost.


def floor_of(job):
    """The name of the job that is the floor of a job: verify/RS256/small has floor/verify/RS256/small."""
    what, algorithm, *rest = job.split("/")
    what = {"require_bearer": "verify", "verify_again": "verify"}.get(what, what)
    return f"floor/{algorithm}/{rest[0]}" if algorithm == "HS256" else "/".join(["floor", what, algorithm, *rest])


class Goal:
    """A sentence, a function that computes the figure, and the limits. `at_most`: smaller is better."""

    def __init__(self, text, figure, least, aim, at_most=False, digits=2):
        self.text, self.figure, self.least, self.aim = text, figure, least, aim
        self.at_most, self.digits = at_most, digits

    def reached(self, value, limit):
        if value is None or limit is None:
            return None
        value = round(value, self.digits)
        return value <= limit if self.at_most else value >= limit

    def judge(self, results):
        value = self.figure(results)
        return {"goal": self.text, "measured": value, "limit": "at most" if self.at_most else "at least",
                "at_least": self.least, "at_least_met": self.reached(value, self.least),
                "aim": self.aim, "aim_met": self.reached(value, self.aim)}


def against_peer(text, job, peer_job, least, aim):
    return Goal(f"{text}: times as fast as jsonwebtoken",
                lambda results: results.ratio(f"jsonwebtoken:{peer_job}", job), least, aim)


def over_floor(job, text, least, aim):
    return Goal(f"{text}: times the floor", lambda results: results.ratio(job, floor_of(job)), least, aim, at_most=True,
                digits=3 if least < 1.1 else 2)


def in_store(home, what, text, most):
    """The cost of a session or an API key in a store, in nanoseconds."""
    return Goal(f"{text} in {home}: nanoseconds", lambda results: results.nanoseconds(f"{what}/{home}"), most, None,
                at_most=True, digits=0)


def count_of(job, names):
    def figure(results):
        counts = results.counts.get(job, {})
        return sum(counts[name] for name in names) if all(name in counts for name in names) else None
    return figure


def over(text, job, other, least, aim, digits=2):
    """The time as a multiple of another job of the same round."""
    return Goal(text, lambda results: results.ratio(job, other), least, aim, at_most=True, digits=digits)


def in_threads(text, name):
    return Goal(f"two threads on one {text}: times the work of one",
                lambda results: results.ratio(f"threads/{name}/1", f"threads/{name}/2"), 1.9, 2.0)


def worst_refusal(which):
    """The most expensive of the hostile tokens."""
    def figure(results):
        ratios = [results.ratio(job, RS256) for job in results.jobs() if job.startswith(f"hostile/{which}/")]
        return max(ratios, default=None)
    return figure


def beyond(job, plain, divisor):
    """The extra time of a job over another, as a multiple of a third."""
    def figure(results):
        added, ratio = results.ratio(job, divisor), results.ratio(plain, divisor)
        return None if added is None or ratio is None else added - ratio
    return figure


def guard_goals(stack):
    job = f"protect/{stack}"
    # A request of some stacks can be answered only once. So each call makes a new request, with the plain handler too.
    guard = (over(f"protect, {stack}: times verify", f"{job}/200", f"{job}/verify", 1.4, 1.25) if stack in REUSING else
             Goal(f"protect, {stack}, beyond a plain handler: times verify",
                  beyond(f"{job}/200", f"{job}/plain", f"{job}/verify"), 1.4, 1.25, at_most=True))
    return [guard, over(f"optional, {stack}: times protect", f"{job}/optional", f"{job}/200", 1.05, 1.0),
            over(f"a 401, {stack}: times a 200", f"{job}/401", f"{job}/200", 1.1, 0.9)]


REUSING = ("httplib", "beast")
STACKS = (*REUSING, "poco", "pistache", "restinio", "grpc")
SMALL, LARGE, RS256 = "verify/HS256/small", "verify/HS256/large", "verify/RS256/small"


def goals(is_clang):
    return [
        against_peer("verify small, typed", SMALL, SMALL, 4.5, 5.0),
        against_peer("verify large, typed", LARGE, LARGE, 3.9, 4.5),
        against_peer("verify small, from_json", f"{SMALL}/from_json", SMALL, 2.6, 3.0),
        against_peer("verify small, nlohmann::json", f"{SMALL}/json", SMALL, 2.6, 3.0),
        over_floor(SMALL, "verify small, typed", 1.7 if is_clang else 1.6, 1.4),
        over_floor(LARGE, "verify large, typed", 2.2, 1.9),
        over_floor(f"{SMALL}/claims", "verify small, Claims<T>", 1.7, 1.5),
        over_floor(f"{SMALL}/claims_any_order", "verify small, Claims<T>, any order", 1.7, 1.5),
        over_floor(f"{SMALL}/claims_kid", "verify small, Claims<T>, kid", 1.7, 1.5),
        over_floor("sign/HS256/small", "sign small, typed", 1.45, 1.35),
        over_floor("sign/HS256/small/to_json", "sign small, to_json", 3.0, 2.5),
        *(over_floor(f"{what}/{algorithm}/small", f"{what} {algorithm}", 1.04, 1.02)
          for algorithm in ("RS256", "ES256", "EdDSA") for what in ("verify", "sign")),
        *(over_floor(f"{what}/{algorithm}/small", f"{what} {algorithm}", 1.06, 1.03)
          for algorithm in ("RSA-OAEP", "RSA-OAEP-256", "ECDH-ES", "ECDH-ES/X25519") for what in ("encrypt", "decrypt")),
        Goal("verify small, typed: allocations, OpenSSL's too", count_of(SMALL, ("allocations", "openssl_allocations")),
             4, None, at_most=True, digits=0),
        Goal("verify small, typed: instructions", count_of(SMALL, ("instructions",)), 5000, 4300, at_most=True,
             digits=0),
        over("require_bearer: times verify", "require_bearer/HS256/small", SMALL, 1.15, 1.08),
        *(goal for stack in STACKS for goal in guard_goals(stack)),
        over("decode, once: times a verifier", "decode/HS256/small", SMALL, 1.25, None),
        *(over(f"RotatingKeys of {count}: times one key", f"rotating/{count}", f"{SMALL}/kid", 1.06, 1.03)
          for count in (1, 10, 1000)),
        *(over(f"followed keys, {what}: times a KeySet", f"remote/{what}", "remote/set", 1.05, 1.03)
          for what in ("quiet", "refreshing")),
        *(over(f"followed keys, {what}, two threads: times a KeySet", f"threads/{job}/2", "threads/remote_set/2", 1.05,
               1.03) for what, job in (("quiet", "remote"), ("refreshing", "remote_refreshing"))),
        over("p99 in a storm of unknown kids: times beside good ones", "storm/p99_storm", "storm/p99_neighbour", 1.2, 1.05),
        *(over(f"Verifiers of {count}: times one with an issuer", f"issuers/{count}", "issuers/alone", 1.12, 1.06)
          for count in (1, 16)),
        over("IssuerRegistry of 1,000: times one with an issuer", "registry/1000", "remote/set", 1.12, 1.06),
        over("a key of 1,000: times of 1", "lookup/1000", "lookup/1", 1.2, 1.05),
        over("an unknown kid, 1,000 keys: times 1", "lookup_unknown/1000", "lookup_unknown/1", 1.2, 1.05),
        Goal("verify again through the cache: times as fast as RS256",
             lambda results: results.ratio(RS256, "verify_again/RS256/small"), 450, 500, digits=0),
        over("a miss, 10,000 entries: times without a cache", "turn/cache_miss/10000", "turn/plain_many", 1.5, 1.25),
        Goal("revocation, 1,000,000 entries: added nanoseconds",
             lambda results: results.difference("turn/revocation/1000000", "turn/plain"), 200, 100, at_most=True,
             digits=0),
        *(in_store(home, what, text, most) for home, most in (("memory", 1000), ("sqlite", 10_000))
          for what, text in (("session", "a session"), ("api_key", "an API key"))),
        Goal("DPoP with ES256: times two signatures of OpenSSL alone",
             lambda results: results.half("dpop/ES256", "floor/verify/ES256/small"), 1.06, 1.04, at_most=True),
        Goal("the most expensive refusal, one verifier: times RS256", worst_refusal("one"), 2, 1, at_most=True),
        Goal("the most expensive refusal, two issuers: times RS256", worst_refusal("two"), 2, 1, at_most=True),
        Goal("the most expensive refusal, HS256: times RS256", worst_refusal("secret"), 2, 1, at_most=True),
        Goal("the most expensive Cookie field: times RS256", worst_refusal("cookie"), 2, 1, at_most=True),
        *(in_threads(text, name) for text, name in (
            ("key", "key"), ("RotatingKeys", "rotating"), ("set of followed keys", "remote"),
            ("TokenCache, one token", "cache_same"), ("TokenCache, 64 tokens", "cache_different"),
            ("revocation store", "revocation"), ("session store", "sessions"), ("store of API keys", "api_keys"))),
    ]
