-- Reserve what a model call may cost, unless that breaks a cap.
-- Of a tenant a hash for the UTC day: `day`, `tokens`, `nano` (billionths of a dollar), and for each call under way
-- `open:ID` -> `TOKENS NANO`. Of a turn a hash: `tokens`, `nano`. What is reserved counts as spent until it is settled.
-- KEYS  1 day  2 turn
-- ARGV  1 reservation  2 tokens  3 nano  4 1 when there is a turn
--       5 cap on the turn's tokens  6 on its nano  7 on the day's tokens  8 on its nano (0: none)
--       9 time to live of the turn (ms)
-- The same reservation again changes nothing. Returns ok, or the cap that stands in the way
local day = string.format('%.0f', math.floor(redis.call('TIME')[1] / 86400))
if redis.call('HGET', KEYS[1], 'day') ~= day then
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'day', day)
  redis.call('EXPIRE', KEYS[1], 172800)
end
local open = 'open:' .. ARGV[1]
if redis.call('HEXISTS', KEYS[1], open) == 1 then return 'ok' end
local function over(key, field, amount, cap)
  cap = tonumber(cap)
  return cap > 0 and tonumber(redis.call('HGET', key, field) or 0) + tonumber(amount) > cap
end
local has_turn = ARGV[4] == '1'
if has_turn and over(KEYS[2], 'tokens', ARGV[2], ARGV[5]) then return 'turn_tokens' end
if has_turn and over(KEYS[2], 'nano', ARGV[3], ARGV[6]) then return 'turn_usd' end
if over(KEYS[1], 'tokens', ARGV[2], ARGV[7]) then return 'day_tokens' end
if over(KEYS[1], 'nano', ARGV[3], ARGV[8]) then return 'day_usd' end
for at = 1, has_turn and 2 or 1 do
  redis.call('HINCRBY', KEYS[at], 'tokens', ARGV[2])
  redis.call('HINCRBY', KEYS[at], 'nano', ARGV[3])
end
if has_turn then redis.call('PEXPIRE', KEYS[2], ARGV[9]) end
redis.call('HSET', KEYS[1], open, ARGV[2] .. ' ' .. ARGV[3])
return 'ok'
