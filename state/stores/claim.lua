-- Take a session to work on its next turn, and its entry out of the queue. See keys.py for the data model.
-- KEYS  1 lease  2 inbox  3 meta  4 ready  5 waiting  6 due
-- ARGV  1 session  2 token  3 lease time (ms)  4 group  5 entry, '' when it doesn't come from the queue
-- Returns {1, fence, attempt, why it is to be stopped or '', message, ...}; {0} when nothing waits, {-1} when another
-- worker holds the session, {-2, ms} when its time comes later
local lease, inbox, meta = KEYS[1], KEYS[2], KEYS[3]
local session, token = ARGV[1], ARGV[2]
if ARGV[5] ~= '' then
  redis.call('XACK', KEYS[4], ARGV[4], ARGV[5])
  redis.call('XDEL', KEYS[4], ARGV[5])
  redis.call('HDEL', meta, 'queued')
end
local holder = redis.call('GET', lease)
if holder and holder ~= token then return {-1} end

local head = redis.call('LINDEX', inbox, 0)
if not head then
  redis.call('DEL', lease)
  redis.call('ZREM', KEYS[5], session)
  redis.call('ZREM', KEYS[6], session)
  return {0}
end
local turn = head:match('^[^\n]+')
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local burst = redis.call('HGET', meta, 'burst') == turn
local from = math.max(tonumber(burst and redis.call('HGET', meta, 'burst_due') or 0),
  tonumber(redis.call('HGET', meta, 'retry_at') or 0))
if from > now then
  redis.call('DEL', lease)
  redis.call('ZADD', KEYS[6], from, session)
  return {-2, from - now}
end

if burst then redis.call('HDEL', meta, 'burst', 'burst_at', 'burst_due') end
redis.call('HDEL', meta, 'retry_at')
redis.call('ZREM', KEYS[6], session)
redis.call('ZADD', KEYS[5], now, session)
redis.call('SET', lease, token, 'PX', ARGV[3])
local fence = holder and redis.call('HGET', meta, 'fence') or redis.call('HINCRBY', meta, 'fence', 1)
local attempt = 1
if redis.call('HGET', meta, 'running') == turn then
  attempt = redis.call('HINCRBY', meta, 'attempt', 1)
else
  redis.call('HSET', meta, 'running', turn, 'attempt', 1, 'status', 'running')
end
local claimed = {1, tonumber(fence), attempt, redis.call('HGET', meta, 'stop:' .. turn) or ''}
for _, entry in ipairs(redis.call('LRANGE', inbox, 0, -1)) do
  local of, message = entry:match('^([^\n]+)\n(.*)$')
  if of ~= turn then break end
  claimed[#claimed + 1] = message
end
return claimed
