-- Ask for the right to call a model. The breaker of a model is
--   a hash: `alive:SECOND`, `failed:SECOND` -> calls that ended then; `open_until` (ms) once it has opened, and also
--           after that time until a probe has succeeded
--   a string `probe`: who finds out whether the model answers again, for as long as that may take
-- KEYS  1 breaker  2 probe
-- ARGV  1 token of the caller  2 how long a probe may take (ms)
-- Returns {closed}, {probe}, or {open, ms to wait}. The same token again (a retried command) gets the same probe.
local until_ms = tonumber(redis.call('HGET', KEYS[1], 'open_until'))
if not until_ms then return {'closed'} end
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
if now < until_ms then return {'open', until_ms - now} end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) or redis.call('GET', KEYS[2]) == ARGV[1] then
  return {'probe'}
end
return {'open', math.max(redis.call('PTTL', KEYS[2]), 1)}
