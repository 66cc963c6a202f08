-- Begin an effect, or say what became of it before.
-- The hash `effects` of a session, expiring with it:
--   TURN:NODE:ORDINAL -> `STATE CLASS FENCE CALL SINCE TRIES\nRESULT`
--     STATE   intent: begun; ambiguous: known to be in doubt; done: RESULT is JSON; unkept: done, RESULT says why it isn't kept
--     CLASS   idempotent or irreversible      FENCE  fencing token of whoever wrote last
--     CALL    random, one for each call made  SINCE  when it was first begun (ms)  TRIES  calls begun
--   `ambiguous` -> how many were ever in doubt      `open` -> how many are in state intent or ambiguous
-- A session is in `unsettled` while some are open. What is open is kept for `UNSETTLED_MS`, also beyond its session.
-- KEYS  1 effects  2 meta  3 unsettled
-- ARGV  1 name  2 fence  3 class  4 call  5 session  6 time to live (ms)
-- The same CALL again (a retried command) changes nothing.
-- Returns {begun}, {done, result}, {unkept, reason}, {ambiguous}, {stale} under an old token, {gone} without a session
if redis.call('EXISTS', KEYS[2]) == 0 then return {'gone'} end
if tonumber(redis.call('HGET', KEYS[2], 'fence') or 0) > tonumber(ARGV[2]) then return {'stale'} end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
local function write(state, class, call, since, tries)
  local head = table.concat({state, class, ARGV[2], call, since, tries}, ' ')
  redis.call('HSET', KEYS[1], ARGV[1], head .. '\n')
  redis.call('PEXPIRE', KEYS[1], ARGV[6])
  redis.call('ZADD', KEYS[3], now, ARGV[5])
  return {'begun'}
end
local entry = redis.call('HGET', KEYS[1], ARGV[1])
if not entry then
  redis.call('HINCRBY', KEYS[1], 'open', 1)
  return write('intent', ARGV[3], ARGV[4], now, 1)
end
local state, class, call, since, tries, result = entry:match('^(%l+) (%l+) %d+ (%x+) (%d+) (%d+)\n(.*)$')
if state == 'done' or state == 'unkept' then
  return {state, result}
end
if call == ARGV[4] then
  return {'begun'}
end
if class == 'idempotent' and ARGV[3] == 'idempotent' then
  return write('intent', class, ARGV[4], since, tries + 1)
end
if state == 'intent' then
  write('ambiguous', 'irreversible', call, since, tries)
  redis.call('HINCRBY', KEYS[1], 'ambiguous', 1)
end
return {'ambiguous'}
