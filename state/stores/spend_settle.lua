-- Put what a model call really cost in its reservation's place. The data model is in spend_reserve.lua.
-- KEYS  1 day  2 turn
-- ARGV  1 reservation  2 tokens  3 nano
-- A reservation that is settled, or of another day, stays as it is. Returns 1 when it was settled now
local open = 'open:' .. ARGV[1]
local reserved = redis.call('HGET', KEYS[1], open)
if not reserved then return 0 end
local tokens, nano = reserved:match('^(%d+) (%d+)$')
for at = 1, redis.call('EXISTS', KEYS[2]) == 1 and 2 or 1 do
  redis.call('HINCRBY', KEYS[at], 'tokens', string.format('%.0f', ARGV[2] - tokens))
  redis.call('HINCRBY', KEYS[at], 'nano', string.format('%.0f', ARGV[3] - nano))
end
redis.call('HDEL', KEYS[1], open)
return 1
