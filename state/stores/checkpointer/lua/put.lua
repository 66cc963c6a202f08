-- put {ns, id, parent, step, source, run, refs, walked, blobs = {ref, ...}, lists = {ref, ...}, gone = {ref, ...},
--      base = {ref, ...}, thread, keep, ttl, fence} -> 1, or 0 with nothing written: a list of `base`, whose elements the
--      writer left out because it had seen them here, isn't here any more.
-- ARGV[3] the checkpoint, then one value a blob, one list a list, the digests of the elements sent, the elements.
-- Writing the same checkpoint twice changes nothing.

-- A turn starts at an input, or where steps are missing because a run saved only its end. A branch off an old
-- checkpoint is a new turn too, so that it isn't pruned with its origin.
local function turn_of(arg, name)
  local newest = tonumber(get('turns') or '0')
  local before = table_at('l' .. name)
  if before then return before.turn, false end
  if string.find(arg.ns, ':', 1, true) then return newest, false end
  local parent = arg.parent ~= '' and table_at('l' .. member(arg.ns, arg.parent))
  if parent and arg.source ~= 'input' and parent.step + 1 == arg.step and parent.turn == newest then
    return newest, false
  end
  redis.call('HSET', thread, 'turns', newest + 1)
  return newest + 1, true
end

local function put_values(arg)
  local ns, next_value = arg.ns .. '\0', 4
  for _, ref in ipairs(arg.gone) do redis.call('HDEL', thread, 'b' .. ns .. ref, 'm' .. ns .. ref) end
  for _, ref in ipairs(arg.blobs) do
    redis.call('HSET', thread, 'b' .. ns .. ref, ARGV[next_value])
    next_value = next_value + 1
  end
  for _, ref in ipairs(arg.lists) do
    redis.call('HDEL', thread, 'b' .. ns .. ref)
    redis.call('HSET', thread, 'm' .. ns .. ref, ARGV[next_value])
    next_value = next_value + 1
  end
  each_digest(' ' .. ARGV[next_value], function(digest)
    next_value = next_value + 1
    redis.call('HSET', thread, 'e' .. digest, ARGV[next_value])
  end)
end

ops.put = function(arg)
  for _, ref in ipairs(arg.base) do
    if not has('m' .. arg.ns .. '\0' .. ref) then return 0 end
  end
  local stale = fenced(arg.fence)
  if stale then return stale end
  local name = member(arg.ns, arg.id)
  local turn, started = turn_of(arg, name)
  local links = {parent = arg.parent, turn = turn, step = arg.step, run = arg.run, refs = arg.refs, walked = arg.walked}
  redis.call('HSET', thread, 'c' .. name, ARGV[3], 'l' .. name, cmsgpack.pack(links))
  redis.call('ZADD', index, 0, name)
  put_values(arg)
  if started then prune_now_and_then(turn, arg.keep) end
  if KEYS[3] then catalogue(KEYS[3], arg.thread, arg.ttl) end
  touch(arg.ttl)
  return 1
end
