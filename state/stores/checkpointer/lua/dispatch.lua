-- Run the operation that was asked for.
return ops[ARGV[1]](cmsgpack.unpack(ARGV[2]))
