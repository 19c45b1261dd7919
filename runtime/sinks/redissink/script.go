package redissink

import (
	"context"

	"github.com/redis/go-redis/v9"
)

// writeScript writes documents that are newer than what is there. KEYS are a collection's versions, keys and tombstones,
// and then the documents; ARGV is for how many seconds tombstones are kept, and then the version and the body of each
// document, an empty one to delete it. Versions come last: what fails half way is then done again. At the end some tombstones are
// swept, more than were written, so that they never pile up.
const writeScript = `
local front = #KEYS[1] - #'/versions' + 1
local names = {}
for i = 4, #KEYS do
  names[i - 3] = string.sub(KEYS[i], front + 1)
end
local now = tonumber(redis.call('TIME')[1])
local known = redis.call('HMGET', KEYS[1], unpack(names))
local versions, added, there, dead, gone, removed = {}, {}, {}, {}, {}, {}
local function push(list, ...)
  for _, value in ipairs({...}) do
    list[#list + 1] = value
  end
end
for i, name in ipairs(names) do
  local version, body = ARGV[2 * i], ARGV[2 * i + 1]
  if not known[i] or known[i] < version then
    push(versions, name, version)
    if body == '' then
      push(removed, KEYS[i + 3])
      push(gone, name)
      push(dead, now, name)
    else
      redis.call('SET', KEYS[i + 3], body)
      push(there, name)
      push(added, 0, name)
    end
  end
end
if #there > 0 then
  redis.call('ZADD', KEYS[2], unpack(added))
  redis.call('ZREM', KEYS[3], unpack(there))
end
if #gone > 0 then
  redis.call('UNLINK', unpack(removed))
  redis.call('ZREM', KEYS[2], unpack(gone))
  redis.call('ZADD', KEYS[3], unpack(dead))
end
if #versions > 0 then
  redis.call('HSET', KEYS[1], unpack(versions))
end
local old = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', now - tonumber(ARGV[1]), 'LIMIT', 0, 2 * #names)
if #old > 0 then
  redis.call('HDEL', KEYS[1], unpack(old))
  redis.call('ZREM', KEYS[3], unpack(old))
end
return #versions / 2
`

// listScript returns up to ARGV[2] keys from ARGV[1] on, each with its version, empty where there is none. KEYS are a
// collection's versions and keys.
const listScript = `
local names = redis.call('ZRANGEBYLEX', KEYS[2], ARGV[1], '+', 'LIMIT', 0, ARGV[2])
if #names == 0 then
  return {}
end
local versions = redis.call('HMGET', KEYS[1], unpack(names))
local list = {}
for i, name in ipairs(names) do
  list[2 * i - 1], list[2 * i] = name, versions[i] or ''
end
return list
`

// getScript returns the version and the body of documents, empty where there is none. KEYS are a collection's versions, and
// the documents.
const getScript = `
local front = #KEYS[1] - #'/versions' + 1
local names = {}
for i = 2, #KEYS do
  names[i - 1] = string.sub(KEYS[i], front + 1)
end
local versions = redis.call('HMGET', KEYS[1], unpack(names))
local bodies = redis.call('MGET', unpack(KEYS, 2))
local list = {}
for i = 1, #names do
  list[2 * i - 1], list[2 * i] = versions[i] or '', bodies[i] or ''
end
return list
`

// script is a Lua script and the digest it is called by.
type script struct{ text, digest string }

func newScript(text string) script {
	return script{text: text, digest: redis.NewScript(text).Hash()}
}

// call is one run of a script.
type call struct {
	keys   []string
	args   []any // as the client takes them: strings, numbers and bytes
	answer *redis.Cmd
}

// run makes calls in one go, by the script's digest first; a node that does not know that, after a restart, a failover or
// SCRIPT FLUSH, gets the text. Calls may come more than once, where the client sends them again. It returns the
// first error.
func (s script) run(ctx context.Context, client redis.UniversalClient, calls []*call) error {
	send(ctx, client, calls, func(pipe redis.Pipeliner, c *call) *redis.Cmd {
		return pipe.EvalSha(ctx, s.digest, c.keys, c.args...)
	})
	var unknown []*call
	for _, c := range calls {
		if redis.HasErrorPrefix(c.answer.Err(), "NOSCRIPT") {
			unknown = append(unknown, c)
		}
	}
	if len(unknown) > 0 {
		send(ctx, client, unknown, func(pipe redis.Pipeliner, c *call) *redis.Cmd {
			return pipe.Eval(ctx, s.text, c.keys, c.args...)
		})
	}
	for _, c := range calls {
		if err := c.answer.Err(); err != nil {
			return err
		}
	}
	return nil
}

func send(ctx context.Context, client redis.UniversalClient, calls []*call, add func(redis.Pipeliner, *call) *redis.Cmd) {
	pipe := client.Pipeline()
	for _, c := range calls {
		c.answer = add(pipe, c)
	}
	_, _ = pipe.Exec(ctx) // the answers have the errors
}
