package rediscache

import (
	"context"
	"errors"
	"fmt"

	"github.com/redis/go-redis/v9"

	denorm "github.com/denormgen/denormgen/runtime"
)

// Advance kills keys and moves a mark as denorm.SharedCache says. In a cluster the mark is a key in each of
// sixteen slots, so that it moves with them from node to node; a key whose slot has moved while Advance ran makes it
// fail. One Advance of a Cache runs at a time, and holds a connection to each node.
func (c *Cache) Advance(ctx context.Context, mark string, keys []string, from, to denorm.Position) error {
	for _, position := range []denorm.Position{from, to} {
		if _, ok := position.Version(); !ok && (position != "" || to == "") {
			return fmt.Errorf("rediscache: advance: %q is no position", position)
		}
	}
	_, err := run(ctx, c, "advance", func(ctx context.Context) (struct{}, error) {
		select {
		case c.advancing <- struct{}{}:
			defer func() { <-c.advancing }()
		case <-ctx.Done():
			return struct{}{}, ctx.Err()
		}
		return struct{}{}, c.advance(ctx, mark, keys, from, to)
	})
	return err
}

// line is one connection to a node. It is not replaced when it breaks, so what is sent behind an answer reaches
// the server that gave it.
type line struct {
	*node
	conn *redis.Conn

	asked map[string][]string // keys to ask other nodes for, by their address
}

func (c *Cache) advance(ctx context.Context, mark string, keys []string, from, to denorm.Position) (err error) {
	nodes, err := c.nodes(ctx, mark, keys)
	if err != nil {
		return err
	}
	lines := make([]*line, len(nodes))
	for i, n := range nodes {
		lines[i] = &line{node: n, conn: n.client.Conn(), asked: map[string][]string{}}
	}
	defer func() {
		for _, l := range lines {
			if closing := l.conn.Close(); closing != nil && err == nil {
				err = closing
			}
		}
	}()
	if err := each(lines, func(l *line) error { return l.kill(ctx, c.cluster != nil) }); err != nil {
		return fmt.Errorf("kill: %w", err)
	}
	// Keys of slots that are on the move may be where they go already.
	for _, l := range lines {
		for address, keys := range l.asked {
			if err := killAsked(ctx, lines, address, keys); err != nil {
				return fmt.Errorf("kill in slots on the move: %w", err)
			}
		}
	}
	return each(lines, func(l *line) error { return l.move(ctx, c.marks, from, to) })
}

// kill removes the keys of the node, but for those that it says are elsewhere.
func (l *line) kill(ctx context.Context, singly bool) error {
	if len(l.keys) == 0 {
		return nil
	}
	commands := kills(ctx, l.keys, singly)
	list := make([]redis.Cmder, len(commands))
	for i, command := range commands {
		list[i] = once{command}
	}
	_ = send(ctx, l.conn, list) // the commands have the errors
	for i, command := range commands {
		err := command.Err()
		if err == nil {
			continue
		}
		address, ask := redis.IsAskError(err)
		if !ask || !singly {
			return err
		}
		l.asked[address] = append(l.asked[address], l.keys[i])
	}
	return nil
}

// killAsked removes keys from the node that another one named.
func killAsked(ctx context.Context, lines []*line, address string, keys []string) error {
	for _, l := range lines {
		if l.client.NodeAddress() != address && l.client.Options().Addr != address {
			continue
		}
		commands := make([]redis.Cmder, 0, 2*len(keys))
		for _, command := range kills(ctx, keys, true) {
			commands = append(commands, once{redis.NewStatusCmd(ctx, "asking")}, once{command})
		}
		return send(ctx, l.conn, commands)
	}
	return fmt.Errorf("no node at %s", address)
}

// move moves the marks of the node.
func (l *line) move(ctx context.Context, marks script, from, to denorm.Position) error {
	few := "0"
	if l.few {
		few = "1"
	}
	calls := make([]*call, len(l.marks))
	for i, name := range l.marks {
		calls[i] = &call{key: name, args: []any{string(from), string(to), few}}
	}
	if len(calls) == 0 {
		return nil
	}
	marks.run(ctx, l.conn, calls, only)
	moved := true
	for _, c := range calls {
		ok, err := c.accepted()
		if err != nil {
			return fmt.Errorf("move the mark: %w", err)
		}
		moved = moved && ok
	}
	if !moved {
		return denorm.ErrMark
	}
	return nil
}

// Mark returns the lowest mark of all masters. It fails on a replica, for that may lag behind.
func (c *Cache) Mark(ctx context.Context, mark string) (denorm.Position, error) {
	return run(ctx, c, "read the mark", func(ctx context.Context) (denorm.Position, error) {
		nodes, err := c.nodes(ctx, mark, nil)
		if err != nil {
			return "", err
		}
		found := make([][]*redis.StringCmd, len(nodes))
		indexes := make([]int, len(nodes))
		for i := range indexes {
			indexes[i] = i
		}
		if err := each(indexes, func(i int) (err error) {
			found[i], err = nodes[i].read(ctx)
			return err
		}); err != nil {
			return "", err
		}
		var low lowMark
		for i, n := range nodes {
			for _, answer := range found[i] {
				low.add(denorm.Position(answer.Val()), n.few)
			}
		}
		return low.position(), nil
	})
}

// read reads the marks of the node, after a write that a replica would refuse and that changes nothing.
func (n *node) read(ctx context.Context) ([]*redis.StringCmd, error) {
	if len(n.marks) == 0 {
		return nil, nil
	}
	commands := []redis.Cmder{redis.NewIntCmd(ctx, "unlink", n.marks[0]+":none")}
	answers := make([]*redis.StringCmd, len(n.marks))
	for i, name := range n.marks {
		answers[i] = redis.NewStringCmd(ctx, "get", name)
		commands = append(commands, answers[i])
	}
	_ = send(ctx, n.client, commands) // the commands have the errors
	for _, command := range commands {
		err := command.Err()
		if err != nil && !errors.Is(err, redis.Nil) && !redis.HasErrorPrefix(err, "WRONGTYPE") {
			return nil, err
		}
	}
	return answers, nil
}

// lowMark finds the lowest of marks.
type lowMark struct {
	low     denorm.Position
	missing bool
}

// add looks at one more; a node with few slots may have none.
func (m *lowMark) add(mark denorm.Position, few bool) {
	at, ok := mark.Version()
	if !ok {
		m.missing = m.missing || !few
		return
	}
	if low, ok := m.low.Version(); !ok || at.Compare(low) < 0 {
		m.low = mark
	}
}

func (m *lowMark) position() denorm.Position {
	if m.missing {
		return ""
	}
	return m.low
}
