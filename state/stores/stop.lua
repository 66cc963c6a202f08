-- Ask for a turn to be stopped. See keys.py for the data model.
-- KEYS  1 inbox  2 meta
-- ARGV  1 session  2 turn id, '' for all that are not answered  3 reason  4 control channel
-- Returns the ids of the turns that will be stopped, in order.
local stopped, before = {}, nil
for _, entry in ipairs(redis.call('LRANGE', KEYS[1], 0, -1)) do
  local turn = entry:match('^[^\n]+')
  if turn ~= before and (ARGV[2] == '' or ARGV[2] == turn) then
    redis.call('HSETNX', KEYS[2], 'stop:' .. turn, ARGV[3])
    stopped[#stopped + 1] = turn
    if redis.call('HGET', KEYS[2], 'burst') == turn then redis.call('HDEL', KEYS[2], 'burst', 'burst_at', 'burst_due') end
  end
  before = turn
end
local running = redis.call('HGET', KEYS[2], 'running')
for _, turn in ipairs(stopped) do
  if turn == running then redis.call('PUBLISH', ARGV[4], ARGV[1] .. ' ' .. turn .. ' ' .. ARGV[3]) end
end
return stopped
