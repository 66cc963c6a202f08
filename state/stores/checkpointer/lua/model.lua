-- One script: model, then the operations, then dispatch; so a server knows all of it or nothing of it.
--
-- KEYS[1] hash of the thread                       KEYS[2] sorted set of its checkpoints, all scores 0
--   c ns \0 id                 the checkpoint, opaque       ns \0 id        one that can be read and listed
--   l ns \0 id                 its links (below)            \255 ns \0 id   one kept only as a delta ancestor
--   i ns \0 id                 its writes: {task, idx, path, channel}, ...
--   w ns \0 id \0 task \0 idx  one write, opaque
--   b ns \0 channel \0 version a channel's value, opaque
--   m ns \0 channel \0 version a channel's list: one byte of kind, then the 16-byte digests of its elements
--   e digest                   one element, opaque
--   turns, ttl, fence          newest turn; this thread's own TTL in ms; the highest fencing token seen
-- links: {parent, turn, step, run, refs = {channel \0 version, ...}, walked = {delta channels without a value, ...}}
--
-- KEYS[3] of put, where all keys are in one slot: the set of all threads (catalogue.lua)
--
-- ARGV[1] operation, ARGV[2] its arguments as one msgpack map, ARGV[3...] binary values in the operation's order.
local ops = {}
local thread, index = KEYS[1], KEYS[2]
local ANCESTOR = '\255'
local DIGEST = 16

local function get(field)
  return redis.call('HGET', thread, field)
end

local function has(field)
  return redis.call('HEXISTS', thread, field) == 1
end

local function table_at(field)
  local packed = get(field)
  return packed and cmsgpack.unpack(packed) or nil
end

local function member(ns, id)
  return ns .. '\0' .. id
end

-- What comes before the last \0: the namespace of a checkpoint's name, the channel of a ref.
local function head(name)
  return string.match(name, '^(.*)%z')
end

-- Refuse a writer whose token is older than one already seen.
local function fenced(token)
  if not token then return nil end
  local seen = tonumber(get('fence') or '-1')
  if token < seen then return redis.error_reply('STALEFENCE ' .. string.format('%.0f', seen)) end
  if token > seen then redis.call('HSET', thread, 'fence', string.format('%.0f', token)) end
  return nil
end

-- Both keys of a thread expire together.
local function touch(ttl)
  local own = tonumber(get('ttl') or ttl or 0)
  for _, key in ipairs({thread, index}) do
    if own > 0 then redis.call('PEXPIRE', key, own) else redis.call('PERSIST', key) end
  end
end
