package testservers

import (
	"net"
	"sync"
	"testing"
	"time"
)

// Verdict is what a Proxy does with something a client sent.
type Verdict int

// The verdicts.
const (
	Pass    Verdict = iota // hand it on
	Swallow                // hand it on, but close the connection instead of answering
	Hang                   // hand it on, and never answer
	Refuse                 // close the connection instead of handing it on
	Reset                  // the same, by a TCP reset
)

// Proxy stands between a client and a server and does harm. Its methods may be called at any time.
type Proxy struct {
	Address string // where clients connect

	target   string
	listener net.Listener
	running  sync.WaitGroup

	mu      sync.Mutex
	rule    func(request []byte) Verdict
	delay   time.Duration
	answers int
	open    map[*proxied]struct{}
	closed  bool
	count   int
}

// proxied is one connection.
type proxied struct {
	proxy          *Proxy
	client, server net.Conn

	mu      sync.Mutex
	verdict Verdict
	passed  int // bytes of answers
}

// NewProxy starts a proxy for the length of the test.
func NewProxy(tb testing.TB, target string) *Proxy {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatalf("testservers: starting a proxy: %v", err)
	}
	p := &Proxy{Address: listener.Addr().String(), target: target, listener: listener, open: map[*proxied]struct{}{}}
	p.running.Go(p.accept)
	tb.Cleanup(func() {
		p.mu.Lock()
		p.closed = true
		p.mu.Unlock()
		listener.Close()
		p.Cut()
		p.running.Wait()
	})
	return p
}

// Rule judges what clients send, as it arrives: mostly one command or pipeline at a time. Nil passes all.
func (p *Proxy) Rule(rule func(request []byte) Verdict) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.rule = rule
}

// Delay holds every answer back for a time.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// Answers closes every connection after that many more bytes of answers; zero does not.
func (p *Proxy) Answers(bytes int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answers = bytes
	for c := range p.open {
		c.mu.Lock()
		c.passed = 0
		c.mu.Unlock()
	}
}

// Cut closes all connections.
func (p *Proxy) Cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.open {
		c.close()
	}
}

// Connections returns how many there have been.
func (p *Proxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.count
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", p.target)
		if err != nil {
			client.Close()
			continue
		}
		c := &proxied{proxy: p, client: client, server: server}
		p.mu.Lock()
		p.open[c] = struct{}{}
		p.count++
		if p.closed {
			c.close()
		}
		p.mu.Unlock()
		p.running.Go(c.up)
		p.running.Go(c.down)
	}
}

func (c *proxied) close() {
	c.client.Close()
	c.server.Close()
}

// up hands requests on.
func (c *proxied) up() {
	defer func() {
		c.close()
		c.proxy.mu.Lock()
		delete(c.proxy.open, c)
		c.proxy.mu.Unlock()
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := c.client.Read(buffer)
		if err != nil {
			return
		}
		c.proxy.mu.Lock()
		rule := c.proxy.rule
		c.proxy.mu.Unlock()
		verdict := Pass
		if rule != nil {
			verdict = rule(buffer[:n])
		}
		switch verdict {
		case Refuse:
			return
		case Reset:
			if tcp, ok := c.client.(*net.TCPConn); ok {
				tcp.SetLinger(0)
			}
			return
		}
		c.mu.Lock()
		c.verdict = max(c.verdict, verdict)
		c.mu.Unlock()
		if _, err := c.server.Write(buffer[:n]); err != nil {
			return
		}
	}
}

// down hands answers on.
func (c *proxied) down() {
	defer c.close()
	buffer := make([]byte, 64<<10)
	for {
		n, err := c.server.Read(buffer)
		if err != nil {
			return
		}
		c.proxy.mu.Lock()
		delay, limit := c.proxy.delay, c.proxy.answers
		c.proxy.mu.Unlock()
		time.Sleep(delay)
		c.mu.Lock()
		verdict, rest := c.verdict, limit-c.passed
		c.passed += n
		c.mu.Unlock()
		switch {
		case verdict == Swallow:
			return
		case verdict == Hang:
			continue
		case limit > 0 && n >= rest:
			c.client.Write(buffer[:max(rest, 0)])
			return
		}
		if _, err := c.client.Write(buffer[:n]); err != nil {
			return
		}
	}
}
