-- delete {}: the thread is gone at once; its memory is given back in the background.
ops.delete = function()
  return redis.call('UNLINK', thread, index)
end

return ops[ARGV[1]](cmsgpack.unpack(ARGV[2]))
