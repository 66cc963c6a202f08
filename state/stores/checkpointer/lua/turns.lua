-- What stays of a thread: its newest turns, the newest checkpoint of every lasting namespace, and whatever
-- still waits for an answer, with the subgraphs of its turn.

-- A namespace with a task id in it lives for one turn only.
local function lasting(name)
  return not string.find(head(name), ':', 1, true)
end

local function interrupted(name)
  for _, entry in ipairs(table_at('i' .. name) or {}) do
    if entry[4] == '__interrupt__' then return true end
  end
  return false
end

-- The newest checkpoint of each namespace, and which checkpoints have children. Names come newest first.
local function survey(links, names)
  local newest, parents = {}, {}
  for _, name in ipairs(names) do
    local ns = head(name)
    if links[name].listed and not newest[ns] then newest[ns] = name end
    parents[member(ns, links[name].parent)] = true
  end
  return newest, parents
end

local function keep_turns_after(horizon)
  local links, names = links_of_all()
  local newest, parents = survey(links, names)
  local kept, waiting = {}, {}
  for _, name in ipairs(names) do
    local at = links[name]
    if at.listed and at.turn > horizon then
      kept[name] = 'listed'
    elseif at.listed and lasting(name) then
      local open = not parents[name] and interrupted(name)
      if open then waiting[at.turn] = true end
      if open or newest[head(name)] == name then kept[name] = 'listed' end
    end
  end
  for _, name in ipairs(names) do
    if links[name].listed and not lasting(name) and waiting[links[name].turn] then kept[name] = 'listed' end
  end
  sweep(links, names, kept)
end

-- Pruning costs as much for one turn as for a few, so up to a quarter more than `keep` turns may be there.
local function prune_now_and_then(turn, keep)
  if keep and turn > keep and turn % math.max(1, math.floor(keep / 4)) == 0 then keep_turns_after(turn - keep) end
end
