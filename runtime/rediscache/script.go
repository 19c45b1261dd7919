package rediscache

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// fillScript stores ARGV[2] for ARGV[3] milliseconds under KEYS[1], or removes the key if there is no
// ARGV[2], if the key still holds the lease ARGV[1].
const fillScript = `
if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then
  return 0
end
if ARGV[2] then
  redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
else
  redis.call('DEL', KEYS[1])
end
return 1
`

// markScript moves the mark KEYS[1] from ARGV[1] to ARGV[2], positions of the form epoch.seq.stamp. ARGV[3] is
// '1' if a mark that is missing may be set. It returns 0 if the mark is elsewhere. Numbers are compared as text, for
// Lua's are not exact.
const markScript = `
local function parse(position)
  return string.match(position, '^(%d+)%.(%d+)%.%-?%d+$')
end
local function less(a, b)
  if #a ~= #b then
    return #a < #b
  end
  return a < b
end
local from, to = ARGV[1], ARGV[2]
local mark = redis.pcall('GET', KEYS[1])
if from ~= '' and not (mark == false and ARGV[3] == '1') then
  if type(mark) ~= 'string' then
    return 0
  end
  if mark == to then
    return 1
  end
  local epoch, seq = parse(mark)
  local fromEpoch, fromSeq = parse(from)
  local toEpoch, toSeq = parse(to)
  if epoch == toEpoch and less(toSeq, seq) then
    return 1
  end
  local between = epoch == fromEpoch and epoch == toEpoch and less(fromSeq, seq) and less(seq, toSeq)
  if mark ~= from and not between then
    return 0
  end
end
redis.call('SET', KEYS[1], to)
return 1
`

// script is a Lua script and the digest it is called by.
type script struct{ text, digest string }

func newScript(text string) script {
	return script{text: text, digest: redis.NewScript(text).Hash()}
}

// call is one run of a script.
type call struct {
	key     string
	args    []any
	verdict *redis.Cmd // the answer
}

// accepted tells what the script said.
func (c *call) accepted() (bool, error) {
	n, err := c.verdict.Int64()
	return n == 1, err
}

// run runs the script for each of the calls, which then have their verdicts: by its digest first; nodes that do
// not know that, after a restart, a failover or SCRIPT FLUSH, get the text.
func (s script) run(ctx context.Context, to pipeliner, calls []*call, wrap func(redis.Cmder) redis.Cmder) {
	s.send(ctx, to, calls, wrap, "evalsha", s.digest)
	var unknown []*call
	for _, c := range calls {
		if redis.HasErrorPrefix(c.verdict.Err(), "NOSCRIPT") {
			unknown = append(unknown, c)
		}
	}
	if len(unknown) > 0 {
		s.send(ctx, to, unknown, wrap, "eval", s.text)
	}
}

func (s script) send(ctx context.Context, to pipeliner, calls []*call, wrap func(redis.Cmder) redis.Cmder, command, name string) {
	commands := make([]redis.Cmder, len(calls))
	for i, c := range calls {
		c.verdict = redis.NewCmd(ctx, append([]any{command, name, 1, c.key}, c.args...)...)
		c.verdict.SetFirstKeyPos(3)
		commands[i] = wrap(c.verdict)
	}
	_ = send(ctx, to, commands) // the verdicts have the errors
}

// again leaves it to the client to send a command again.
func again(command redis.Cmder) redis.Cmder { return command }

// only makes the client send a command once.
func only(command redis.Cmder) redis.Cmder { return once{command} }
