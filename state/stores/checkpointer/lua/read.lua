-- read {ns, id?}: one checkpoint, the newest without an id -> nil or {id, parent, checkpoint, values, writes}
--   values {ref, value, ...}; writes {index, value, ...}, in no order.
-- ids {ns?, before?, count}: names of checkpoints, newest first, of one namespace; without one all names.

local function values_of(ns, refs)
  local found = {}
  for _, ref in ipairs(refs) do
    local value = get('b' .. ns .. '\0' .. ref)
    if value then
      found[#found + 1] = ref
      found[#found + 1] = value
    end
  end
  return found
end

local function writes_of(name)
  local packed = get('i' .. name)
  if not packed then return {} end
  local found = {packed}
  for _, entry in ipairs(cmsgpack.unpack(packed)) do
    found[#found + 1] = get('w' .. name .. '\0' .. entry[1] .. '\0' .. entry[2])
  end
  return found
end

local function newest_first(ns, before, count)
  local top = before and '(' .. member(ns, before) or '[' .. ns .. '\0\255'
  return redis.call('ZREVRANGEBYLEX', index, top, '[' .. ns .. '\0', 'LIMIT', 0, count)
end

ops.read = function(arg)
  local name = arg.id and member(arg.ns, arg.id) or newest_first(arg.ns, nil, 1)[1]
  if not name or not redis.call('ZSCORE', index, name) then return false end
  local links = table_at('l' .. name)
  return {
    string.sub(name, #arg.ns + 2), links.parent, get('c' .. name), values_of(arg.ns, links.refs), writes_of(name),
  }
end

ops.ids = function(arg)
  if arg.ns then return newest_first(arg.ns, arg.before, arg.count) end
  return redis.call('ZRANGEBYLEX', index, '-', '(' .. ANCESTOR)
end
