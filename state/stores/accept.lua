-- Accept one inbound message, once, and wake a worker. See keys.py for the data model.
-- KEYS  1 meta  2 inbox  3 seen  4 ready  5 waiting  6 due
-- ARGV  1 session  2 turn id  3 fingerprint  4 message  5 time to live (ms)  6 how long its id is remembered (ms)
--       7 when it came, as the caller says  8 most messages that may wait  9 strategy  10 quiet (ms)  11 cap (ms)
--       12 immediate (0 or 1)  13 control channel
-- Returns {outcome, turn id, ms to wait}: 1 accepted, 0 repeated, -1 no such session, -2 id used for another message,
-- -3 full, -4 busy
local meta, inbox = KEYS[1], KEYS[2]
local session, turn, strategy = ARGV[1], ARGV[2], ARGV[9]
if redis.call('EXISTS', meta) == 0 then return {-1, '', 0} end
local known = redis.call('GET', KEYS[3])
if known then
  local first, fingerprint = known:match('^(%S+) (%S+)$')
  return {fingerprint == ARGV[3] and 0 or -2, first, 0}
end
local waiting = redis.call('LRANGE', inbox, 0, -1)
if strategy == 'reject' and #waiting > 0 then return {-4, '', 0} end
if #waiting >= tonumber(ARGV[8]) then return {-3, '', 0} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)

if strategy == 'coalesce' then turn = redis.call('HGET', meta, 'burst') or turn end
-- First of all writes: a store without memory refuses this one, and would let it pass after another
redis.call('SET', KEYS[3], turn .. ' ' .. ARGV[3], 'PX', ARGV[6])
local wait = 0
if strategy == 'coalesce' then
  local first = tonumber(redis.call('HGET', meta, 'burst_at') or now)
  local at = ARGV[12] == '1' and now or math.min(now + ARGV[10], first + ARGV[11])
  wait = math.max(at - now, 0)
  redis.call('HSET', meta, 'burst', turn, 'burst_at', first, 'burst_due', at)
else
  redis.call('HDEL', meta, 'burst', 'burst_at', 'burst_due')
end
if strategy == 'interrupt' or strategy == 'rollback' then
  for _, entry in ipairs(waiting) do redis.call('HSETNX', meta, 'stop:' .. entry:match('^[^\n]+'), strategy) end
  local running = redis.call('HGET', meta, 'running')
  if running then redis.call('PUBLISH', ARGV[13], session .. ' ' .. running .. ' ' .. strategy) end
end

redis.call('RPUSH', inbox, turn .. '\n' .. ARGV[4])
redis.call('HINCRBY', meta, 'accepted', 1)
redis.call('HSET', meta, 'updated', ARGV[7])
redis.call('PEXPIRE', meta, ARGV[5])
redis.call('PEXPIRE', inbox, ARGV[5])
redis.call('ZADD', KEYS[5], now, session)
if wait > 0 then
  redis.call('ZADD', KEYS[6], now + wait, session)
elseif redis.call('HSETNX', meta, 'queued', 1) == 1 then
  redis.call('XADD', KEYS[4], '*', 's', session)
end
return {1, turn, wait}
