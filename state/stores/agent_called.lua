-- Count a call of an agent that has ended.
-- KEYS  1 totals: hash count, error, ms (sum), at (ms, the store's clock), last_error
--       2 recent: list of the latest calls, the latest first, each `MS ERROR`
-- ARGV  1 duration (ms)  2 code of its error, empty for none  3 calls that are kept  4 how long without a call (ms)
local time = redis.call('TIME')
redis.call('HINCRBY', KEYS[1], 'count', 1)
redis.call('HINCRBYFLOAT', KEYS[1], 'ms', ARGV[1])
redis.call('HSET', KEYS[1], 'at', time[1] * 1000 + math.floor(time[2] / 1000))
if ARGV[2] ~= '' then
  redis.call('HINCRBY', KEYS[1], 'error', 1)
  redis.call('HSET', KEYS[1], 'last_error', ARGV[2])
end
redis.call('LPUSH', KEYS[2], ARGV[1] .. ' ' .. ARGV[2])
redis.call('LTRIM', KEYS[2], 0, ARGV[3] - 1)
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return 1
