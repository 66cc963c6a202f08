-- Count calls of an agent that have ended.
-- KEYS  1 totals: hash count, error, ms (sum), at (ms, the store's clock), last_error
--       2 recent: list of the latest calls, the latest first, each `MS ERROR`
-- ARGV  1 calls that are kept  2 how long without a call (ms)
--       3... of each call, the earliest first: duration (ms), code of its error, empty for none
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'count', (#ARGV - 2) / 2)
redis.call('HSET', KEYS[1], 'at', time[1] * 1000 + math.floor(time[2] / 1000))
for i = 3, #ARGV, 2 do
  redis.call('HINCRBYFLOAT', KEYS[1], 'ms', ARGV[i])
  if ARGV[i + 1] ~= '' then
    redis.call('HINCRBY', KEYS[1], 'error', 1)
    redis.call('HSET', KEYS[1], 'last_error', ARGV[i + 1])
  end
  redis.call('LPUSH', KEYS[2], ARGV[i] .. ' ' .. ARGV[i + 1])
end
redis.call('LTRIM', KEYS[2], 0, ARGV[1] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[2])
redis.call('PEXPIRE', KEYS[2], ARGV[2])
return 1
