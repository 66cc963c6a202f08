-- Forgetting. `sweep` keeps the named checkpoints and, unlisted, the ancestors their delta channels are rebuilt
-- from; everything only the others referred to goes with them.

local function links_of_all()
  local links, names = {}, {}
  for _, entry in ipairs(redis.call('ZRANGE', index, 0, -1)) do
    local name = string.gsub(entry, '^' .. ANCESTOR, '')
    links[name] = table_at('l' .. name)
    links[name].listed = name == entry
    names[#names + 1] = name
  end
  return links, names
end

-- Walk up until every delta channel in `walked` has met a stored value.
local function keep_ancestors(links, name, kept)
  local ns, want, at = namespace(name), {}, links[name]
  for _, channel in ipairs(at.walked) do want[channel] = true end
  while next(want) and at.parent ~= '' do
    local parent = member(ns, at.parent)
    at = links[parent]
    if not at then return end
    kept[parent] = kept[parent] or 'ancestor'
    for _, ref in ipairs(at.refs) do
      local channel = string.match(ref, '^(.*)%z')
      if want[channel] and redis.call('HEXISTS', thread, 'b' .. ns .. '\0' .. ref) == 1 then want[channel] = nil end
    end
  end
end

local function forget(name)
  for _, entry in ipairs(table_at('i' .. name) or {}) do
    redis.call('HDEL', thread, 'w' .. name .. '\0' .. entry[1] .. '\0' .. entry[2])
  end
  redis.call('HDEL', thread, 'c' .. name, 'l' .. name, 'i' .. name)
  redis.call('ZREM', index, name, ANCESTOR .. name)
end

local function sweep(links, names, kept)
  for _, name in ipairs(names) do
    if kept[name] == 'listed' then keep_ancestors(links, name, kept) end
  end
  local dead = {}
  for _, name in ipairs(names) do
    if not kept[name] then
      for _, ref in ipairs(links[name].refs) do dead[namespace(name) .. '\0' .. ref] = true end
      forget(name)
    elseif kept[name] == 'ancestor' and links[name].listed then
      redis.call('ZREM', index, name)
      redis.call('ZADD', index, 0, ANCESTOR .. name)
    end
  end
  for name in pairs(kept) do
    for _, ref in ipairs(links[name].refs) do dead[namespace(name) .. '\0' .. ref] = nil end
  end
  for ref in pairs(dead) do redis.call('HDEL', thread, 'b' .. ref) end
end
