package chat

import (
	"context"
	"time"
)

// speaks returns nil where who stands so may do something in the room at the
// time now, and why not otherwise.
func (s standing) speaks(now time.Time) error {
	switch {
	case !s.joined():
		return s.unknown()
	case s.info.Archived:
		return errArchived
	case s.me.Muted(now):
		return &Error{
			Code: CodeForbidden, RetryAfter: s.me.MutedUntil.Sub(now),
			Message: "A moderator has muted you in this room until " + s.me.MutedUntil.UTC().Format("2006-01-02 15:04 MST") + ".",
		}
	}
	return nil
}

// slow adds to a message what keeps people slow in a room that wants them so,
// or returns in tooSoon why it is not to be kept. The time of somebody's last
// message is in the room's records, so that it holds on all nodes.
func slow(ctx context.Context, records Records, s standing, d *Draft) (tooSoon, err error) {
	if s.info.Slow == 0 || s.level >= levelModerator {
		return nil, nil
	}
	key := slowKey(d.Author)
	last, err := records.Get(ctx, RoomShelf(d.Room), key)
	if err != nil {
		return nil, err
	}
	pause := time.Duration(s.info.Slow) * time.Second
	// Whoever spoke last in the future did so by a clock that was wrong, and
	// must not wait until the right one gets there.
	if wait := fromMillis(int64(parseSeq(last[0]))).Add(pause).Sub(d.At); last[0] != "" && wait > 0 && wait <= pause {
		return errSlowDown(wait), nil
	}
	if d.Effects == nil {
		d.Effects = &Effects{}
	}
	d.Effects.If = append(d.Effects.If, Record{Key: key, Value: last[0]})
	d.Effects.Do = append(d.Effects.Do, Put(key, encode(d.At.UnixMilli())))
	return nil, nil
}

// slowKey is where a slow room keeps when somebody has spoken last.
func slowKey(id PersonID) string { return "slow/" + string(id) }

func errSlowDown(wait time.Duration) *Error {
	return &Error{
		Code: CodeRateLimited, RetryAfter: wait,
		Message: "This room is in slow mode. Wait a moment before the next message; this one was not sent.",
	}
}
