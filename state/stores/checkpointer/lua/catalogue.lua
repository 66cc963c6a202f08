-- Where to find threads, without a scan. These operations have one key of their own slot:
--   the set of all threads (sorted, scored by the ms since 1970 at which they expire), or the threads of one run.

local function now()
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end

local function catalogue(threads, name, ttl)
  return redis.call('ZADD', threads, ttl > 0 and now() + ttl or '+inf', name)
end

-- seen {thread, ttl}: before a put, in the same round trip, where a put can't do it itself.
ops.seen = function(arg)
  return catalogue(thread, arg.thread, arg.ttl)
end

ops.unseen = function(arg)
  return redis.call('ZREM', thread, arg.thread)
end

ops.threads = function()
  redis.call('ZREMRANGEBYSCORE', thread, '-inf', '(' .. now())
  return redis.call('ZRANGE', thread, 0, -1)
end

-- ran {thread, ttl}: on every put whose metadata names a run.
ops.ran = function(arg)
  redis.call('SADD', thread, arg.thread)
  if arg.ttl > 0 then redis.call('PEXPIRE', thread, arg.ttl) end
  return 1
end

ops.ran_in = function()
  return redis.call('SMEMBERS', thread)
end
