package chat

import (
	"context"
	"time"
)

// Messages are what is said in the rooms. All methods may be called at once
// from many goroutines, on any node. Errors are those of Rooms; CodeGone is for
// what has been deleted, CodeRateLimited for slow mode.
//
// # Keys
//
// What has been done to message n is on the room's shelf below on/<n>/, so
// that one range has it for a whole page: edit/<seq> for every edit and edited
// for the newest, gone, pin, react/<emoji>\x1f<person>, replies and last for
// the thread it began. reply/<root>/<seq> lists threads, pin/<n> the pins,
// all/<n> what called everybody, slow/<person> when slow people spoke last.
type Messages struct {
	service   *Service
	rooms     *Rooms
	store     Store
	directory Directory
	now       func() time.Time
	trail     *trail
}

// NewMessages returns the messages of the rooms r, which s keeps.
func NewMessages(s *Service, r *Rooms, d Directory) *Messages {
	return &Messages{service: s, rooms: r, store: s.store, directory: d, now: s.options.Now, trail: newTrail(s.store)}
}

// Flush waits until everything that follows from messages sent is written.
func (m *Messages) Flush(ctx context.Context) error { return m.trail.flush(ctx) }

var (
	errNoMessage    = &Error{Code: CodeNotFound, Message: "There is no such message in this room."}
	errDeleted      = &Error{Code: CodeGone, Message: "This message has been deleted."}
	errNotYours     = forbidden("Only its author may change a message.")
	errNotDeletable = forbidden("Only its author and the moderators of the room may delete a message.")
	errAnnounce     = forbidden("Only moderators write here. You can answer in the thread of a message.")
	errNotTaking    = forbidden("This person is not taking messages from you.")
)

// onKey is where something that was done to a message is.
func onKey(seq uint64, what string) string { return "on/" + SeqKey(seq) + "/" + what }

// Send checks a message and has it kept. done is called exactly once, with the
// entry as it is kept or an *Error; it must not block. The checks read the
// store on the caller's goroutine, and messages that one goroutine sends to a
// room are kept in the order of its calls.
func (m *Messages) Send(ctx context.Context, a Actor, room RoomID, n NewMessage, done func(Entry, error)) {
	m.send(ctx, a, room, n, 0, done)
}

func (m *Messages) send(ctx context.Context, a Actor, room RoomID, n NewMessage, tries int, done func(Entry, error)) {
	d, err := m.draft(ctx, a, room, n)
	if err != nil {
		m.refuse(ctx, a, room, n, err, done)
		return
	}
	m.service.people.typed(a.Person.ID)
	m.service.appends.submit(room, d, func(kept Appended) {
		kept = d.outcome(kept)
		if isConflict(kept.Err) && tries < maxTries {
			// Reading the store here would hold up everybody else's answers. The
			// sender may have stopped waiting for Send, but not for done.
			m.trail.do(func() {
				ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), appendTimeout)
				defer cancel()
				m.send(ctx, a, room, n, tries+1, done)
			})
			return
		}
		if kept.Err != nil {
			done(kept.Entry, kept.Err)
			return
		}
		if !kept.Duplicate {
			m.follow(kept.Entry)
		}
		// Also of one that was kept before: its node may have died right after.
		m.callFirst(kept.Entry, func() { done(kept.Entry, nil) })
	})
}

// refuse tells the sender why not, unless the message is in the log already: it
// was allowed when it was sent for the first time.
func (m *Messages) refuse(ctx context.Context, a Actor, room RoomID, n NewMessage, reason error, done func(Entry, error)) {
	if c := CodeOf(reason); (c == CodeForbidden || c == CodeBanned || c == CodeRateLimited || c == CodeGone) && n.ID != (ID{}) {
		if kept := m.rooms.keptBefore(ctx, Draft{Room: room, ID: n.ID, Kind: KindMessage, Author: a.ID}); kept.Duplicate {
			m.callFirst(kept.Entry, func() { done(kept.Entry, nil) })
			return
		}
	}
	done(Entry{}, reason)
}

// draft is n as it would be kept now.
func (m *Messages) draft(ctx context.Context, a Actor, room RoomID, n NewMessage) (Draft, error) {
	if err := checkText(n.Text, m.service.options.MaxMessage); err != nil {
		return Draft{}, err
	}
	s, err := m.poster(ctx, a, room, n.Thread)
	if err != nil {
		return Draft{}, err
	}
	if err := m.checkTargets(ctx, room, n); err != nil {
		return Draft{}, err
	}
	if n.ID == (ID{}) {
		n.ID = NewID()
	}
	d := Draft{
		Room: room, ID: n.ID, Kind: KindMessage, Author: a.ID, Name: a.Nickname, Text: n.Text,
		Ref: n.Reply, Thread: n.Thread, At: m.now().Truncate(time.Millisecond),
		Effects: &Effects{Commit: Commit{If: []Record{{Key: memberKey(a.ID), Value: s.record}}}},
	}
	data, err := m.dataOf(ctx, s, n.Text)
	if err != nil {
		return d, err
	}
	if data.Calls != "" || len(data.Mentions) > 0 {
		d.Data = encode(data)
	}
	if data.Calls != "" && n.Thread == 0 {
		d.Effects.Do = append(d.Effects.Do, Index("all/", data.Calls))
	}
	if n.Thread != 0 {
		d.Effects.If = append(d.Effects.If, Record{Key: onKey(n.Thread, "gone")})
		d.Effects.Do = append(d.Effects.Do, Add(onKey(n.Thread, "replies"), 1), Stamp(onKey(n.Thread, "last")),
			Index("reply/"+SeqKey(n.Thread)+"/", "1"))
	}
	tooSoon, err := slow(ctx, m.store, s, &d)
	if err == nil {
		err = tooSoon
	}
	return d, err
}

// poster returns how a stands in a room in which a may write.
func (m *Messages) poster(ctx context.Context, a Actor, room RoomID, thread uint64) (standing, error) {
	s, err := m.rooms.member(ctx, a, room)
	switch {
	case err != nil:
		return s, err
	case s.info.Kind == RoomAnnouncement && thread == 0 && s.level < levelModerator && s.speaks(m.now()) == nil:
		return s, errAnnounce
	}
	return s, m.mayWrite(ctx, a, s)
}

// mayWrite returns nil where a may say something new, in whatever form: an edit
// or a reaction reaches people as a message does.
func (m *Messages) mayWrite(ctx context.Context, a Actor, s standing) error {
	if err := s.speaks(m.now()); err != nil || s.info.Kind != RoomDirect {
		return err
	}
	return m.checkBlocked(ctx, a, s)
}

// checkBlocked refuses words to somebody who does not want them.
func (m *Messages) checkBlocked(ctx context.Context, a Actor, s standing) error {
	for _, other := range others(s.info.People, a.ID) {
		v, err := m.store.Get(ctx, PersonShelf(other), blockKey(a.ID))
		if err != nil {
			return err
		}
		if v[0] != "" {
			return errNotTaking
		}
	}
	return nil
}

// checkTargets looks whether what a message answers is there.
func (m *Messages) checkTargets(ctx context.Context, room RoomID, n NewMessage) error {
	var seqs []uint64
	for _, seq := range []uint64{n.Reply, n.Thread} {
		if seq != 0 {
			seqs = append(seqs, seq)
		}
	}
	if len(seqs) == 0 {
		return nil
	}
	found, err := m.store.Pick(ctx, room, seqs)
	if err != nil {
		return err
	}
	if len(found) != len(seqs) {
		return errNoMessage
	}
	for _, e := range found {
		switch {
		case e.Kind != KindMessage:
			return errNoMessage
		case e.isDeleted():
			return errDeleted
		case e.Seq == n.Thread && e.Thread != 0:
			return errThreadRoot
		}
	}
	return nil
}

// follow writes what follows from a message on the shelves of people: who
// follows its thread, and that its author has read up to it.
func (m *Messages) follow(e Entry) {
	if e.Thread == 0 {
		m.trail.add(e.Author, Max(readKey(e.Room, 0), int64(e.Seq)))
	} else {
		m.trail.add(e.Author, followLine(e.Room, e.Thread, e.At), Max(readKey(e.Room, e.Thread), int64(e.Seq)))
		m.trail.ask(func(ctx context.Context) error { return m.followOwn(ctx, e) })
	}
}

// followOwn has whoever began a thread follow it from its first reply on. Later
// ones leave alone who does not follow it any more.
func (m *Messages) followOwn(ctx context.Context, reply Entry) error {
	prefix := replyPrefix(reply.Thread)
	first, err := m.store.List(ctx, RoomShelf(reply.Room), Range{From: prefix, To: prefix + "\xff", Limit: 1})
	if err != nil || len(first) == 0 || seqsOf(first, prefix)[0] != reply.Seq {
		return err
	}
	root, err := m.store.Pick(ctx, reply.Room, []uint64{reply.Thread})
	if err == nil && len(root) == 1 {
		m.trail.add(root[0].Author, followLine(reply.Room, reply.Thread, reply.At))
	}
	return err
}

// act has an entry about message seq kept: judge says what it does, on what the
// room has kept of the message, again until nobody interferes.
func (m *Messages) act(ctx context.Context, a Actor, d Draft, judge func(s standing, target Entry) (Effects, error)) (Entry, error) {
	err := error(ErrConflict)
	for try := 0; try < maxTries && isConflict(err); try++ {
		var e Entry
		if e, err = m.actOnce(ctx, a, d, judge); err == nil {
			return e, nil
		}
	}
	if c := CodeOf(err); c == CodeForbidden || c == CodeBanned || c == CodeGone || c == CodeConflict {
		d.Author = a.ID
		if kept := m.rooms.keptBefore(ctx, d); kept.Duplicate {
			return kept.Entry, nil
		}
	}
	return Entry{}, err
}

func (m *Messages) actOnce(ctx context.Context, a Actor, d Draft, judge func(s standing, target Entry) (Effects, error)) (Entry, error) {
	s, err := m.rooms.reader(ctx, a, d.Room)
	if err != nil {
		return Entry{}, err
	}
	target, err := m.target(ctx, d.Room, d.Ref)
	if err != nil {
		return Entry{}, err
	}
	effects, err := judge(s, target)
	if err != nil {
		return Entry{}, err
	}
	effects.If = append(effects.If, Record{Key: memberKey(a.ID), Value: s.record}, Record{Key: onKey(d.Ref, "gone")})
	d.Author, d.Name, d.At, d.Effects = a.ID, a.Nickname, m.now().Truncate(time.Millisecond), &effects
	d.Thread = target.Thread
	kept := m.rooms.keep(ctx, d)
	return kept.Entry, kept.Err
}

// target returns a message that has not been deleted.
func (m *Messages) target(ctx context.Context, room RoomID, seq uint64) (Entry, error) {
	found, err := m.store.Pick(ctx, room, []uint64{seq})
	switch {
	case err != nil:
		return Entry{}, err
	case len(found) == 0 || found[0].Kind != KindMessage:
		return Entry{}, errNoMessage
	case found[0].isDeleted():
		return Entry{}, errDeleted
	}
	return found[0], nil
}
