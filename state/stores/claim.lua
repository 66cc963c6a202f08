-- Take a session to work on its next message. See keys.py for the data model.
-- KEYS  1 lease  2 inbox  3 meta
-- ARGV  1 token  2 lease time (ms)
-- Returns {1, message, attempt}, {0} when nothing waits, {-1} when another worker holds the session
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then
  return {-1}
end
local message = redis.call('LINDEX', KEYS[2], 0)
if not message then
  redis.call('DEL', KEYS[1])
  return {0}
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
local turn = message:match('^([^\n]+)')
local attempt = 1
if redis.call('HGET', KEYS[3], 'running') == turn then
  attempt = redis.call('HINCRBY', KEYS[3], 'attempt', 1)
else
  redis.call('HSET', KEYS[3], 'running', turn, 'attempt', 1, 'status', 'running')
end
return {1, message, attempt}
