-- Give a session back if this worker still holds it; with a lease time, keep it longer instead.
-- KEYS  1 lease
-- ARGV  1 token  2 lease time (ms), 0 to release
-- Returns 1 when it was this worker's, else 0.
if redis.call('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if tonumber(ARGV[2]) > 0 then
  redis.call('PEXPIRE', KEYS[1], ARGV[2])
else
  redis.call('DEL', KEYS[1])
end
return 1
