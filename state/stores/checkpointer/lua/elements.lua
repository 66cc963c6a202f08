-- Lists are kept as digests of their elements (m), every element (e) once a thread.

-- Call `use` with each digest of a list.
local function each_digest(list, use)
  for at = 2, #list, DIGEST do use(string.sub(list, at, at + DIGEST - 1)) end
end

-- The elements of a list behind its first `skipped` ones: their lengths, packed, -1 for a missing one; and all of
-- them joined.
local function elements_of(list, skipped)
  local fields, lengths, parts = {}, {}, {}
  local function fetch()
    for _, element in ipairs(redis.call('HMGET', thread, unpack(fields))) do
      lengths[#lengths + 1] = element and #element or -1
      parts[#parts + 1] = element or ''
    end
    fields = {}
  end
  each_digest(string.sub(list, 1 + skipped * DIGEST), function(digest)
    fields[#fields + 1] = 'e' .. digest
    if #fields == 1000 then fetch() end
  end)
  if #fields > 0 then fetch() end
  return cmsgpack.pack(lengths), table.concat(parts)
end

-- Drop the elements of lists that are gone, unless a list in `live` (refs, newest first) still holds them.
local function drop_elements(gone, live)
  local lost = {}
  for _, list in ipairs(gone) do
    each_digest(list, function(digest) lost[digest] = true end)
  end
  for _, ref in ipairs(live) do
    if not next(lost) then return end
    local list = get('m' .. ref)
    if list then each_digest(list, function(digest) lost[digest] = nil end) end
  end
  for digest in pairs(lost) do redis.call('HDEL', thread, 'e' .. digest) end
end
