package client

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

const (
	namespace    = "/chat,"
	writeTimeout = 10 * time.Second
)

// A wire is one connection to the namespace /chat: Socket.IO 5 over Engine.IO
// 4 over a websocket. Everything but read may be called at once.
type wire struct {
	conn    net.Conn
	reader  io.Reader
	silence time.Duration // how long the server may say nothing

	mu     sync.Mutex
	nextID int
	acks   map[int]chan json.RawMessage // guarded by mu; nil after the end
}

// dialWire connects with a login. The error is an *Error when the server
// refuses.
func dialWire(ctx context.Context, o Options, auth map[string]any) (*wire, error) {
	schemes := map[string]string{"http": "ws", "https": "wss"}
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || schemes[u.Scheme] == "" {
		return nil, &Error{Code: "invalid", Message: fmt.Sprintf("%q is not a URL such as https://chat.example.org.", o.URL)}
	}
	u.Scheme = schemes[u.Scheme]
	u.Path, u.RawQuery = strings.TrimSuffix(u.Path, "/")+"/socket.io/", "EIO=4&transport=websocket"
	conn, br, _, err := ws.Dialer{Header: ws.HandshakeHeaderHTTP(o.Header), TLSConfig: o.TLS}.Dial(ctx, u.String())
	if err != nil {
		return nil, fmt.Errorf("cannot connect to %s: %w", o.URL, err)
	}
	w := &wire{conn: conn, reader: conn, silence: 30 * time.Second, acks: make(map[int]chan json.RawMessage)}
	if br != nil {
		early, _ := br.Peek(br.Buffered())
		w.reader = bufio.NewReader(io.MultiReader(bytes.NewReader(bytes.Clone(early)), conn))
	}
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	err = w.login(auth)
	if !stop() {
		err = errors.Join(err, ctx.Err())
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return w, nil
}

func (w *wire) login(auth map[string]any) error {
	open, err := w.frame()
	if err != nil {
		return err
	}
	var hello struct{ PingInterval, PingTimeout int64 }
	if !strings.HasPrefix(open, "0") || json.Unmarshal([]byte(open[1:]), &hello) != nil {
		return fmt.Errorf("the server is none of Engine.IO: it began with %.40q", open)
	}
	w.silence = time.Duration(hello.PingInterval+hello.PingTimeout) * time.Millisecond
	payload, err := json.Marshal(auth)
	if err != nil {
		return err
	}
	if err := w.write("40" + namespace + string(payload)); err != nil {
		return err
	}
	answer, err := w.frame()
	if err != nil {
		return err
	}
	if rest, refused := strings.CutPrefix(answer, "44"+namespace); refused {
		var r struct {
			Message string
			Data    refusal
		}
		if err := json.Unmarshal([]byte(rest), &r); err != nil {
			return unexpected("a refusal that cannot be read", err)
		}
		r.Data.Message = r.Message
		return r.Data.error()
	}
	if !strings.HasPrefix(answer, "40"+namespace) {
		return fmt.Errorf("the server answered the login with %.40q", answer)
	}
	return nil
}

// frame returns the next text frame, answering pings of both layers.
func (w *wire) frame() (string, error) {
	rw := struct {
		io.Reader
		io.Writer
	}{w.reader, w.conn}
	for {
		if err := w.conn.SetReadDeadline(time.Now().Add(w.silence)); err != nil {
			return "", err
		}
		data, op, err := wsutil.ReadServerData(rw)
		switch {
		case err != nil:
			return "", err
		case op == ws.OpText && len(data) == 1 && data[0] == '2':
			if err := w.write("3"); err != nil {
				return "", err
			}
		case op == ws.OpText:
			return string(data), nil
		}
	}
}

// write sends one frame in one write, so that those of several goroutines do
// not get mixed up.
func (w *wire) write(text string) error {
	frame, err := ws.CompileFrame(ws.MaskFrameInPlace(ws.NewTextFrame([]byte(text))))
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if err := w.conn.SetWriteDeadline(time.Now().Add(writeTimeout)); err != nil {
		return err
	}
	_, err = w.conn.Write(frame)
	return err
}

// read calls f with every event until the connection ends, and returns why.
func (w *wire) read(f func(name string, payload json.RawMessage) error) error {
	defer w.end()
	for {
		text, err := w.frame()
		if err != nil {
			return err
		}
		kind, rest := "", ""
		if len(text) >= 2 {
			kind, rest = text[:2], strings.TrimPrefix(text[2:], namespace)
		}
		switch kind {
		case "42":
			var args []json.RawMessage
			var name string
			if err := json.Unmarshal([]byte(rest), &args); err != nil || len(args) == 0 {
				return unexpected("an event that cannot be read", err)
			}
			if err := json.Unmarshal(args[0], &name); err != nil {
				return unexpected("an event without a name", err)
			}
			if err := f(name, append(args, json.RawMessage("{}"))[1]); err != nil {
				return err
			}
		case "43":
			if err := w.settle(rest); err != nil {
				return err
			}
		case "41":
			return io.EOF
		default:
			return fmt.Errorf("the server sent the packet %.40q", text)
		}
	}
}

func (w *wire) settle(rest string) error {
	at := strings.IndexByte(rest, '[')
	if at < 0 {
		return fmt.Errorf("the server sent the ack %.40q", rest)
	}
	id, err := strconv.Atoi(rest[:at])
	var args []json.RawMessage
	if err == nil {
		err = json.Unmarshal([]byte(rest[at:]), &args)
	}
	if err != nil || len(args) == 0 {
		return unexpected("an ack that cannot be read", err)
	}
	w.mu.Lock()
	ack := w.acks[id]
	delete(w.acks, id)
	w.mu.Unlock()
	if ack != nil { // nobody waits for it any more
		ack <- args[0]
	}
	return nil
}

func (w *wire) end() {
	w.conn.Close()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, ack := range w.acks {
		close(ack)
	}
	w.acks = nil
}

// ask sends an event and waits for its ack. The error is errLost when the
// connection ends before, and an *Error when the server refuses.
func (w *wire) ask(ctx context.Context, event string, in, out any) error {
	name, err := json.Marshal(event)
	if err != nil {
		return err
	}
	body, err := json.Marshal(in)
	if err != nil {
		return err
	}
	ack := make(chan json.RawMessage, 1)
	w.mu.Lock()
	if w.acks == nil {
		w.mu.Unlock()
		return errLost
	}
	id := w.nextID
	w.nextID++
	w.acks[id] = ack
	w.mu.Unlock()
	if err := w.write("42" + namespace + strconv.Itoa(id) + "[" + string(name) + "," + string(body) + "]"); err != nil {
		w.conn.Close() // what was half written cannot be taken back
		return errLost
	}
	select {
	case <-ctx.Done():
		w.mu.Lock()
		delete(w.acks, id)
		w.mu.Unlock()
		return ctx.Err()
	case answer, ok := <-ack:
		if !ok {
			return errLost
		}
		return readAnswer(answer, out)
	}
}

func readAnswer(answer json.RawMessage, out any) error {
	var outcome struct {
		OK    bool
		Error refusal
	}
	if err := json.Unmarshal(answer, &outcome); err != nil {
		return unexpected("an ack that is no object", err)
	}
	if !outcome.OK {
		return outcome.Error.error()
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
