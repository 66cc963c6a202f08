-- Take an entry out of the queue whose reader never took the session. See keys.py for the data model.
-- KEYS  1 meta  2 ready
-- ARGV  1 group  2 entry
-- The session is then not marked as queued, though another entry may be there: twice does no harm.
redis.call('XACK', KEYS[2], ARGV[1], ARGV[2])
redis.call('XDEL', KEYS[2], ARGV[2])
return redis.call('HDEL', KEYS[1], 'queued')
