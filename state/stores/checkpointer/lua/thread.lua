-- delete {}: the keys are gone at once; their memory is given back in the background.
ops.delete = function()
  return redis.call('UNLINK', unpack(KEYS))
end

-- fence {token, ttl}: from now on refuse writers with an older token.
ops.fence = function(arg)
  local stale = fenced(arg.fence)
  if stale then return stale end
  touch(arg.ttl)
  return 1
end

-- export {} -> {fields and values, names, runs}: all of a thread, for import on another, maybe in another slot.
ops.export = function()
  local links, names = links_of_all()
  local runs = {}
  for _, name in ipairs(names) do runs[#runs + 1] = links[name].run end
  return {redis.call('HGETALL', thread), redis.call('ZRANGE', index, 0, -1), runs}
end

-- The thread as it was when one checkpoint was written. What its own successors wrote onto it goes with them.
local function rewind(to)
  local superseded = false
  keep_where(function(name, at)
    local id = string.sub(name, #head(name) + 2)
    if id > to and at.parent == to then superseded = name end
    return id <= to
  end)
  if superseded then forget_writes(member(head(superseded), to)) end
end

-- import {fields, own_ttl?, ttl, to?}; ARGV[3...] fields and values, then names. `own_ttl` outlives this call,
-- `to` leaves out what is newer than that checkpoint. Whatever was there before is replaced.
ops.import = function(arg)
  redis.call('UNLINK', thread, index)
  for at = 3, 2 + arg.fields, 2 do redis.call('HSET', thread, ARGV[at], ARGV[at + 1]) end
  for at = 3 + arg.fields, #ARGV do redis.call('ZADD', index, 0, ARGV[at]) end
  redis.call('HDEL', thread, 'ttl', 'fence')
  if arg.own_ttl then redis.call('HSET', thread, 'ttl', arg.own_ttl) end
  if arg.to then rewind(arg.to) end
  touch(arg.ttl)
  return 1
end
