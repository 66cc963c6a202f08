-- Append a batch of events to a session's log and announce it. See keys.py for the data model.
-- KEYS  1 meta  2 events
-- ARGV  1 cursor tag  2 most events kept  3 time to live (ms)  4 channel  5 batch id  6 the writer's fence, '' for none
--       7 meta's field for the last batch of this writer  8... events
-- A batch that is its writer's last one again (a retried command) is not appended twice.
-- Returns the last seq, -1 when the session is gone, -2 when the fence is another: it has risen,
-- or a master that was lost had given it.
if redis.call('EXISTS', KEYS[1]) == 0 then return -1 end
if ARGV[6] ~= '' and tonumber(redis.call('HGET', KEYS[1], 'fence') or 0) ~= tonumber(ARGV[6]) then
  redis.call('HINCRBY', KEYS[1], 'fenced', 1)
  return -2
end
if redis.call('HGET', KEYS[1], ARGV[7]) == ARGV[5] then
  return tonumber(redis.call('HGET', KEYS[1], 'events') or 0)
end
local rows = {unpack(ARGV, 8)}
local last = redis.call('HINCRBY', KEYS[1], 'events', #rows)
local first = last - #rows
for i, row in ipairs(rows) do
  redis.call('XADD', KEYS[2], 'MAXLEN', '~', ARGV[2], (first + i) .. '-' .. ARGV[1], 'd', row)
end
redis.call('HSET', KEYS[1], ARGV[7], ARGV[5])
redis.call('PEXPIRE', KEYS[2], ARGV[3])
redis.call('PUBLISH', ARGV[4], (first + 1) .. '\n' .. table.concat(rows, '\n'))
return last
