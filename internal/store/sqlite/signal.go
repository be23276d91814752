package sqlite

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// Signal is chat.Signals'.
func (s *Store) Signal(ctx context.Context, signal chat.Signal) error {
	if err := ctx.Err(); err != nil {
		return chat.Unavailable(err)
	}
	if s.news.signals.watched(signal.Room) {
		s.news.post(func() { s.news.signals.tell(signal.Room, signal) })
	}
	return nil
}

// WatchSignals is chat.Signals'.
func (s *Store) WatchSignals(ctx context.Context, room chat.RoomID, f func(chat.Signal)) (stop func(), err error) {
	if err := ctx.Err(); err != nil {
		return nil, chat.Unavailable(err)
	}
	return s.news.signals.watch(room, f), nil
}
