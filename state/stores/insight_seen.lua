-- Note how far a subscriber has seen its tenant's insights, and let go of what all have seen.
-- KEYS  1 stream of insights  2 hash of places: subscriber -> id of the last one it has seen
-- ARGV  1 subscriber  2 place  3 how long places are kept without a new one (ms)
local function before(a, b)
  local a1, a2 = a:match('(%d+)-(%d+)')
  local b1, b2 = b:match('(%d+)-(%d+)')
  a1, a2, b1, b2 = tonumber(a1), tonumber(a2), tonumber(b1), tonumber(b2)
  return a1 < b1 or (a1 == b1 and a2 < b2)
end
local known = redis.call('HGET', KEYS[2], ARGV[1])
if known and not before(known, ARGV[2]) then return 0 end
redis.call('HSET', KEYS[2], ARGV[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
local least = ARGV[2]
for _, place in ipairs(redis.call('HVALS', KEYS[2])) do
  if before(place, least) then least = place end
end
if least ~= '0-0' then redis.call('XTRIM', KEYS[1], 'MINID', least) end
return 1
