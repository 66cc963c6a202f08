-- Stop sweeping a session that has no work, unless it took a message since it was looked at.
-- KEYS  1 pending
-- ARGV  1 session  2 the time of its last acceptance when it was looked at (ms)
if tonumber(redis.call('ZSCORE', KEYS[1], ARGV[1])) == tonumber(ARGV[2]) then
  redis.call('ZREM', KEYS[1], ARGV[1])
end
return 1
