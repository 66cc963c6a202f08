-- List the effects that are in doubt. The data model is in effect_begin.lua.
-- In doubt is also what was begun under an older token than today's and never ended: whoever began it is gone.
-- KEYS  1 effects  2 meta
-- Returns {name, class, since (ms), tries, name, ...}
local fence = tonumber(redis.call('HGET', KEYS[2], 'fence') or 0)
local rows = redis.call('HGETALL', KEYS[1])
local found = {}
for i = 1, #rows, 2 do
  local state, class, begun, since, tries = rows[i + 1]:match('^(%l+) (%l+) (%d+) %x+ (%d+) (%d+)\n')
  if state == 'ambiguous' or (state == 'intent' and tonumber(begun) < fence) then
    for _, part in ipairs({rows[i], class, since, tries}) do
      found[#found + 1] = part
    end
  end
end
return found
