-- `sweep` keeps the named checkpoints and, unlisted, the ancestors their delta channels are rebuilt from;
-- everything that only the others referred to goes with them.

local function links_of_all()
  local links, names = {}, {}
  for _, entry in ipairs(redis.call('ZREVRANGE', index, 0, -1)) do
    local name = string.gsub(entry, '^' .. ANCESTOR, '')
    links[name] = table_at('l' .. name)
    links[name].listed = name == entry
    names[#names + 1] = name
  end
  return links, names
end

-- Walk up until every delta channel in `walked` has met a stored value.
local function keep_ancestors(links, name, kept)
  local ns, want, at = head(name), {}, links[name]
  for _, channel in ipairs(at.walked) do want[channel] = true end
  while at and next(want) and at.parent ~= '' do
    local parent = member(ns, at.parent)
    at = links[parent]
    if at then kept[parent] = kept[parent] or 'ancestor' end
    for _, ref in ipairs(at and at.refs or {}) do
      local field = ns .. '\0' .. ref
      if want[head(ref)] and (has('b' .. field) or has('m' .. field)) then want[head(ref)] = nil end
    end
  end
end

local function forget_writes(name)
  for _, entry in ipairs(table_at('i' .. name) or {}) do
    redis.call('HDEL', thread, 'w' .. name .. '\0' .. entry[1] .. '\0' .. entry[2])
  end
  redis.call('HDEL', thread, 'i' .. name)
end

local function forget(name)
  forget_writes(name)
  redis.call('HDEL', thread, 'c' .. name, 'l' .. name)
  redis.call('ZREM', index, name, ANCESTOR .. name)
end

local function refs_of(links, names, wanted)
  local set, ordered = {}, {}
  for _, name in ipairs(names) do
    for _, ref in ipairs(wanted(name) and links[name].refs or {}) do
      local field = head(name) .. '\0' .. ref
      if not set[field] then ordered[#ordered + 1] = field end
      set[field] = true
    end
  end
  return ordered, set
end
