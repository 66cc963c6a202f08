-- Say how far a message got. The data model is in out_claim.lua, what gives way to what in state/outbox.py.
-- KEYS  1 out_lease  2 outbox  3 out  4 out_due  5 meta  6 events
-- ARGV  1 id  2 status  3 its rank  4 ref or ''  5 code or ''  6 token: only while it holds the session; '' for anyone
--       7 session  8 how many tries to take back  9 the event that tells it or ''  10 cursor tag  11 most events kept
--       12 time to live (ms)  13 channel
-- The event is in the log when the status is, and once, though the command be retried.
-- What is sent or has failed leaves the outbox, and the next one need not wait. Returns 1 when it was written, 0 when what is there stays, -1 without
-- such a row, -2 when the token no longer holds the session.
if ARGV[6] ~= '' and redis.call('GET', KEYS[1]) ~= ARGV[6] then return -2 end
local row = redis.call('HGET', KEYS[3], ARGV[1])
if not row then return -1 end
local ranks = {queued = 0, sending = 0, ambiguous = 0, sent = 1, parked = 2, delivered = 2, failed = 2, read = 3}
local status, tries, ref, code, json = row:match('^(%l+) (%d+) %d+ (%S+) (%S+)\n(.*)$')
local old, new = ranks[status], tonumber(ARGV[3])
if status == 'failed' or new < old or (new == old and new > 0) then return 0 end
local time = redis.call('TIME')
local now = string.format('%.0f', time[1] * 1000 + math.floor(time[2] / 1000))
if ARGV[2] == 'sending' then tries = tries + 1 end
tries = tries - ARGV[8]
ref = ARGV[4] ~= '' and ARGV[4] or ref
code = ARGV[5] ~= '' and ARGV[5] or '-'
redis.call('HSET', KEYS[3], ARGV[1], table.concat({ARGV[2], tries, now, ref, code}, ' ') .. '\n' .. json)
if new > 0 and redis.call('LREM', KEYS[2], 0, ARGV[1]) == 1 then
  redis.call('HDEL', KEYS[3], 'retry_at')
  redis.call('ZADD', KEYS[4], 'XX', now, ARGV[7])
end
local batch = table.concat({ARGV[1], ARGV[2], tries}, ':')
if ARGV[9] == '' or redis.call('EXISTS', KEYS[5]) == 0 or redis.call('HGET', KEYS[5], 'batch') == batch then return 1 end
local seq = redis.call('HINCRBY', KEYS[5], 'events', 1)
redis.call('XADD', KEYS[6], 'MAXLEN', '~', ARGV[11], seq .. '-' .. ARGV[10], 'd', ARGV[9])
redis.call('HSET', KEYS[5], 'batch', batch)
redis.call('PEXPIRE', KEYS[6], ARGV[12])
redis.call('PUBLISH', ARGV[13], seq .. '\n' .. ARGV[9])
return 1
