-- Lists are kept as digests of their elements (m), every element (e) once a thread.

-- Call `use` with each digest of a list.
local function each_digest(list, use)
  for at = 2, #list, DIGEST do use(string.sub(list, at, at + DIGEST - 1)) end
end

-- Append the elements of a list to `found`, in order.
local function append_elements(found, list)
  local fields = {}
  local function fetch()
    for _, element in ipairs(redis.call('HMGET', thread, unpack(fields))) do found[#found + 1] = element end
    fields = {}
  end
  each_digest(list, function(digest)
    fields[#fields + 1] = 'e' .. digest
    if #fields == 1000 then fetch() end
  end)
  if #fields > 0 then fetch() end
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
