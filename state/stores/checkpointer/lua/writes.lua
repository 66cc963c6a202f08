-- writes {ns, id, task, path, writes = {{idx, channel}, ...}, ttl, fence}; ARGV[3...] one value a write.
-- A regular write (idx >= 0) stays as it was first written, a special one (idx < 0) is replaced.
ops.writes = function(arg)
  local stale = fenced(arg.fence)
  if stale then return stale end
  local name = member(arg.ns, arg.id)
  local entries = table_at('i' .. name) or {}
  local known = #entries
  for i, write in ipairs(arg.writes) do
    local idx, channel = write[1], write[2]
    local field = 'w' .. name .. '\0' .. arg.task .. '\0' .. idx
    local set = idx < 0 and 'HSET' or 'HSETNX'
    if redis.call(set, thread, field, ARGV[2 + i]) == 1 then
      table.insert(entries, {arg.task, idx, arg.path, channel})
    end
  end
  if #entries > known then redis.call('HSET', thread, 'i' .. name, cmsgpack.pack(entries)) end
  touch(arg.ttl)
  return 1
end
