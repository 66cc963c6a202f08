-- ids {ns?, before?, count}: names of checkpoints, newest first, of one namespace; without one all names.
ops.ids = function(arg)
  if arg.ns then return newest_first(arg.ns, arg.before, arg.count) end
  return redis.call('ZRANGEBYLEX', index, '-', '(' .. ANCESTOR)
end

-- history {ns, id?, channels}: what delta channels are rebuilt from, walking up from a checkpoint's parent until
-- each has met a stored value -> {seeds, steps}: seeds {ref, value, ...}, steps of writes as in read, newest first.
ops.history = function(arg)
  local name = named(arg)
  local at = name and table_at('l' .. name)
  local want, seeds, found = {}, {}, {}
  for _, channel in ipairs(arg.channels) do want[channel] = true end
  while at and next(want) and at.parent ~= '' do
    name = member(arg.ns, at.parent)
    at = table_at('l' .. name)
    if at then found[#found + 1] = writes_of(name, want) end
    for _, ref in ipairs(at and at.refs or {}) do
      local value = want[head(ref)] and value_at(arg.ns .. '\0' .. ref)
      if value then
        want[head(ref)] = nil
        seeds[#seeds + 1] = ref
        seeds[#seeds + 1] = value
      end
    end
  end
  return {seeds, found}
end
