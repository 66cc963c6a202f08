-- Take the right to send one message from a number's and from a customer's rate, both or neither (GCRA).
-- A rate is kept as the time (ms) at which it would be unused again; it moves on by the interval for each message.
-- See keys.py for the data model.
-- A number that is stopped has the pause (ms) between the messages that find out whether it works again.
-- KEYS  1 number's rate  2 number's pause  3 pair's rate  4 pair's pause  5 number's stop
-- ARGV  1 number's interval (ms)  2 number's burst  3 pair's interval (ms)  4 pair's burst
-- Returns {ms to wait, 0 when it was taken; 1 when the number is stopped}.
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local wait = math.max(0, redis.call('PTTL', KEYS[2]), redis.call('PTTL', KEYS[4]))
local function after(key, interval, burst)
  local free = math.max(tonumber(redis.call('GET', key) or 0), now)
  wait = math.max(wait, free - now - (burst - 1) * interval)
  return free + interval
end
local number = after(KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2]))
local pair = after(KEYS[3], tonumber(ARGV[3]), tonumber(ARGV[4]))
if wait > 0 then return {math.ceil(wait), 0} end
redis.call('SET', KEYS[1], string.format('%.3f', number), 'PX', math.ceil(number - now))
redis.call('SET', KEYS[3], string.format('%.3f', pair), 'PX', math.ceil(pair - now))
local stop = redis.call('GET', KEYS[5])
if not stop then return {0, 0} end
redis.call('SET', KEYS[2], 1, 'PX', stop)
return {0, 1}
