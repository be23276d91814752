package realtime

import (
	"context"
	"maps"
	"sync"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
	"github.com/causerie-chat/causerie/internal/rate"
	"github.com/causerie-chat/causerie/socketio"
)

// presence tells the sockets of /chat who is here and how. The people of both
// namespaces are on one roster, so guests of / are among them.
type presence struct {
	chat *Chat
	stop func()

	mu     sync.Mutex
	states map[chat.PersonID]string // guarded by mu: of those who are here
	budget rate.Bucket              // guarded by mu
	fold   *time.Timer              // guarded by mu: presences to everybody is due
}

// open follows everybody's state from what it is now.
func (p *presence) open(ctx context.Context) (err error) {
	if p.stop, err = p.chat.house.States.Watch(ctx, p.changed); err != nil {
		return err
	}
	var ids []chat.PersonID
	read := make(chan struct{})
	p.chat.house.Service.Roster(func(people []chat.Person) {
		defer close(read)
		for _, who := range people {
			ids = append(ids, who.ID)
		}
	})
	<-read
	now, err := p.chat.house.States.Of(ctx, ids)
	if err != nil {
		p.stop()
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	for id, s := range now {
		if _, told := p.states[id]; !told && s.State != chat.StateOffline {
			p.states[id] = s.State
		}
	}
	return nil
}

func (p *presence) close() {
	p.stop()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fold != nil {
		p.fold.Stop()
	}
}

// changed is told by chat.States.
func (p *presence) changed(states map[chat.PersonID]chat.State) {
	sockets := p.chat.ns.Len()
	p.mu.Lock()
	defer p.mu.Unlock()
	var events []contract.Presence
	for id, s := range states {
		before, here := p.states[id]
		if s.State == chat.StateOffline {
			delete(p.states, id)
		} else {
			p.states[id] = s.State
		}
		if here && before != s.State || !here && s.State != chat.StateOffline {
			events = append(events, contract.Presence{Person: id, State: s.State, Seen: contract.MillisOf(s.Seen)})
		}
	}
	if len(events) == 0 || sockets == 0 {
		return
	}
	if p.fold != nil || !p.budget.Take(p.chat.options.Now(), float32(len(events)*sockets), tellRate, rate.BurstSeconds*tellRate) {
		p.foldInto(sockets)
		return
	}
	encoded := make([]*socketio.Encoded, 0, len(events))
	for _, e := range events {
		if enc, err := socketio.Encode(chatNamespace, eventPresence, e); err == nil {
			encoded = append(encoded, enc)
		}
	}
	p.chat.news.tell(socketio.Batch(encoded...))
}

// foldInto has one presences event follow, the later the more have to hear it.
// The caller holds mu.
func (p *presence) foldInto(sockets int) {
	if p.fold != nil {
		return
	}
	p.fold = time.AfterFunc(time.Second+time.Duration(sockets)*time.Millisecond, func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.fold = nil
		told := contract.Presences{States: p.some(), Total: len(p.states)}
		if enc, err := socketio.Encode(chatNamespace, eventPresences, told); err == nil {
			p.chat.news.tell(enc)
		}
	})
}

// some returns the states of up to contract.MaxOnline people. The caller holds
// mu.
func (p *presence) some() map[chat.PersonID]string {
	if len(p.states) <= contract.MaxOnline {
		return maps.Clone(p.states)
	}
	some := make(map[chat.PersonID]string, contract.MaxOnline)
	for id, s := range p.states {
		if len(some) == contract.MaxOnline {
			break
		}
		some[id] = s
	}
	return some
}

// online is what a visitor is welcomed with.
func (p *presence) online() map[chat.PersonID]string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.some()
}

// here returns who of ids is here, for contract.House.
func (p *presence) here(ids []chat.PersonID) map[chat.PersonID]bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	here := make(map[chat.PersonID]bool, len(ids))
	for _, id := range ids {
		if _, ok := p.states[id]; ok {
			here[id] = true
		}
	}
	return here
}

// Here reports whether somebody is on the roster, of either namespace.
func (c *Chat) Here(id chat.PersonID) bool {
	c.presence.mu.Lock()
	defer c.presence.mu.Unlock()
	_, here := c.presence.states[id]
	return here
}
