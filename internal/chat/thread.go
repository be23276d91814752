package chat

import (
	"context"
	"slices"
)

func replyPrefix(root uint64) string { return "reply/" + SeqKey(root) + "/" }

// checkRoot returns an error unless a thread can begin, or has begun, with the
// message. The thread of a deleted one can still be read.
func (m *Messages) checkRoot(ctx context.Context, room RoomID, seq uint64) error {
	found, err := m.store.Pick(ctx, room, []uint64{seq})
	switch {
	case err != nil:
		return err
	case len(found) == 0 || found[0].Kind != KindMessage:
		return errNoMessage
	case found[0].Thread != 0:
		return errThreadRoot
	}
	return nil
}

var errThreadRoot = invalid("A thread begins with a message that is in none itself. Send with the number of the message that began this one's.")

// Thread returns the message that began a thread and a page of what was said
// in it.
func (m *Messages) Thread(ctx context.Context, a Actor, room RoomID, root uint64, q Query) (Message, Page, error) {
	first, err := m.Message(ctx, a, room, root)
	if err != nil {
		return Message{}, Page{}, err
	}
	p := Page{}
	if p.Head, err = m.store.Head(ctx, room); err != nil {
		return Message{}, Page{}, err
	}
	seqs, err := m.replies(ctx, room, root, q, &p)
	if err != nil {
		return Message{}, Page{}, err
	}
	entries, err := m.store.Pick(ctx, room, seqs)
	if err == nil {
		p.Items, err = m.items(ctx, a, room, entries)
	}
	return first, p, err
}

// replies returns the numbers of a page of a thread, none beyond its head, and
// sets with what to go on from it.
func (m *Messages) replies(ctx context.Context, room RoomID, root uint64, q Query, p *Page) ([]uint64, error) {
	limit := pageSize(q.Limit)
	if q.Around != 0 {
		older, err := m.repliesBefore(ctx, room, root, q.Around+1, (limit+1)/2, p)
		if err != nil {
			return nil, err
		}
		newer, err := m.repliesAfter(ctx, room, root, q.Around, limit/2, p)
		return append(older, newer...), err
	}
	if q.After != nil {
		found, err := m.repliesAfter(ctx, room, root, *q.After, limit, p)
		if len(found) > 0 && *q.After != 0 {
			p.Before = found[0]
		}
		return found, err
	}
	found, err := m.repliesBefore(ctx, room, root, q.Before, limit, p)
	if q.Before != 0 && q.Before <= p.Head.Seq {
		p.After = q.Before - 1
	}
	return found, err
}

func (m *Messages) repliesBefore(ctx context.Context, room RoomID, root, before uint64, limit int, p *Page) ([]uint64, error) {
	prefix, end := replyPrefix(root), p.Head.Seq+1
	if before != 0 {
		end = min(end, before)
	}
	lines, err := m.store.List(ctx, RoomShelf(room), Range{From: prefix, To: prefix + SeqKey(end), Limit: limit, Reverse: true})
	if err != nil {
		return nil, err
	}
	slices.Reverse(lines)
	seqs := seqsOf(lines, prefix)
	if len(seqs) == limit {
		p.Before = seqs[0]
	}
	return seqs, nil
}

func (m *Messages) repliesAfter(ctx context.Context, room RoomID, root, after uint64, limit int, p *Page) ([]uint64, error) {
	if after >= p.Head.Seq {
		return nil, nil
	}
	prefix := replyPrefix(root)
	lines, err := m.store.List(ctx, RoomShelf(room), Range{From: prefix + SeqKey(after+1), To: prefix + SeqKey(p.Head.Seq+1), Limit: limit})
	if err != nil {
		return nil, err
	}
	seqs := seqsOf(lines, prefix)
	if len(seqs) == limit {
		p.After = seqs[limit-1]
	}
	return seqs, nil
}
