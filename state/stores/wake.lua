-- Put a session that waited for a time, or whose worker is gone, into the queue. See keys.py for the data model.
-- KEYS  1 lease  2 inbox  3 meta  4 ready  5 waiting  6 due
-- ARGV  1 session  2 repair (1): also when it seems to be in the queue, since that entry may be lost
-- Returns 1 when it was put there. A session that is there twice does no harm: the second claim finds nothing.
local session = ARGV[1]
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local due = tonumber(redis.call('ZSCORE', KEYS[6], session))
if due and due > now then return 0 end
redis.call('ZREM', KEYS[6], session)
if redis.call('LLEN', KEYS[2]) == 0 then
  redis.call('ZREM', KEYS[5], session)
  return 0
end
if redis.call('EXISTS', KEYS[1]) == 1 then return 0 end
redis.call('ZADD', KEYS[5], now, session)
if redis.call('HSETNX', KEYS[3], 'queued', 1) == 0 and ARGV[2] == '0' then return 0 end
redis.call('XADD', KEYS[4], '*', 's', session)
return 1
