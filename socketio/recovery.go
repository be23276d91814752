package socketio

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/engineio"
)

// takeoverTimeout is how long a returning client waits for the disconnect
// handlers of its earlier connection, which the server believed alive.
const takeoverTimeout = 5 * time.Second

// recovery keeps, for one namespace, the sessions of clients that went away and
// the events they may have missed.
//
// mu is held while an event is numbered and handed to its receivers, so that
// every client receives offsets in order and a returning one neither misses an
// event nor receives it twice. Joining and leaving rooms does not need it.
type recovery struct {
	ns      *Namespace
	options RecoveryOptions
	epoch   string // tells our offsets from those of an earlier process

	mu       sync.Mutex
	log      []loggedEvent // guarded by mu; the last one has number newest
	newest   uint64        // guarded by mu
	bytes    int           // guarded by mu; sum of log
	live     map[string]*Socket
	sessions map[string]*savedSession // guarded by mu, as live: by pid
	oldest   []*savedSession          // guarded by mu; the same in order of end, and some taken since
	timer    *time.Timer              // guarded by mu; nil: nothing to forget
	closed   bool                     // guarded by mu
}

// A loggedEvent is an event and whom it was for.
type loggedEvent struct {
	outgoing
	rooms, except []string
	at            time.Time
}

func (e *loggedEvent) size() int {
	n := len(e.data) + 64
	for _, a := range e.attachments {
		n += len(a)
	}
	return n
}

// A savedSession is what a client finds when it comes back.
type savedSession struct {
	pid, sid string
	rooms    []string
	data     any
	ended    time.Time
	last     uint64 // the last event that the socket was sent
	until    uint64 // the last event of all when it ended
	seen     uint64 // set when it is taken: the last event the client has
}

func newRecovery(ns *Namespace, options RecoveryOptions) *recovery {
	return &recovery{
		ns:       ns,
		options:  options,
		epoch:    newID()[:8],
		live:     map[string]*Socket{},
		sessions: map[string]*savedSession{},
	}
}

func (r *recovery) offset(n uint64) string { return r.epoch + "." + strconv.FormatUint(n, 36) }

func (r *recovery) number(offset string) (uint64, bool) {
	digits, ok := strings.CutPrefix(offset, r.epoch+".")
	if !ok {
		return 0, false
	}
	n, err := strconv.ParseUint(digits, 36, 64)
	return n, err == nil
}

// append numbers an event and keeps it; requires mu.
func (r *recovery) append(o outgoing, rooms, except []string) string {
	r.newest++
	if len(r.live)+len(r.sessions) == 0 {
		r.drop(len(r.log)) // nobody could come back for any of them
		return r.offset(r.newest)
	}
	e := loggedEvent{o.clone(), rooms, except, time.Now()}
	r.log = append(r.log, e)
	r.bytes += e.size()
	r.trim(e.at)
	return r.offset(r.newest)
}

// drop forgets the oldest n events; requires mu.
func (r *recovery) drop(n int) {
	for i := range r.log[:n] {
		r.bytes -= r.log[i].size()
	}
	clear(r.log[:n])
	if r.log = r.log[n:]; len(r.log) == 0 {
		r.log = nil
	}
}

// trim keeps the limits and arms the timer for what time will forget; requires
// mu.
func (r *recovery) trim(now time.Time) {
	expired := now.Add(-r.options.MaxDisconnection)
	n, bytes := 0, r.bytes
	for n < len(r.log) && (len(r.log)-n > r.options.MaxEvents || bytes > r.options.MaxBytes || r.log[n].at.Before(expired)) {
		bytes -= r.log[n].size()
		n++
	}
	r.drop(n)
	n = 0
	for n < len(r.oldest) {
		s := r.oldest[n]
		current := r.sessions[s.pid] == s
		if current && len(r.sessions) <= r.options.MaxSessions && !s.ended.Before(expired) {
			break
		}
		if current {
			delete(r.sessions, s.pid)
		}
		n++
	}
	clear(r.oldest[:n])
	r.oldest = r.oldest[n:]
	if r.timer == nil && !r.closed && (len(r.log) > 0 || len(r.sessions) > 0) {
		r.timer = time.AfterFunc(r.options.MaxDisconnection+time.Second, r.expire)
	}
}

// expire gives memory back when nothing else happens.
func (r *recovery) expire() {
	r.mu.Lock()
	r.timer = nil
	r.trim(time.Now())
	r.mu.Unlock()
	r.ns.server.sweep(r.ns)
}

func (r *recovery) close() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	if r.timer != nil {
		r.timer.Stop()
	}
}

// empty reports whether nobody can come back.
func (r *recovery) empty() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.sessions) == 0
}

// send delivers events to one socket, with offsets.
func (r *recovery) send(s *Socket, events []outgoing) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !s.Connected() {
		return ErrDisconnected
	}
	message := r.messages(events, false, []string{s.id}, nil)
	s.extra.Load().last = r.newest
	return s.write(message)
}

func (r *recovery) sendVolatile(s *Socket, o outgoing) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return s.Connected() && s.session.SendVolatile(r.messages([]outgoing{o}, true, nil, nil))
}

// deliver is the way of a broadcast.
func (r *recovery) deliver(b Broadcast, events []outgoing) {
	except := b.except
	if b.self != nil {
		except = append(slices.Clip(except), b.self.id)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	message := r.messages(events, b.volatile, b.rooms, except)
	last := r.newest
	if b.volatile {
		last = 0
	}
	r.ns.fanOut(b, message, last)
}

// messages encodes events with their offsets; requires mu. Volatile ones are
// not kept and have none of their own. Yet the stock client takes the last
// string of any event for an offset, so one that ends in a string carries the
// newest offset, which is true: in this order, the client has all up to it.
func (r *recovery) messages(events []outgoing, volatile bool, rooms, except []string) *engineio.Message {
	messages := make([]*engineio.Message, len(events))
	for i, o := range events {
		offset := ""
		switch {
		case !volatile:
			offset = r.append(o, rooms, except)
		case o.endsInString():
			offset = r.offset(r.newest)
		}
		messages[i] = o.message(typeEvent, r.ns.name, nil, offset)
	}
	return engineio.Join(messages...)
}

// ended saves the session of a socket that may come back.
func (r *recovery) ended(s *Socket, reason Reason) {
	rooms, data := s.Rooms(), s.Data()
	r.mu.Lock()
	defer r.mu.Unlock()
	x := s.extra.Load()
	if x == nil || r.live[x.pid] != s {
		return
	}
	delete(r.live, x.pid)
	if !reason.recoverable() || r.closed {
		return
	}
	saved := &savedSession{pid: x.pid, sid: s.id, rooms: rooms, data: data, ended: time.Now(), last: x.last, until: r.newest}
	r.sessions[x.pid] = saved
	r.oldest = append(r.oldest, saved)
	r.trim(saved.ended)
}

// reclaim takes the session that a CONNECT payload asks for, nil if there is
// none. Whoever asks gets one chance.
func (ns *Namespace) reclaim(auth json.RawMessage) *savedSession {
	r := ns.recovery
	if r == nil {
		return nil
	}
	var claim struct {
		PID    any `json:"pid"`
		Offset any `json:"offset"`
	}
	if json.Unmarshal(auth, &claim) != nil {
		return nil
	}
	pid, ok := claim.PID.(string)
	offset, ok2 := claim.Offset.(string)
	if !ok || !ok2 {
		return nil
	}
	r.mu.Lock()
	alive := r.live[pid]
	r.mu.Unlock()
	if alive != nil {
		alive.supersede()
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trim(time.Now())
	saved := r.sessions[pid]
	delete(r.sessions, pid)
	if saved == nil {
		return nil
	}
	if saved.seen, ok = r.number(offset); !ok || saved.seen > r.newest {
		return nil
	}
	if saved.seen >= saved.last {
		// Whatever there was until it ended was for others: a client that
		// heard nothing for long comes back all the same.
		saved.seen = max(saved.seen, saved.until)
	}
	if r.missed(saved) == nil {
		return nil
	}
	return saved
}

// supersede ends a socket whose client has lost the connection, as the client
// proves by coming back, before the server noticed. It returns when the
// disconnect handlers have: the program sees the end before the new beginning.
func (s *Socket) supersede() {
	if !s.end(ReasonTransportClose) {
		return
	}
	s.conn.remove(s, false)
	s.session.Close(engineio.ReasonTransportClose)
	told := make(chan struct{})
	s.conn.background(func() {
		defer close(told)
		s.farewell(ReasonTransportClose)
	})
	timeout := time.NewTimer(takeoverTimeout)
	defer timeout.Stop()
	select {
	case <-told:
	case <-timeout.C:
	}
}

// missed returns the encoded events that a session has not seen, nil if some
// are gone or there are too many; requires mu.
func (r *recovery) missed(saved *savedSession) []*engineio.Message {
	first := r.newest - uint64(len(r.log)) + 1
	if saved.seen+1 < first {
		return nil
	}
	messages := make([]*engineio.Message, 0, 1)
	bytes := 0
	for i := saved.seen + 1 - first; i < uint64(len(r.log)); i++ {
		e := &r.log[i]
		if !saved.wants(e) {
			continue
		}
		if bytes += e.size(); bytes > r.options.MaxReplay {
			return nil
		}
		messages = append(messages, e.message(typeEvent, r.ns.name, nil, r.offset(first+i)))
	}
	return messages
}

// wants reports whether e was for the session.
func (s *savedSession) wants(e *loggedEvent) bool {
	in := func(room string) bool { return room == s.sid || slices.Contains(s.rooms, room) }
	return (len(e.rooms) == 0 || slices.ContainsFunc(e.rooms, in)) && !slices.ContainsFunc(e.except, in)
}

// activate lets s take part. What a returning client missed goes out before
// the CONNECT packet, as the stock client expects. It is false if the
// connection is being closed.
func (r *recovery) activate(s *Socket, saved *savedSession) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	var messages []*engineio.Message
	pid := newID()
	if saved != nil {
		if messages = r.missed(saved); messages != nil {
			pid = saved.pid
		} else {
			// Forgotten while the middlewares ran: it starts anew.
			s.id, s.data, s.recovered = newID(), nil, false
		}
	}
	s.conn.mu.Lock()
	s.more().pid = pid
	s.conn.mu.Unlock()
	r.live[pid] = s
	r.ns.insert(s)
	if s.recovered {
		_ = s.Join(saved.rooms...) // they were within the limit before
	}
	messages = append(messages, controlMessage(typeConnect, r.ns.name, connectReply(s.id, pid)))
	if !s.conn.open(s, engineio.Join(messages...)) {
		delete(r.live, pid)
		return false
	}
	if s.recovered {
		r.ns.server.stats.recovered.Add(1)
	}
	return true
}
