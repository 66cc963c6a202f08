-- Take a session to deliver its next message, and its entry out of the queue. The rows are in the hash `out`:
--   TURN:ORDINAL -> `STATUS TRIES SINCE REF CODE\nJSON`, `-` where there is no ref or code; see state/outbox.py
--   queued -> 1 while in `out_ready`      retry_at -> when the next one may be tried (ms)
-- and the ids of those that are not sent yet, in order, in the list `outbox`.
-- KEYS  1 out_lease  2 outbox  3 out  4 out_ready  5 out_waiting  6 out_due
-- ARGV  1 session  2 token  3 lease time (ms)  4 group  5 entry, '' when it doesn't come from the queue
-- Returns {1, now (ms), row}; {0} when nothing waits, {-1} when another one holds the session, {-2, ms} when its time is later
local lease, out = KEYS[1], KEYS[3]
if ARGV[5] ~= '' then
  redis.call('XACK', KEYS[4], ARGV[4], ARGV[5])
  redis.call('XDEL', KEYS[4], ARGV[5])
  redis.call('HDEL', out, 'queued')
end
local holder = redis.call('GET', lease)
if holder and holder ~= ARGV[2] then return {-1} end
local id = redis.call('LINDEX', KEYS[2], 0)
if not id then
  redis.call('DEL', lease)
  redis.call('ZREM', KEYS[5], ARGV[1])
  redis.call('ZREM', KEYS[6], ARGV[1])
  return {0}
end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local from = tonumber(redis.call('HGET', out, 'retry_at') or 0)
redis.call('ZADD', KEYS[5], now, ARGV[1])
if from > now then
  redis.call('DEL', lease)
  redis.call('ZADD', KEYS[6], from, ARGV[1])
  return {-2, from - now}
end
redis.call('HDEL', out, 'retry_at')
redis.call('ZREM', KEYS[6], ARGV[1])
redis.call('SET', lease, ARGV[2], 'PX', ARGV[3])
return {1, now, redis.call('HGET', out, id)}
