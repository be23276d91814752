package chat

import (
	"cmp"
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"time"
)

// A Followed is a thread that a person follows.
type Followed struct {
	Root Message
	// Unread counts replies of others after Read, at most 100. Deleted ones and
	// those of blocked people do not count.
	Unread          int
	Read, LastReply uint64
}

// Follow has the person hear of a thread; who begins one, writes in it or is
// mentioned in it follows it without that.
func (d *Desks) Follow(ctx context.Context, a Actor, room RoomID, root uint64) error {
	if _, err := d.rooms.reader(ctx, a, room); err != nil {
		return err
	}
	if err := d.messages.checkRoot(ctx, room, root); err != nil {
		return err
	}
	return d.store.Commit(ctx, PersonShelf(a.ID), Commit{Do: []Write{followLine(room, root, d.service.options.Now())}})
}

// followLine has a thread followed. Its value, when the person last had a part
// in the thread, says which one is given up where there are too many.
func followLine(room RoomID, root uint64, at time.Time) Write {
	return Max(followKey(room, root), at.UnixMilli())
}

// Unfollow ends it. A thread that is not followed is no error.
func (d *Desks) Unfollow(ctx context.Context, a Actor, room RoomID, root uint64) error {
	return d.store.Commit(ctx, PersonShelf(a.ID), Commit{Do: []Write{Remove(followKey(room, root))}})
}

// Following says how far the person has read a thread and whether they follow
// it.
func (d *Desks) Following(ctx context.Context, a Actor, room RoomID, root uint64) (read uint64, following bool, err error) {
	if !a.ID.hasShelf() {
		return 0, false, nil
	}
	v, err := d.store.Get(ctx, PersonShelf(a.ID), readKey(room, root), followKey(room, root))
	if err != nil {
		return 0, false, err
	}
	return parseSeq(v[0]), v[1] != "", nil
}

// maxFollowed bounds how many threads a person follows, and so what it costs
// to sort them. A commit can take as many away.
const maxFollowed = MaxWrites

// follows returns the lines of the threads that the person follows. Where there
// are more than maxFollowed, the others are not followed any more: those that
// the person had a part in, or began to follow, longest ago.
func (d *Desks) follows(ctx context.Context, who PersonID) (lines []Record, err error) {
	for after := ""; ; {
		page, err := d.store.List(ctx, PersonShelf(who), Prefix("follow/", after, maxFollowed))
		if err != nil {
			return nil, err
		}
		if lines = append(lines, page...); len(lines) > maxFollowed {
			slices.SortStableFunc(lines, func(x, y Record) int { return cmp.Compare(parseSeq(y.Value), parseSeq(x.Value)) })
			if err := d.giveUp(ctx, who, lines[maxFollowed:]); err != nil {
				return nil, err
			}
			lines = lines[:maxFollowed]
		}
		if len(page) < maxFollowed {
			return lines, nil
		}
		after = page[len(page)-1].Key
	}
}

// giveUp takes lines away. When one has changed meanwhile, all of them are left
// to the next time.
func (d *Desks) giveUp(ctx context.Context, who PersonID, lines []Record) error {
	c := Commit{If: lines}
	for _, l := range lines {
		c.Do = append(c.Do, Remove(l.Key))
	}
	if err := d.store.Commit(ctx, PersonShelf(who), c); !isConflict(err) {
		return err
	}
	return nil
}

// Threads returns the threads that the person follows, the one with the newest
// reply first. A cursor is a place in that order as it is now: a thread that
// gets a reply between two pages is on the first.
func (d *Desks) Threads(ctx context.Context, a Actor, cursor string, limit int) (threads []Followed, next string, err error) {
	start, err := parseOffset(cursor)
	if err != nil {
		return nil, "", err
	}
	lines, err := d.follows(ctx, a.ID)
	if err != nil {
		return nil, "", err
	}
	roots, err := d.messagesAt(ctx, a, lines, func(key string) (RoomID, uint64, bool) { return cutPlace(key[len("follow/"):]) })
	if err != nil {
		return nil, "", err
	}
	if err := d.sortByReply(ctx, roots); err != nil {
		return nil, "", err
	}
	end := min(start+pageSize(limit), len(roots))
	if start >= end {
		return nil, "", nil
	}
	if end < len(roots) {
		next = offsetCursor(end)
	}
	blocked, err := d.Blocked(ctx, a)
	if err != nil {
		return nil, "", err
	}
	threads = make([]Followed, end-start)
	err = each(end-start, func(i int) (err error) {
		threads[i], err = d.followed(ctx, a, blocked, roots[start+i])
		return err
	})
	return threads, next, err
}

// sortByReply puts the thread with the newest reply first; one without a reply
// counts as what began it.
func (d *Desks) sortByReply(ctx context.Context, roots []Message) error {
	at := make(map[ID]int64, len(roots))
	times := make([]int64, len(roots))
	err := each(len(roots), func(i int) error {
		times[i] = roots[i].At.UnixMilli()
		if roots[i].LastReply == 0 {
			return nil
		}
		last, err := d.store.Pick(ctx, roots[i].Room, []uint64{roots[i].LastReply})
		if len(last) > 0 {
			times[i] = last[0].At.UnixMilli()
		}
		return err
	})
	for i, m := range roots {
		at[m.ID] = times[i]
	}
	slices.SortStableFunc(roots, func(x, y Message) int { return cmp.Compare(at[y.ID], at[x.ID]) })
	return err
}

func (d *Desks) followed(ctx context.Context, a Actor, blocked []PersonID, root Message) (Followed, error) {
	f := Followed{Root: root, LastReply: root.LastReply}
	var err error
	if f.Read, _, err = d.Following(ctx, a, root.Room, root.Seq); err != nil {
		return f, err
	}
	prefix := replyPrefix(root.Seq)
	for from := f.Read + 1; f.Unread < maxUnread; {
		lines, err := d.store.List(ctx, RoomShelf(root.Room), Range{
			From: prefix + SeqKey(from), To: prefix + "\xff", Limit: maxUnread,
		})
		if err != nil || len(lines) == 0 {
			return f, err
		}
		seqs := seqsOf(lines, prefix)
		replies, err := d.store.Pick(ctx, root.Room, seqs)
		if err != nil {
			return f, err
		}
		for _, e := range replies {
			if e.Author != a.ID && !e.isDeleted() && !slices.Contains(blocked, e.Author) {
				f.Unread = min(f.Unread+1, maxUnread)
			}
		}
		if len(lines) < maxUnread {
			break
		}
		from = seqs[len(seqs)-1] + 1
	}
	return f, nil
}

var errCursor = invalid("This cursor is none that the server has made. Begin the list anew, without one.")

func offsetCursor(n int) string { return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(n))) }

func parseOffset(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	b, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, errCursor
	}
	n, err := strconv.Atoi(string(b))
	if err != nil || n < 0 {
		return 0, errCursor
	}
	return n, nil
}
