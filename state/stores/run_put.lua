-- Write records of a run under its holder's fence. See keys.py for the data model.
-- KEYS  1 meta  2 plan  3 runs_ended
-- ARGV  1 session  2 fence  3 time to live (ms)  4 whether the run has ended (1) or not (0)  5... name, value, ...
-- Returns 1, or 0 when another worker has the run or it is gone: nothing was written.
if tonumber(redis.call('HGET', KEYS[1], 'fence') or -1) ~= tonumber(ARGV[2]) then
  if redis.call('EXISTS', KEYS[1]) == 1 then redis.call('HINCRBY', KEYS[1], 'fenced', 1) end
  return 0
end
for i = 5, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
for i = 1, 2 do redis.call('PEXPIRE', KEYS[i], ARGV[3]) end
if ARGV[4] == '1' then
  redis.call('ZADD', KEYS[3], redis.call('TIME')[1] * 1000, ARGV[1])
end
return 1
