-- Make a run of a plan, once: the session it is for the engine, and its records. See keys.py for the data model.
-- KEYS  1 meta  2 plan
-- ARGV  1 time to live (ms)  2 digest of what was asked for  3 number of the session's facts
--       4... name, value, ... of the facts, then of the records
-- Returns '' when it was made, else the digest of what the run of this name was made for.
local known = redis.call('HGET', KEYS[2], 'digest')
if known then return known end
local first = 4 + 2 * ARGV[3]
for i = 4, first - 1, 2 do redis.call('HSETNX', KEYS[1], ARGV[i], ARGV[i + 1]) end
redis.call('HSET', KEYS[2], 'digest', ARGV[2])
for i = first, #ARGV, 2 do redis.call('HSET', KEYS[2], ARGV[i], ARGV[i + 1]) end
for i = 1, 2 do redis.call('PEXPIRE', KEYS[i], ARGV[1]) end
return ''
