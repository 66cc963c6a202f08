-- Append a batch of events to a session's log and announce it. See keys.py for the data model.
-- KEYS  1 meta  2 events
-- ARGV  1 cursor tag  2 most events kept  3 time to live (ms)  4 channel  5 batch id  6... events
-- A batch that is the last one again (a retried command) is not appended twice.
-- Returns the last seq, or -1 when the session is gone.
if redis.call('EXISTS', KEYS[1]) == 0 then
  return -1
end
if redis.call('HGET', KEYS[1], 'batch') == ARGV[5] then
  return tonumber(redis.call('HGET', KEYS[1], 'events') or 0)
end
local count = #ARGV - 5
local last = redis.call('HINCRBY', KEYS[1], 'events', count)
local first = last - count
for i = 1, count do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], (first + i) .. '-' .. ARGV[1], 'd', ARGV[5 + i])
end
redis.call('HSET', KEYS[1], 'batch', ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PUBLISH', ARGV[4], (first + 1) .. '\n' .. table.concat(ARGV, '\n', 6))
return last
