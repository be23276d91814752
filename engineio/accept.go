package engineio

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"time"
)

// isUpgrade tells whether the client asks for a websocket.
func isUpgrade(r *http.Request) bool {
	return hasToken(r.Header, "Connection", "upgrade") && hasToken(r.Header, "Upgrade", "websocket")
}

func hasToken(h http.Header, name, token string) bool {
	for _, line := range h.Values(name) {
		for t := range strings.SplitSeq(line, ",") {
			if strings.EqualFold(strings.TrimSpace(t), token) {
				return true
			}
		}
	}
	return false
}

// checkHandshake checks the request of RFC 6455 §4.2.1.
func checkHandshake(r *request) *refusal {
	if r.ProtoMajor != 1 || r.ProtoMinor < 1 || r.Method != http.MethodGet {
		return badRequest
	}
	if r.Header.Get("Sec-WebSocket-Version") != "13" {
		return upgradeRequired
	}
	key, err := base64.StdEncoding.DecodeString(r.Header.Get("Sec-WebSocket-Key"))
	if err != nil || len(key) != 16 {
		return badRequest
	}
	return nil
}

// acceptKey answers a Sec-WebSocket-Key (RFC 6455 §4.2.2).
func acceptKey(key string) string {
	sum := sha1.Sum([]byte(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// accept takes the connection out of net/http and answers the handshake, with
// first, if any, behind it. early is what the client has sent already.
func (s *Server) accept(w http.ResponseWriter, r *request, first *Message) (conn net.Conn, early []byte, err error) {
	h := w.Header()
	s.addHeader(h, r.Request, r.sid == "") // first: if it panics, net/http closes the connection
	conn, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return nil, nil, err
	}
	if n := buffered.Reader.Buffered(); n > 0 {
		early = make([]byte, n)
		if _, err := io.ReadFull(buffered.Reader, early); err != nil {
			conn.Close()
			return nil, nil, err
		}
	}
	var answer bytes.Buffer
	answer.WriteString("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ")
	answer.WriteString(acceptKey(r.Header.Get("Sec-WebSocket-Key")))
	answer.WriteString("\r\n")
	if err := h.Write(&answer); err != nil {
		conn.Close()
		return nil, nil, err
	}
	answer.WriteString("\r\n")
	if first != nil {
		answer.Write(first.frames)
	}
	_ = conn.SetDeadline(time.Now().Add(s.options.WriteTimeout))
	if _, err := conn.Write(answer.Bytes()); err != nil {
		conn.Close()
		return nil, nil, err
	}
	return conn, early, conn.SetDeadline(time.Time{})
}

// openWebsocket answers a handshake that begins on a websocket.
func (s *Server) openWebsocket(w http.ResponseWriter, r *request) *refusal {
	if refused := checkHandshake(r); refused != nil {
		return refused
	}
	if s.isDraining() {
		return closing
	}
	session := s.newSession(r.Request)
	conn, early, err := s.accept(w, r, control(s.openPacket(session, []string{})))
	if err != nil {
		return s.lost(err)
	}
	session.ws = newSocket(session, conn, r)
	session.ws.attached = true
	if !s.register(session, 1) {
		conn.Close()
		return nil
	}
	session.mu.Lock()
	session.startHeartbeat()
	session.mu.Unlock()
	session.start(r.Request)
	go session.ws.run(early)
	return nil
}

// joinWebsocket accepts a websocket for a session that exists ("Upgrade"). One
// that nobody needs is accepted all the same, only to be closed: that is an
// orderly end for clients to which a failed handshake is a fatal error.
func (s *Server) joinWebsocket(w http.ResponseWriter, r *request, session *Session) *refusal {
	if refused := checkHandshake(r); refused != nil {
		return refused
	}
	conn, early, err := s.accept(w, r, nil)
	if err != nil {
		return s.lost(err)
	}
	_ = conn.SetDeadline(time.Now().Add(s.options.UpgradeTimeout))
	c := newSocket(session, conn, r)
	if !session.propose(c) {
		_ = c.writeBlocking(closeFrame(statusNormal))
		conn.Close()
		return nil
	}
	go c.run(early)
	return nil
}

// lost tells what became of a handshake that could not be answered.
func (s *Server) lost(err error) *refusal {
	if errors.Is(err, http.ErrNotSupported) {
		return badRequest
	}
	s.log(slog.LevelDebug, "handshake failed", nil, slog.Any("error", err))
	return nil
}
