-- read {ns, id?, have = {channel = ref}}: one checkpoint, the newest without an id
--   -> nil or {id, parent, checkpoint, values, writes}: values {ref, value or list, ...}; writes {entries, value, ...}
--   in no order; a list is {digests, skipped, lengths, elements joined}, without what it begins with and `have` knows.

local function value_at(ref, have)
  local value = get('b' .. ref)
  if value then return value end
  local list = get('m' .. ref)
  if not list then return nil end
  local known = have and get('m' .. have) or ''
  local skipped = #known > 1 and string.sub(list, 2, #known) == string.sub(known, 2) and (#known - 1) / DIGEST or 0
  return {list, skipped, elements_of(list, skipped)}
end

local function values_of(ns, refs, have)
  local found = {}
  for _, ref in ipairs(refs) do
    local known = have[head(ref)]
    local value = value_at(ns .. '\0' .. ref, known and ns .. '\0' .. known)
    if value then
      found[#found + 1] = ref
      found[#found + 1] = value
    end
  end
  return found
end

-- The writes to a checkpoint; with `channels`, only those to them.
local function writes_of(name, channels)
  local entries, found = {}, {''}
  for _, entry in ipairs(table_at('i' .. name) or {}) do
    if not channels or channels[entry[4]] then
      entries[#entries + 1] = entry
      found[#found + 1] = get('w' .. name .. '\0' .. entry[1] .. '\0' .. entry[2])
    end
  end
  found[1] = cmsgpack.pack(entries)
  return #entries > 0 and found or {}
end

local function newest_first(ns, before, count)
  local top = before and '(' .. member(ns, before) or '[' .. ns .. '\0\255'
  return redis.call('ZREVRANGEBYLEX', index, top, '[' .. ns .. '\0', 'LIMIT', 0, count)
end

local function named(arg)
  local name = arg.id and member(arg.ns, arg.id) or newest_first(arg.ns, nil, 1)[1]
  return name and redis.call('ZSCORE', index, name) and name
end

ops.read = function(arg)
  local name = named(arg)
  if not name then return false end
  local at = table_at('l' .. name)
  local values = values_of(arg.ns, at.refs, arg.have)
  return {string.sub(name, #arg.ns + 2), at.parent, get('c' .. name), values, writes_of(name)}
end
