-- Say what became of an effect that was in doubt. The data model is in effect_begin.lua.
-- KEYS  1 effects  2 meta  3 unsettled
-- ARGV  1 name  2 state: done or withdrawn  3 session  4 result
-- Returns 1, or 0 when no such effect is in doubt: unknown, done, or its call is still under way.
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then return 0 end
local state, class, begun, rest = entry:match('^(%l+) (%l+) (%d+) (%x+ %d+ %d+)\n')
local fence = tonumber(redis.call('HGET', KEYS[2], 'fence') or 0)
if state ~= 'ambiguous' and (state ~= 'intent' or tonumber(begun) >= fence) then
  return 0
end
if state == 'intent' then
  redis.call('HINCRBY', KEYS[1], 'ambiguous', 1)
end
if redis.call('HINCRBY', KEYS[1], 'open', -1) == 0 then redis.call('ZREM', KEYS[3], ARGV[3]) end
if ARGV[2] == 'withdrawn' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], table.concat({ARGV[2], class, begun, rest}, ' ') .. '\n' .. ARGV[4])
end
return 1
