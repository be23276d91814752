package engineiotest

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
)

// A Mode is a way for a client to be connected.
type Mode string

// The modes in which whatever a session can do has to work.
const (
	ModePolling   Mode = "polling"
	ModeWebsocket Mode = "websocket"
	ModeUpgrade   Mode = "upgrade" // begins on polling, goes on on a websocket
)

// Modes lists all modes.
var Modes = []Mode{ModePolling, ModeWebsocket, ModeUpgrade}

// A Handshake is the first packet of a session.
type Handshake struct {
	SID          string   `json:"sid"`
	Upgrades     []string `json:"upgrades"`
	PingInterval int      `json:"pingInterval"`
	PingTimeout  int      `json:"pingTimeout"`
	MaxPayload   int      `json:"maxPayload"`
}

// A Packet is what a client sends or receives: text with its type, such as
// "4hello", or bytes.
type Packet struct {
	Text   string
	Binary []byte // not nil = a binary packet
}

func (p Packet) String() string {
	if p.Binary != nil {
		return fmt.Sprintf("binary %x", p.Binary)
	}
	return p.Text
}

// ErrEnded is returned by Receive when the server has closed the session.
var ErrEnded = errors.New("engineiotest: session closed by the server")

// A Client is one session, seen from the client. One goroutine may send and
// another receive.
type Client struct {
	Handshake Handshake
	// Websocket is the websocket under the session, or nil on polling.
	Websocket *Websocket
	// CloseCode is the code of the close frame that ended a websocket.
	CloseCode int

	server *Server
	query  string // of further polling requests
	ctx    context.Context

	mu    sync.Mutex
	ready []Packet // received by a poll, not returned yet
}

// Open opens a session. query may add parameters, without "&" in front. The
// context bounds everything the client ever does.
func (s *Server) Open(ctx context.Context, mode Mode, query string) (*Client, error) {
	if query != "" {
		query = "&" + query
	}
	c := &Client{server: s, ctx: ctx}
	if mode == ModeWebsocket {
		w, err := s.Websocket(ctx, "EIO=4&transport=websocket"+query)
		if err != nil {
			return nil, err
		}
		c.Websocket = w
	} else {
		c.query = "EIO=4&transport=polling" + query
	}
	p, err := c.Receive()
	if err != nil {
		return nil, err
	}
	if !strings.HasPrefix(p.Text, "0") {
		return nil, fmt.Errorf("engineiotest: first packet is %q", p)
	}
	if err := json.Unmarshal([]byte(p.Text[1:]), &c.Handshake); err != nil {
		return nil, err
	}
	c.query += "&sid=" + c.Handshake.SID
	if mode == ModeUpgrade {
		return c, c.Upgrade()
	}
	return c, nil
}

// Upgrade goes from polling to a websocket as stock clients do while no poll
// is waiting.
func (c *Client) Upgrade() error {
	w, err := c.Probe()
	if err != nil {
		return err
	}
	if err := w.Write(Text, []byte("5")); err != nil {
		return err
	}
	c.Websocket = w
	return nil
}

// Probe opens a websocket for the session and probes it, but does not change
// over.
func (c *Client) Probe() (*Websocket, error) {
	w, err := c.server.Websocket(c.ctx, "EIO=4&transport=websocket&sid="+c.Handshake.SID)
	if err != nil {
		return nil, err
	}
	if err := w.Write(Text, []byte("2probe")); err != nil {
		return nil, err
	}
	_, answer, err := w.Read()
	if err == nil && string(answer) != "3probe" {
		err = fmt.Errorf("engineiotest: probe answered %q", answer)
	}
	if err != nil {
		w.Close()
		return nil, err
	}
	return w, nil
}

// Get sends a GET for the session on polling.
func (c *Client) Get() (Answer, error) {
	return c.server.Do(c.ctx, http.MethodGet, c.query, "")
}

// Post sends a body for the session on polling.
func (c *Client) Post(body string) (Answer, error) {
	return c.server.Do(c.ctx, http.MethodPost, c.query, body, "Content-Type", "text/plain;charset=UTF-8")
}

// Send sends packets, on polling all in one payload.
func (c *Client) Send(packets ...Packet) error {
	if c.Websocket != nil {
		for _, p := range packets {
			op, data := byte(Text), []byte(p.Text)
			if p.Binary != nil {
				op, data = Binary, p.Binary
			}
			if err := c.Websocket.Write(op, data); err != nil {
				return err
			}
		}
		return nil
	}
	var parts []string
	for _, p := range packets {
		if p.Binary != nil {
			parts = append(parts, "b"+base64.StdEncoding.EncodeToString(p.Binary))
		} else {
			parts = append(parts, p.Text)
		}
	}
	a, err := c.Post(strings.Join(parts, "\x1e"))
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("engineiotest: POST answered %d %s", a.Status, a.Body)
	}
	return err
}

// SendText sends one text packet, type included.
func (c *Client) SendText(packet string) error { return c.Send(Packet{Text: packet}) }

// Receive returns the next packet, whatever it is. After the server has closed
// the session it returns ErrEnded.
func (c *Client) Receive() (Packet, error) {
	if c.Websocket != nil {
		return c.receiveFrame()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for len(c.ready) == 0 {
		a, err := c.Get()
		if err != nil {
			return Packet{}, err
		}
		if a.Status != http.StatusOK {
			return Packet{}, fmt.Errorf("%w: GET answered %d %s", ErrEnded, a.Status, a.Body)
		}
		if c.ready, err = split(a.Body); err != nil {
			return Packet{}, err
		}
	}
	p := c.ready[0]
	c.ready = c.ready[1:]
	if p.Text == "1" {
		return p, ErrEnded
	}
	return p, nil
}

func (c *Client) receiveFrame() (Packet, error) {
	for {
		op, data, err := c.Websocket.Read()
		switch {
		case err != nil:
			return Packet{}, fmt.Errorf("%w: %w", ErrEnded, err)
		case op == Text:
			return Packet{Text: string(data)}, nil
		case op == Binary:
			return Packet{Binary: data}, nil
		case op == Close:
			if len(data) >= 2 {
				c.CloseCode = int(binary.BigEndian.Uint16(data))
			}
			_ = c.Websocket.Write(Close, data) // the server may be gone already
			return Packet{}, ErrEnded
		}
	}
}

// Next returns the next message, without its packet type, and answers pings on
// the way.
func (c *Client) Next() (Packet, error) {
	for {
		p, err := c.Receive()
		switch {
		case err != nil:
			return p, err
		case p.Binary != nil:
			return p, nil
		case strings.HasPrefix(p.Text, "4"):
			return Packet{Text: p.Text[1:]}, nil
		case p.Text == "2":
			if err := c.SendText("3"); err != nil {
				return p, err
			}
		}
	}
}

// Close leaves without a word.
func (c *Client) Close() {
	if c.Websocket != nil {
		c.Websocket.Close()
	}
}

func split(payload string) ([]Packet, error) {
	var packets []Packet
	for part := range strings.SplitSeq(payload, "\x1e") {
		if !strings.HasPrefix(part, "b") {
			packets = append(packets, Packet{Text: part})
			continue
		}
		data, err := base64.StdEncoding.DecodeString(part[1:])
		if err != nil {
			return nil, err
		}
		packets = append(packets, Packet{Binary: append([]byte{}, data...)})
	}
	return packets, nil
}
