-- Give a session back with its turn not ended. See keys.py for the data model.
-- KEYS  1 lease  2 meta  3 ready  4 due
-- ARGV  1 session  2 token  3 ms until it may be taken again  4 whether the attempt counts (1) or not (0)
-- Returns 1 when it was this worker's, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return 0 end
redis.call('DEL', KEYS[1])
if ARGV[4] == '0' and redis.call('HEXISTS', KEYS[2], 'attempt') == 1 then
  redis.call('HINCRBY', KEYS[2], 'attempt', -1)
end
local after = tonumber(ARGV[3])
if after > 0 then
  local time = redis.call('TIME')
  local at = time[1] * 1000 + math.floor(time[2] / 1000) + after
  redis.call('HSET', KEYS[2], 'retry_at', at)
  redis.call('ZADD', KEYS[4], at, ARGV[1])
elseif redis.call('HSETNX', KEYS[2], 'queued', 1) == 1 then
  redis.call('XADD', KEYS[3], '*', 's', ARGV[1])
end
return 1
