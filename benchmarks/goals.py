# SPDX-License-Identifier: MIT
# What credence sets out to reach, and whether it did. Each goal is a ratio within one run, or a count: never a time.


def floor_of(job):
    """The floor of a job of credence, and which job that is: verify/RS256/small has floor/verify/RS256/small."""
    what, algorithm, size = job.split("/")[:3]
    what = {"require_bearer": "verify", "verify_again": "verify"}.get(what, what)
    return f"floor/{algorithm}/{size}" if algorithm == "HS256" else f"floor/{what}/{algorithm}/{size}"


class Goal:
    """A sentence, how the figure comes about, and the limits. `at_most`: the smaller the better."""

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


def count_of(job, names):
    def figure(results):
        counts = results.counts.get(job, {})
        return sum(counts[name] for name in names) if all(name in counts for name in names) else None
    return figure


SMALL = "verify/HS256/small"
GOALS = [
    against_peer("verify small, typed", SMALL, SMALL, 3.9, 5.0),
    against_peer("verify large, typed", "verify/HS256/large", "verify/HS256/large", 3.0, 4.0),
    against_peer("verify small, from_json", f"{SMALL}/from_json", SMALL, 2.1, 2.3),
    against_peer("sign small, typed", "sign/HS256/small", "sign/HS256/small", 2.7, 3.2),
    over_floor(SMALL, "verify small, typed", 1.75, 1.4),
    *(over_floor(f"{what}/{algorithm}/small", f"{what} {algorithm}", 1.06, 1.03)
      for algorithm in ("RS256", "ES256", "EdDSA") for what in ("verify", "sign")),
    *(over_floor(f"{what}/{algorithm}/small", f"{what} {algorithm}", 1.06, 1.03)
      for algorithm in ("RSA-OAEP", "ECDH-ES") for what in ("encrypt", "decrypt")),
    Goal("verify small, typed: allocations, OpenSSL's too", count_of(SMALL, ("allocations", "openssl_allocations")),
         4, None, at_most=True, digits=0),
    Goal("verify small, typed: instructions", count_of(SMALL, ("instructions",)), 6500, 5000, at_most=True, digits=0),
    Goal("two threads with one verifier: times the work of one",
         lambda results: results.ratio("threads/1", "threads/2"), 1.9, 2.0),
    Goal("verify again through the cache: times as fast as RS256",
         lambda results: results.ratio("verify/RS256/small", "verify_again/RS256/small"), 200, 500, digits=0),
]
