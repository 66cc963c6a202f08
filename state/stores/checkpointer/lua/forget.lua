-- Values and lists that no kept checkpoint refers to, and the elements of those lists.
local function forget_values(links, names, kept)
  local live, alive = refs_of(links, names, function(name) return kept[name] end)
  local gone = {}
  for _, ref in ipairs(refs_of(links, names, function(name) return not kept[name] end)) do
    if not alive[ref] then
      gone[#gone + 1] = get('m' .. ref) or nil
      redis.call('HDEL', thread, 'b' .. ref, 'm' .. ref)
    end
  end
  if #gone > 0 then drop_elements(gone, live) end
end

local function sweep(links, names, kept)
  for _, name in ipairs(names) do
    if kept[name] == 'listed' then keep_ancestors(links, name, kept) end
  end
  forget_values(links, names, kept)
  for _, name in ipairs(names) do
    if not kept[name] then
      forget(name)
    elseif kept[name] == 'ancestor' and links[name].listed then
      redis.call('ZREM', index, name)
      redis.call('ZADD', index, 0, ANCESTOR .. name)
    end
  end
end

-- Keep the listed checkpoints that `wanted(name, links)` says.
local function keep_where(wanted)
  local links, names = links_of_all()
  local kept = {}
  for _, name in ipairs(names) do
    if links[name].listed and wanted(name, links[name]) then kept[name] = 'listed' end
  end
  sweep(links, names, kept)
end

-- prune {}: the newest checkpoint of each namespace stays.
ops.prune = function()
  local seen = {}
  keep_where(function(name)
    local newest = not seen[head(name)]
    seen[head(name)] = true
    return newest
  end)
  return 1
end

-- forget_runs {runs}: checkpoints that these runs wrote go.
ops.forget_runs = function(arg)
  local runs = {}
  for _, run in ipairs(arg.runs) do runs[run] = true end
  keep_where(function(_, at) return not runs[at.run or ''] end)
  return 1
end
