package storetest

import (
	"slices"

	"github.com/causerie-chat/causerie/internal/chat"
)

var signalCases = []testCase{
	{
		name: "every node that watches",
		rule: "Signal tells every node that watches the room, the sender's included, and no other room",
		run: func(s *site) {
			near, far, other := newEar[chat.Signal](s), newEar[chat.Signal](s), newEar[chat.Signal](s)
			defer s.watchSignals(0, "a", near.one)()
			defer s.watchSignals(1, "a", far.one)()
			defer s.watchSignals(1, "a-1", other.one)()
			for i, text := range anyBytes[:len(anyBytes)-1] {
				p := chat.Person{ID: chat.PersonID(text), Nickname: text}
				want := chat.Signal{Room: "a", Kind: chat.SignalKind(i), Person: p}
				for _, ear := range []*ear[chat.Signal]{near, far} {
					s.signal(0, want, ear)
				}
			}
			s.signal(0, chat.Signal{Room: "a-1", Kind: chat.SignalTyping, Person: person(1)}, other)
			if all, _ := other.news(); slices.ContainsFunc(all, func(sig chat.Signal) bool { return sig.Room != "a-1" }) {
				s.Errorf("watch of a-1: heard %+v", all)
			}
		},
	},
	{
		name: "nobody watches",
		rule: "a signal that nobody watches is no error, and nothing is kept of it",
		run: func(s *site) {
			if err := s.node(0).Signal(s.ctx, chat.Signal{Room: "a", Kind: chat.SignalTyping, Person: person(1)}); err != nil {
				s.Fatalf("Signal: %v", err)
			}
			ear := newEar[chat.Signal](s)
			defer s.watchSignals(1, "a", ear.one)()
			s.signal(1, chat.Signal{Room: "a", Kind: chat.SignalTyping, Person: person(2)}, ear)
			if all, _ := ear.news(); slices.ContainsFunc(all, func(sig chat.Signal) bool { return sig.Person == person(1) }) {
				s.Errorf("watch: heard a signal of before it began")
			}
		},
	},
	{
		name: "stop watching signals",
		rule: "WatchSignals is under the terms of Log.Watch: after stop has returned f is not called again",
		run: func(s *site) {
			for range 10 {
				ear := newEar[chat.Signal](s)
				stop := s.watchSignals(1, "a", ear.one)
				s.signal(0, chat.Signal{Room: "a", Kind: chat.SignalTyping, Person: person(1)}, ear)
				stop()
				ear.stop()
				stop()
				if err := s.node(0).Signal(s.ctx, chat.Signal{Room: "a", Kind: chat.SignalTyping, Person: person(1)}); err != nil {
					s.Fatalf("Signal: %v", err)
				}
			}
		},
	},
}

func (s *site) watchSignals(node int, room chat.RoomID, f func(chat.Signal)) (stop func()) {
	s.Helper()
	stop, err := s.node(node).WatchSignals(s.ctx, room, f)
	if err != nil {
		s.Fatalf("WatchSignals: %v", err)
	}
	return stop
}

// signal sends sig through node until ear has heard it: a signal may be lost.
func (s *site) signal(node int, sig chat.Signal, ear *ear[chat.Signal]) {
	s.Helper()
	s.until("the signal is heard", func() bool {
		if err := s.node(node).Signal(s.ctx, sig); err != nil {
			s.Fatalf("Signal: %v", err)
		}
		s.time.tick()
		all, _ := ear.news()
		return slices.Contains(all, sig)
	})
}
