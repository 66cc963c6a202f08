-- Accept one inbound message, once. See keys.py for the data model.
-- KEYS  1 meta  2 inbox  3 seen
-- ARGV  1 turn id  2 fingerprint  3 message  4 time to live (ms)  5 now (ms)  6 most messages that may wait
-- Returns {outcome, turn id}: 1 accepted, 0 repeated, -1 no such session, -2 id used for another message, -3 full
if redis.call('EXISTS', KEYS[1]) == 0 then
  return {-1, ''}
end
local known = redis.call('GET', KEYS[3])
if known then
  local turn, fingerprint = known:match('^(%S+) (%S+)$')
  if fingerprint ~= ARGV[2] then
    return {-2, turn}
  end
  return {0, turn}
end
if redis.call('LLEN', KEYS[2]) >= tonumber(ARGV[6]) then
  return {-3, ''}
end
redis.call('SET', KEYS[3], ARGV[1] .. ' ' .. ARGV[2], 'PX', ARGV[4])
redis.call('RPUSH', KEYS[2], ARGV[1] .. '\n' .. ARGV[3])
redis.call('HINCRBY', KEYS[1], 'accepted', 1)
redis.call('HSET', KEYS[1], 'updated', ARGV[5])
redis.call('PEXPIRE', KEYS[1], ARGV[4])
redis.call('PEXPIRE', KEYS[2], ARGV[4])
return {1, ARGV[1]}
