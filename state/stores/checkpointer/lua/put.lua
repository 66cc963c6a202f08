-- put {ns, id, parent, step, source, run, refs, walked, blobs = {ref, ...}, gone = {ref, ...}, keep, ttl, fence}
-- ARGV[3] the checkpoint, ARGV[4...] one value a blob. Writing the same checkpoint twice changes nothing.

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

ops.put = function(arg)
  local stale = fenced(arg.fence)
  if stale then return stale end
  local name = member(arg.ns, arg.id)
  local turn, started = turn_of(arg, name)
  local links = {parent = arg.parent, turn = turn, step = arg.step, run = arg.run, refs = arg.refs, walked = arg.walked}
  redis.call('HSET', thread, 'c' .. name, ARGV[3], 'l' .. name, cmsgpack.pack(links))
  redis.call('ZADD', index, 0, name)
  for i, ref in ipairs(arg.gone) do
    redis.call('HDEL', thread, 'b' .. arg.ns .. '\0' .. ref, 'm' .. arg.ns .. '\0' .. ref)
  end
  for i, ref in ipairs(arg.blobs) do
    redis.call('HSET', thread, 'b' .. arg.ns .. '\0' .. ref, ARGV[3 + i])
  end
  if started and arg.keep and turn > arg.keep then keep_turns_after(turn - arg.keep) end
  touch(arg.ttl)
  return 1
end
