-- Let go of ended turns that the archive has. See keys.py for the data model.
-- KEYS  1 finished  2 unarchived
-- ARGV  1 session  2... turn ids
redis.call('HDEL', KEYS[1], unpack(ARGV, 2))
if redis.call('EXISTS', KEYS[1]) == 0 then redis.call('ZREM', KEYS[2], ARGV[1]) end
return 1
