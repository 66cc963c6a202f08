-- Say what a call showed of a model, and open or close its breaker. The data model is in breaker_admit.lua.
-- KEYS  1 breaker  2 probe
-- ARGV  1 token of the probe or ''  2 alive, failed or unknown  3 window (s)  4 failures that open it
--       5 their least share of all calls (%)  6 how long it stays open (ms)  7 time to live (ms)
-- A probe that took too long says nothing. What a call begun before the opening shows changes nothing.
-- Returns 1 when the breaker is open now, else 0
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local function open()
  redis.call('DEL', KEYS[1])
  redis.call('HSET', KEYS[1], 'open_until', string.format('%.0f', now + ARGV[6]))
  redis.call('PEXPIRE', KEYS[1], ARGV[7])
  return 1
end
local was_open = redis.call('HEXISTS', KEYS[1], 'open_until')
if ARGV[1] ~= '' then
  if redis.call('GET', KEYS[2]) ~= ARGV[1] then return was_open end
  redis.call('DEL', KEYS[2])
  if ARGV[2] == 'failed' then return open() end
  if ARGV[2] == 'unknown' then return was_open end
  redis.call('DEL', KEYS[1])
  return 0
end
if was_open == 1 or ARGV[2] == 'unknown' then return was_open end
local second = math.floor(now / 1000)
redis.call('HINCRBY', KEYS[1], ARGV[2] .. ':' .. string.format('%.0f', second), 1)
redis.call('PEXPIRE', KEYS[1], ARGV[7])
local ended = {alive = 0, failed = 0}
local counts = redis.call('HGETALL', KEYS[1])
for at = 1, #counts, 2 do
  local health, when = counts[at]:match('^(%l+):(%d+)$')
  if tonumber(when) <= second - tonumber(ARGV[3]) then
    redis.call('HDEL', KEYS[1], counts[at])
  else
    ended[health] = ended[health] + tonumber(counts[at + 1])
  end
end
local enough = ended.failed * 100 >= tonumber(ARGV[5]) * (ended.failed + ended.alive)
if ARGV[2] == 'failed' and ended.failed >= tonumber(ARGV[4]) and enough then return open() end
return 0
