-- End a turn: its last events, its messages in the inbox, what is to be sent, the session's facts. See keys.py.
-- KEYS  1 lease  2 inbox  3 meta  4 events  5 finished  6 ready  7 waiting  8 unarchived  9 dead  10 outbox  11 out
--       12 out_ready  13 out_waiting
-- ARGV  1 session  2 token  3 fence  4 turn id  5 cursor tag  6 most events kept  7 time to live (ms)  8 channel
--       9 the finished turn  10 its time to live (ms)  11 what the dead letters keep or ''  12 theirs and the outbox's (ms)
--       13 lease time (ms) to go on with, 0 to give the session back  14 number of facts  15 number of rows to send
--       16... name, value, ...  then row id, row, ...  then events
-- Returns 2 when another turn waits and the session is still this worker's, 1 when it isn't, 0 when the fence has risen:
-- nothing was written. The same commit again (a reply was lost) changes nothing.
local lease, inbox, meta, session, turn = KEYS[1], KEYS[2], KEYS[3], ARGV[1], ARGV[4]
local last = ARGV[2] .. ':' .. turn
local first_row = 16 + 2 * ARGV[14]
local first_event = first_row + 2 * ARGV[15]
local function head_turn() return string.match(redis.call('LINDEX', inbox, 0) or '', '^[^\n]+') end

local function publish(rows)
  local first = redis.call('HINCRBY', meta, 'events', #rows) - #rows
  for i, row in ipairs(rows) do
    redis.call('XADD', KEYS[4], 'MAXLEN', '~', ARGV[6], (first + i) .. '-' .. ARGV[5], 'd', row)
  end
  redis.call('PUBLISH', ARGV[8], (first + 1) .. '\n' .. table.concat(rows, '\n'))
end

local function send(now)
  for i = first_row, first_event - 1, 2 do redis.call('RPUSH', KEYS[10], ARGV[i]) end
  redis.call('HSET', KEYS[11], unpack(ARGV, first_row, first_event - 1))
  for i = 10, 11 do redis.call('PEXPIRE', KEYS[i], ARGV[12]) end
  redis.call('ZADD', KEYS[13], now, session)
  if redis.call('HSETNX', KEYS[11], 'queued', 1) == 1 then redis.call('XADD', KEYS[12], '*', 's', session) end
end

local function finish()
  while head_turn() == turn do redis.call('LPOP', inbox) end
  redis.call('HDEL', meta, 'running', 'attempt', 'retry_at', 'stop:' .. turn)
  redis.call('HSET', KEYS[5], turn, redis.call('HINCRBY', meta, 'turns', 1) .. '\n' .. ARGV[9])
  redis.call('PEXPIRE', KEYS[5], ARGV[10])
  local now = redis.call('TIME')[1] * 1000
  redis.call('ZADD', KEYS[8], now, session)
  redis.call('HSET', meta, 'last', last, unpack(ARGV, 16, first_row - 1))
  if first_event > first_row then send(now) end
  if #ARGV >= first_event then publish({unpack(ARGV, first_event)}) end
  if ARGV[11] ~= '' then redis.call('XADD', KEYS[9], 'MINID', '~', now - ARGV[12], '*', 'd', ARGV[11]) end
  for i = 3, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[7]) end
end

if tonumber(redis.call('HGET', meta, 'fence') or -1) ~= tonumber(ARGV[3]) then
  if redis.call('EXISTS', meta) == 1 then redis.call('HINCRBY', meta, 'fenced', 1) end
  return 0
end
if head_turn() == turn then finish() elseif redis.call('HGET', meta, 'last') ~= last then return 0 end
local more = head_turn()
if more and tonumber(ARGV[13]) > 0 then return redis.call('SET', lease, ARGV[2], 'PX', ARGV[13]) and 2 end
redis.call('DEL', lease)
if not more then redis.call('ZREM', KEYS[7], session) end
if more and redis.call('HSETNX', meta, 'queued', 1) == 1 then redis.call('XADD', KEYS[6], '*', 's', session) end
return 1
