-- End a call: record its result, put it in doubt, or take the intent back. The data model is in effect_begin.lua.
-- KEYS  1 effects  2 meta  3 unsettled
-- ARGV  1 name  2 fence  3 call  4 state: done, unkept, ambiguous, or withdrawn  5 session  6 time to live (ms)  7 result
-- What is done stays as it was first recorded; only the last call begun can put an effect in doubt or take it back.
-- Returns ok, stale under an old token, gone without a session or an entry
if redis.call('EXISTS', KEYS[2]) == 0 then return 'gone' end
if tonumber(redis.call('HGET', KEYS[2], 'fence') or 0) > tonumber(ARGV[2]) then return 'stale' end
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then
  return ARGV[4] == 'withdrawn' and 'ok' or 'gone'
end
local state, class, call, since, tries = entry:match('^(%l+) (%l+) %d+ (%x+) (%d+) (%d+)\n')
local result = ARGV[4] == 'done' or ARGV[4] == 'unkept'
if state == 'done' or state == 'unkept' or (call ~= ARGV[3] and not result) then
  return 'ok'
end
if ARGV[4] ~= 'ambiguous' and redis.call('HINCRBY', KEYS[1], 'open', -1) == 0 then redis.call('ZREM', KEYS[3], ARGV[5]) end
if ARGV[4] == 'withdrawn' then
  redis.call('HDEL', KEYS[1], ARGV[1])
  return 'ok'
end
if ARGV[4] == 'ambiguous' and state == 'intent' then
  redis.call('HINCRBY', KEYS[1], 'ambiguous', 1)
end
local head = table.concat({ARGV[4], class, ARGV[2], ARGV[3], since, tries}, ' ')
redis.call('HSET', KEYS[1], ARGV[1], head .. '\n' .. ARGV[7])
redis.call('PEXPIRE', KEYS[1], ARGV[6])
return 'ok'
