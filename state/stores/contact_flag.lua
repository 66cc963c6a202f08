-- Note what was said of a contact, unless something later is known. The data model is in contact.lua; a flag is `AT VALUE`.
-- KEYS  1 contact
-- ARGV  1 flag  2 value, '' to take it back  3 when it was said (ms)
-- Returns 1 when it was written, 0 when what is there is later, or there is no such contact.
if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
local known = redis.call('HGET', KEYS[1], ARGV[1]) or '0 '
if tonumber(known:match('^%d+')) > tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3] .. ' ' .. ARGV[2])
return 1
