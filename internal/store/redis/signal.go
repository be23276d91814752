package redis

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Signal implements chat.Signals.
func (s *Store) Signal(ctx context.Context, sig chat.Signal) error {
	if err := sig.Room.Check(); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	if err := s.hub.publish(ctx, s.keys.roomChannel(sig.Room), encodeSignal(sig)); err != nil {
		return unavailable(err)
	}
	return nil
}

// WatchSignals implements chat.Signals. A room has one channel for both its
// signals and its entries, so whoever watches both subscribes once.
func (s *Store) WatchSignals(ctx context.Context, room chat.RoomID, f func(chat.Signal)) (stop func(), err error) {
	if err := room.Check(); err != nil {
		return nil, err
	}
	channel := s.keys.roomChannel(room)
	return s.watch(ctx, channel, func(payload string) {
		if payload != "" && payload[0] == entriesV1 {
			return
		}
		sig, err := decodeSignal(room, payload)
		if err != nil {
			s.garbage.note(channel, err)
			return
		}
		f(sig)
	}, nil)
}
