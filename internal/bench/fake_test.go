package bench

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gobwas/ws"
	"github.com/gobwas/ws/wsutil"
)

// A fake is a small chat server that loses, repeats and delays deliveries
// exactly as told, and counts what it did.
type fake struct {
	*httptest.Server

	// fault says how many copies of message n the receiver gets; held ones are
	// sent after the receiver's next message.
	fault func(receiver string, n int) (copies int, held bool)
	// refuse says which messages are refused.
	refuse  func(n int) bool
	delay   time.Duration
	noAcks  bool
	mute    bool
	history int // messages that whoever joins is sent
	drop    func(receiver string, n int) bool

	mu       sync.Mutex
	members  []*member
	sessions map[string]*member
	log      []string
	count    int
	lost     uint64
	twice    uint64
	late     uint64
	wg       sync.WaitGroup
}

// A member is one connection to a fake.
type member struct {
	name  string
	polls bool
	out   chan string
	gone  chan struct{}
	once  sync.Once
	held  []string
}

func (m *member) close() { m.once.Do(func() { close(m.gone) }) }

// tell queues a packet; a member whose queue is full is closed.
func (m *member) tell(p string) {
	select {
	case m.out <- p:
	default:
		m.close()
	}
}

func newFake(t *testing.T, start func(*httptest.Server), change func(*fake)) *fake {
	t.Helper()
	f := &fake{sessions: map[string]*member{}}
	if change != nil {
		change(f)
	}
	f.Server = httptest.NewUnstartedServer(http.HandlerFunc(f.serve))
	start(f.Server)
	t.Cleanup(func() {
		f.mu.Lock()
		for _, m := range f.sessions {
			m.close()
		}
		f.mu.Unlock()
		f.Server.Close()
		f.wg.Wait()
	})
	return f
}

func (f *fake) serve(w http.ResponseWriter, r *http.Request) {
	if r.URL.Query().Get("transport") == Polling {
		f.poll(w, r)
		return
	}
	conn, _, _, err := ws.UpgradeHTTP(r, w)
	if err != nil {
		return
	}
	m := f.open()
	hear := f.hear
	if strings.HasPrefix(r.URL.Path, "/connection") {
		hear = f.hearCentrifuge
	} else {
		m.tell(`0{"sid":"x","upgrades":[],"pingInterval":25000,"pingTimeout":20000,"maxPayload":1000000}`)
	}
	f.wg.Go(func() { f.write(m, conn) })
	f.wg.Go(func() {
		defer f.leave(m)
		for {
			p, err := wsutil.ReadClientText(conn)
			if err != nil {
				return
			}
			hear(m, string(p))
		}
	})
}

func (f *fake) open() *member {
	m := &member{out: make(chan string, 4096), gone: make(chan struct{})}
	f.mu.Lock()
	f.sessions[fmt.Sprintf("%p", m)] = m
	f.mu.Unlock()
	return m
}

func (f *fake) write(m *member, conn net.Conn) {
	defer conn.Close()
	for {
		select {
		case p := <-m.out:
			_ = conn.SetWriteDeadline(time.Now().Add(time.Second))
			if wsutil.WriteServerText(conn, []byte(p)) != nil {
				return
			}
		case <-m.gone:
			return
		}
	}
}

func (f *fake) leave(m *member) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.remove(m)
}

func (f *fake) remove(m *member) {
	m.close()
	delete(f.sessions, fmt.Sprintf("%p", m))
	f.members = slices.DeleteFunc(f.members, func(x *member) bool { return x == m })
}

func (f *fake) holder(name string) *member {
	if i := slices.IndexFunc(f.members, func(x *member) bool { return x.name == name }); i >= 0 {
		return f.members[i]
	}
	return nil
}

// hear takes one Engine.IO packet of a Socket.IO client.
func (f *fake) hear(m *member, p string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case strings.HasPrefix(p, "40"):
		m.tell(`40{"sid":"y"}`)
	case strings.HasPrefix(p, `420["set-nickname","`):
		name := strings.TrimSuffix(p[len(`420["set-nickname","`):], `"]`)
		if old := f.holder(name); old != nil {
			if !old.polls {
				m.tell(`430[false,"taken"]`)
				return
			}
			// Between two polls nobody notices that a client is gone.
			f.remove(old)
		}
		f.join(m, name)
		m.tell(`430[true]`)
		if f.history > 0 {
			m.tell(`42["history",` + f.page(len(f.log)) + `]`)
		}
	case strings.Contains(p, `["history",{"before":`):
		id, rest, _ := strings.Cut(p[2:], `["history",{"before":`)
		before, _ := strconv.Atoi(strings.TrimSuffix(rest, "}]"))
		m.tell("43" + id + `[true,` + f.page(before-1) + `]`)
	case strings.HasPrefix(p, "42"):
		id, body, ok := strings.Cut(p[2:], `["chat-message",`)
		if !ok {
			return
		}
		body = strings.TrimSuffix(body, "]")
		n := f.count
		f.count++
		if f.refuse != nil && f.refuse(n) {
			m.tell("43" + id + `[false,"no","rate-limited"]`)
			return
		}
		if id != "" && !f.noAcks {
			m.tell("43" + id + `[true,{"seq":1}]`)
		}
		f.log = append(f.log, body)
		f.broadcast(n, `42["chat-message",`+body+`]`)
	}
}

// page is the history up to and with message number end, counted from 1.
func (f *fake) page(end int) string {
	begin := max(0, end-f.history)
	var messages []string
	for i, body := range f.log[begin:end] {
		messages = append(messages, fmt.Sprintf(`%s,"seq":%d}`, strings.TrimSuffix(body, "}"), begin+i+1))
	}
	return fmt.Sprintf(`{"messages":[%s],"more":%v}`, strings.Join(messages, ","), begin > 0)
}

func (f *fake) hearCentrifuge(m *member, p string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	id, rest, _ := strings.Cut(strings.TrimPrefix(p, `{"id":`), ",")
	switch {
	case strings.HasPrefix(rest, `"connect"`):
		f.join(m, id+rest)
		m.tell(`{"id":` + id + `,"connect":{"client":"x"}}`)
	case strings.HasPrefix(rest, `"publish"`):
		_, data, _ := strings.Cut(rest, `"data":`)
		f.broadcast(f.count, `{"id":`+id+`,"publish":{}}`+"\n"+
			`{"push":{"channel":"lobby","pub":{"data":`+strings.TrimSuffix(data, "}}")+`}}}`+"\n{}")
		f.count++
	}
}

func (f *fake) join(m *member, name string) {
	m.name = name
	f.members = append(f.members, m)
}

func (f *fake) broadcast(n int, packet string) {
	if f.mute {
		return
	}
	// A server takes its time, or a closed loop would take the whole machine.
	<-time.After(max(f.delay, time.Millisecond))
	for _, m := range f.members {
		copies, held := 1, false
		if f.fault != nil {
			copies, held = f.fault(m.name, n)
		}
		f.lost += uint64(max(1-copies, 0))
		f.twice += uint64(max(copies-1, 0))
		if held {
			m.held = append(m.held, packet)
			continue
		}
		for range copies {
			m.tell(packet)
		}
		for _, p := range m.held {
			m.tell(p)
			f.late++
		}
		m.held = nil
		if f.drop != nil && f.drop(m.name, n) {
			m.close()
		}
	}
}

// poll is the long-polling transport.
func (f *fake) poll(w http.ResponseWriter, r *http.Request) {
	sid := r.URL.Query().Get("sid")
	if sid == "" {
		m := f.open()
		m.polls = true
		fmt.Fprintf(w, `0{"sid":"%p","upgrades":[],"pingInterval":25000}`, m)
		return
	}
	f.mu.Lock()
	m := f.sessions[sid]
	f.mu.Unlock()
	if m == nil {
		http.Error(w, `{"code":1,"message":"Session ID unknown"}`, http.StatusBadRequest)
		return
	}
	if r.Method == http.MethodPost {
		var body bytes.Buffer
		_, _ = body.ReadFrom(r.Body)
		for p := range strings.SplitSeq(body.String(), "\x1e") {
			f.hear(m, p)
		}
		fmt.Fprint(w, "ok")
		return
	}
	select {
	case p := <-m.out:
		fmt.Fprint(w, p)
		for {
			select {
			case p := <-m.out:
				fmt.Fprint(w, "\x1e"+p)
				continue
			default:
			}
			return
		}
	case <-r.Context().Done():
		f.leave(m)
	case <-m.gone:
		fmt.Fprint(w, "1")
	}
}

// indexOf returns the client's index that ends every nickname.
func indexOf(name string) int {
	n, _ := strconv.Atoi(name[strings.LastIndexByte(name, '-')+1:])
	return n
}
