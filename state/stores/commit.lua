-- End a turn: its last events, its messages in the inbox, the session's facts, in one step. See keys.py.
-- KEYS  1 lease  2 inbox  3 meta  4 events  5 finished  6 ready  7 waiting  8 unarchived  9 dead
-- ARGV  1 session  2 token  3 fence  4 turn id  5 cursor tag  6 most events kept  7 time to live (ms)  8 channel
--       9 the finished turn  10 its time to live (ms)  11 what the dead letters keep or ''  12 their time to live (ms)
--       13 lease time (ms) to go on with, 0 to give the session back  14 number of facts  15... name, value, ...  then events
-- Returns 2 when another turn waits and the session is still this worker's, 1 when it is not, 0 when the fence has
-- risen: nothing was written. The same commit again (a reply was lost) changes nothing.
local lease, inbox, meta, events = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local session, token, turn = ARGV[1], ARGV[2], ARGV[4]
if tonumber(redis.call('HGET', meta, 'fence') or -1) ~= tonumber(ARGV[3]) then
  if redis.call('EXISTS', meta) == 1 then redis.call('HINCRBY', meta, 'fenced', 1) end
  return 0
end
local function head_turn()
  return string.match(redis.call('LINDEX', inbox, 0) or '', '^[^\n]+')
end

local function publish(rows)
  local last = redis.call('HINCRBY', meta, 'events', #rows)
  local first = last - #rows
  for i, row in ipairs(rows) do
    redis.call('XADD', events, 'MAXLEN', '~', ARGV[6], (first + i) .. '-' .. ARGV[5], 'd', row)
  end
  redis.call('PUBLISH', ARGV[8], (first + 1) .. '\n' .. table.concat(rows, '\n'))
end

local function finish()
  while head_turn() == turn do redis.call('LPOP', inbox) end
  redis.call('HDEL', meta, 'running', 'attempt', 'retry_at', 'stop:' .. turn)
  redis.call('HSET', KEYS[5], turn, redis.call('HINCRBY', meta, 'turns', 1) .. '\n' .. ARGV[9])
  redis.call('PEXPIRE', KEYS[5], ARGV[10])
  local now = redis.call('TIME')[1] * 1000
  redis.call('ZADD', KEYS[8], now, session)
  local first_event = 15 + 2 * ARGV[14]
  for i = 15, first_event - 1, 2 do redis.call('HSET', meta, ARGV[i], ARGV[i + 1]) end
  if #ARGV >= first_event then publish({unpack(ARGV, first_event)}) end
  if ARGV[11] ~= '' then redis.call('XADD', KEYS[9], 'MINID', '~', now - ARGV[12], '*', 'd', ARGV[11]) end
  redis.call('HSET', meta, 'last', token .. ':' .. turn)
  redis.call('PEXPIRE', meta, ARGV[7])
  redis.call('PEXPIRE', events, ARGV[7])
end

if head_turn() == turn then
  finish()
elseif redis.call('HGET', meta, 'last') ~= token .. ':' .. turn then
  return 0
end
if not head_turn() then
  redis.call('DEL', lease)
  redis.call('ZREM', KEYS[7], session)
  return 1
end
if tonumber(ARGV[13]) > 0 then
  redis.call('SET', lease, token, 'PX', ARGV[13])
  return 2
end
redis.call('DEL', lease)
if redis.call('HSETNX', meta, 'queued', 1) == 1 then redis.call('XADD', KEYS[6], '*', 's', session) end
return 1
