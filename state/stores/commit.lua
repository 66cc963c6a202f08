-- End a turn: its last events, its place in the inbox, the session's facts, in one step. See keys.py.
-- KEYS  1 lease  2 inbox  3 meta  4 events  5 finished
-- ARGV  1 token  2 turn id  3 cursor tag  4 most events kept  5 time to live (ms)  6 channel
--       7 the finished turn  8 its time to live (ms)  9 number of facts  10... name, value, ...  then events
-- Returns 1 when committed, 0 when the session is no longer this worker's or the turn was ended before.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
local head = redis.call('LINDEX', KEYS[2], 0)
if not head or head:match('^([^\n]+)') ~= ARGV[2] then
  return 0
end
redis.call('LPOP', KEYS[2])
redis.call('HDEL', KEYS[3], 'running', 'attempt')
redis.call('HSET', KEYS[5], ARGV[2], redis.call('HINCRBY', KEYS[3], 'turns', 1) .. '\n' .. ARGV[7])
redis.call('PEXPIRE', KEYS[5], ARGV[8])
local facts = tonumber(ARGV[9])
for i = 10, 9 + 2 * facts, 2 do
  redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1])
end
local start = 10 + 2 * facts
local count = #ARGV - start + 1
if count > 0 then
  local last = redis.call('HINCRBY', KEYS[3], 'events', count)
  local first = last - count
  for i = 1, count do
    redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[4], (first + i) .. '-' .. ARGV[3], 'd', ARGV[start - 1 + i])
  end
  redis.call('PUBLISH', ARGV[6], (first + 1) .. '\n' .. table.concat(ARGV, '\n', start))
end
redis.call('PEXPIRE', KEYS[3], ARGV[5])
redis.call('PEXPIRE', KEYS[4], ARGV[5])
return 1
