-- Find the contact with one of these identities, or make one, and note what is new. The data, of one account:
--   lw:{acc:ACCOUNT}:id:KIND:VALUE  string  contact id
--   lw:{acc:ACCOUNT}:con:ID         hash    phone, user, parent, name, heard; stopped, paused, no_marketing: contact_flag.lua
-- KEYS  1... the identities' keys, the surest first
-- ARGV  1 contact id if it is a new one  2 prefix of contacts' keys  3 time to live (ms)  4 name or ''  5 heard (ms) or 0
--       6... kind, value of each identity
-- When identities belong to several contacts, the first one's is meant, and the others' are given to it.
-- Returns {id, field, value, ...}
local id
for _, key in ipairs(KEYS) do
  id = id or redis.call('GET', key)
end
id = id or ARGV[1]
local contact = ARGV[2] .. id
for i, key in ipairs(KEYS) do
  redis.call('SET', key, id, 'PX', ARGV[3])
  redis.call('HSET', contact, ARGV[4 + 2 * i], ARGV[5 + 2 * i])
end
if ARGV[4] ~= '' then redis.call('HSET', contact, 'name', ARGV[4]) end
if tonumber(ARGV[5]) > tonumber(redis.call('HGET', contact, 'heard') or 0) then
  redis.call('HSET', contact, 'heard', ARGV[5])
end
redis.call('PEXPIRE', contact, ARGV[3])
local found = redis.call('HGETALL', contact)
table.insert(found, 1, id)
return found
