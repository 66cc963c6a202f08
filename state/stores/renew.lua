-- Hold a session for another lease time. See keys.py for the data model.
-- KEYS  1 lease  2 meta  3 waiting
-- ARGV  1 session  2 token  3 lease time (ms)
-- Returns {1, why its turn is to be stopped or ''}, {0, ''} when the session is no longer this worker's.
if redis.call('GET', KEYS[1]) ~= ARGV[2] then return {0, ''} end
redis.call('PEXPIRE', KEYS[1], ARGV[3])
local time = redis.call('TIME')
redis.call('ZADD', KEYS[3], 'XX', time[1] * 1000 + math.floor(time[2] / 1000), ARGV[1])
local running = redis.call('HGET', KEYS[2], 'running')
return {1, running and redis.call('HGET', KEYS[2], 'stop:' .. running) or ''}
