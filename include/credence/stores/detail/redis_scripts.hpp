// SPDX-License-Identifier: MIT
// The scripts of RedisStore. Redis runs each atomically.
//
// A record is a hash with a time to live. The names of a subject's records are in a sorted set, the index, by the end
// of each; it lives as long as the longest of them. A time to live of 0 means for ever. A script that changes something
// first checks that it can, so nothing is left half done.
//
// A full Redis refuses a command that may need room, but only as the first write of a script.
#pragma once

#include <credence/version.hpp>

#include <string_view>

namespace credence::detail {

/// The beginning of other scripts.
inline constexpr std::string_view redis_index_functions = R"lua(
local function expire(key, ttl)
  if tonumber(ttl) > 0 then redis.call('EXPIRE', key, ttl) end
end
local function add_to_index(index, ends_at, name, ttl)
  local is_new = redis.call('EXISTS', index) == 0
  redis.call('ZADD', index, ends_at, name)
  ttl = tonumber(ttl)
  if ttl == 0 then redis.call('PERSIST', index) return end
  local left = redis.call('TTL', index)
  if is_new or (left >= 0 and left <= ttl) then redis.call('EXPIRE', index, ttl + 1) end
end
local function forget_ended(index, now, prefix)
  for _, name in ipairs(redis.call('ZRANGEBYSCORE', index, '-inf', now, 'LIMIT', 0, 100)) do
    if redis.call('EXISTS', prefix .. name) == 0 then redis.call('ZREM', index, name) end
  end
end
)lua";

// KEYS: record, index. ARGV: name, end or +inf, ttl, now, prefix of records, fields and values. 0: it exists already.
inline constexpr std::string_view redis_insert_record = R"lua(
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
forget_ended(KEYS[2], ARGV[4], ARGV[5])
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
expire(KEYS[1], ARGV[3])
add_to_index(KEYS[2], ARGV[2], ARGV[1], ARGV[3])
return 1
)lua";

// KEYS: new record, its index, old record. ARGV: name, end, ttl, prefix of indices, the old record's name, fields and
// values. 0: the old one does not exist; -1: the new one exists already.
inline constexpr std::string_view redis_replace_record = R"lua(
local subject = redis.call('HGET', KEYS[3], 'subject')
if not subject then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then return -1 end
redis.call('DEL', KEYS[3])
redis.call('ZREM', ARGV[4] .. subject, ARGV[5])
redis.call('HSET', KEYS[1], unpack(ARGV, 6))
expire(KEYS[1], ARGV[3])
add_to_index(KEYS[2], ARGV[2], ARGV[1], ARGV[3])
return 1
)lua";

// KEYS: session. ARGV: name, end, ttl, time of use, prefix of indices. 0: it does not exist.
inline constexpr std::string_view redis_touch_session = R"lua(
local known = redis.call('HMGET', KEYS[1], 'subject', 'last_used_at')
if not known[1] then return 0 end
if tonumber(known[2]) < tonumber(ARGV[4]) then
  expire(KEYS[1], ARGV[3])  -- the first write: it needs no room
  redis.call('HSET', KEYS[1], 'last_used_at', ARGV[4], 'ends_at', ARGV[2])
  add_to_index(ARGV[5] .. known[1], ARGV[2], ARGV[1], ARGV[3])
end
return 1
)lua";

// KEYS: API key. ARGV: time of use. 0: it does not exist.
inline constexpr std::string_view redis_touch_api_key = R"lua(
local known = redis.call('HGET', KEYS[1], 'last_used_at')
if not known then return 0 end
if known == '' or tonumber(known) < tonumber(ARGV[1]) then
  redis.call('DEL', KEYS[1] .. ':')  -- the first write: it needs no room, and there is no such key
  redis.call('HSET', KEYS[1], 'last_used_at', ARGV[1])
end
return 1
)lua";

// KEYS: record. ARGV: name, prefix of indices. 0: it does not exist.
inline constexpr std::string_view redis_end_record = R"lua(
local subject = redis.call('HGET', KEYS[1], 'subject')
if subject then redis.call('ZREM', ARGV[2] .. subject, ARGV[1]) end
return redis.call('DEL', KEYS[1])
)lua";

// KEYS: index. ARGV: prefix of records, handle. 0: it does not exist.
inline constexpr std::string_view redis_end_by_handle = R"lua(
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('HGET', ARGV[1] .. name, 'handle') == ARGV[2] then
    redis.call('ZREM', KEYS[1], name)
    return redis.call('DEL', ARGV[1] .. name)
  end
end
return 0
)lua";

// KEYS: index. ARGV: prefix of records, the name that stays.
inline constexpr std::string_view redis_end_records_of = R"lua(
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if name ~= ARGV[2] then
    redis.call('DEL', ARGV[1] .. name)
    redis.call('ZREM', KEYS[1], name)
  end
end
return 1
)lua";

// KEYS: index. ARGV: prefix of records, fields. A list for each record: its name, then the fields.
inline constexpr std::string_view redis_list_records = R"lua(
local records = {}
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  if redis.call('EXISTS', ARGV[1] .. name) == 1 then
    local record = redis.call('HMGET', ARGV[1] .. name, unpack(ARGV, 2))
    table.insert(record, 1, name)
    table.insert(records, record)
  end
end
return records
)lua";

// Refresh tokens: the records of a family are in an index of their own, and the families of a subject in another. KEYS:
// record, family, index of families. ARGV: name, end, ttl, now, prefix of families, family, fields and values. 0: it
// exists already.
inline constexpr std::string_view redis_insert_refresh_token = R"lua(
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
forget_ended(KEYS[3], ARGV[4], ARGV[5])
redis.call('HSET', KEYS[1], unpack(ARGV, 7))
expire(KEYS[1], ARGV[3])
add_to_index(KEYS[2], ARGV[2], ARGV[1], ARGV[3])
add_to_index(KEYS[3], ARGV[2], ARGV[6], ARGV[3])
return 1
)lua";

// KEYS: new record, family, index of families, used record. ARGV: name, end, ttl, family, time of use, sealed
// successor, fields and values. 0: the old one does not exist or was used; -1: the new one exists already.
inline constexpr std::string_view redis_replace_refresh_token = R"lua(
local known = redis.call('HMGET', KEYS[4], 'family', 'used_at')
if not known[1] or known[2] ~= '' then return 0 end
if redis.call('EXISTS', KEYS[1]) == 1 then return -1 end
redis.call('HSET', KEYS[4], 'used_at', ARGV[5], 'sealed_successor', ARGV[6])
redis.call('HSET', KEYS[1], unpack(ARGV, 7))
expire(KEYS[1], ARGV[3])
add_to_index(KEYS[2], ARGV[2], ARGV[1], ARGV[3])
add_to_index(KEYS[3], ARGV[2], ARGV[4], ARGV[3])
return 1
)lua";

// KEYS: family. ARGV: prefix of records, prefix of indices of families, family.
inline constexpr std::string_view redis_end_family = R"lua(
local subject = false
for _, name in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  subject = subject or redis.call('HGET', ARGV[1] .. name, 'subject')
  redis.call('DEL', ARGV[1] .. name)
end
redis.call('DEL', KEYS[1])
if subject then redis.call('ZREM', ARGV[2] .. subject, ARGV[3]) end
return 1
)lua";

// KEYS: index of families. ARGV: prefix of records, prefix of families.
inline constexpr std::string_view redis_end_families_of = R"lua(
for _, family in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
  for _, name in ipairs(redis.call('ZRANGE', ARGV[2] .. family, 0, -1)) do redis.call('DEL', ARGV[1] .. name) end
  redis.call('DEL', ARGV[2] .. family)
end
redis.call('DEL', KEYS[1])
return 1
)lua";

// KEYS: token. ARGV: ttl. The latest end counts.
inline constexpr std::string_view redis_revoke = R"lua(
local left, ttl = redis.call('TTL', KEYS[1]), tonumber(ARGV[1])
if left == -1 then return 1 end
if ttl == 0 then
  redis.call('SET', KEYS[1], '1')
elseif left <= ttl then
  redis.call('SET', KEYS[1], '1', 'EX', ttl)
end
return 1
)lua";

// KEYS: subject. ARGV: time, ttl. The recorded time never moves back.
inline constexpr std::string_view redis_raise_mark = R"lua(
local known = redis.call('GET', KEYS[1])
if known and tonumber(known) >= tonumber(ARGV[1]) then return 1 end
redis.call('SET', KEYS[1], ARGV[1])
expire(KEYS[1], ARGV[2])
return 1
)lua";

// KEYS: token, subject. Returns whether the token was revoked, and the subject's time.
inline constexpr std::string_view redis_is_revoked = R"lua(
return {redis.call('EXISTS', KEYS[1]), redis.call('GET', KEYS[2])}
)lua";

// KEYS: id. ARGV: until, now, ttl. An expired id may be used again, even before Redis deletes it.
inline constexpr std::string_view redis_use_once = R"lua(
local known = redis.call('GET', KEYS[1])
if known and tonumber(known) >= tonumber(ARGV[2]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1], 'EX', ARGV[3])
return 1
)lua";

}  // namespace credence::detail
