-- Let go of what an ended turn did: it won't run again. What is in doubt stays. The data model is in effect_begin.lua.
-- KEYS  1 effects
-- ARGV  1 turn id
-- Returns how many were let go of.
local names = redis.call('HKEYS', KEYS[1])
local gone = 0
for _, name in ipairs(names) do
  if name:sub(1, #ARGV[1] + 1) == ARGV[1] .. ':' then
    local state = redis.call('HGET', KEYS[1], name):match('^%l+')
    if state == 'done' or state == 'unkept' then
      gone = gone + redis.call('HDEL', KEYS[1], name)
    end
  end
end
return gone
