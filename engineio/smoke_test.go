package engineio

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"context"
	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

type echo struct{ s *Session }
func (e echo) Receive(d []byte, b bool) error { return e.s.Send(NewMessage(Packet{append([]byte(nil), d...), b})) }
func (e echo) Closed(r Reason)                {}
type echoH struct{}
func (echoH) Open(s *Session, r *http.Request) Receiver { return echo{s} }

func TestSmoke(t *testing.T) {
	srv := NewServer(echoH{}, Options{})
	ts := httptest.NewServer(srv)
	get := func(q string) string { r, err := http.Get(ts.URL + "/?EIO=4&transport=polling" + q); if err != nil { t.Fatal(err) }; b, _ := io.ReadAll(r.Body); r.Body.Close(); return string(b) }
	open := get("")
	t.Log(open)
	sid := open[8:28]
	r, _ := http.Post(ts.URL+"/?EIO=4&transport=polling&sid="+sid, "text/plain", strings.NewReader("4hello\x1ebAQID"))
	b, _ := io.ReadAll(r.Body)
	t.Log(string(b))
	t.Logf("%q", get("&sid="+sid))
	c, _, _, err := ws.Dial(context.Background(), "ws"+ts.URL[4:]+"/?EIO=4&transport=websocket&sid="+sid)
	if err != nil { t.Fatal(err) }
	wsutil.WriteClientText(c, []byte("2probe"))
	m, _ := wsutil.ReadServerText(c)
	t.Logf("%q", m)
	t.Logf("%q", get("&sid="+sid))
	wsutil.WriteClientText(c, []byte("5"))
	for i := 0; i < 3; i++ {
	wsutil.WriteClientText(c, []byte("4hi"))
	m, _ = wsutil.ReadServerText(c)
	t.Logf("%q", m)
	}
	t.Logf("%+v", srv.Stats())
	c.Close()
	ts.Close()
	srv.Close()
	t.Logf("%+v", srv.Stats())
}
