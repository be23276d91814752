package redis

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"
	"unsafe"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// maxAppend bounds one Append: a longer script would hold up everybody else.
const maxAppend = 10_000

// maxChunks bounds what one append declares: more is needed only where a room
// grows by half a million entries between question and answer.
const maxChunks = 4096

// Append implements chat.Log.
func (s *Store) Append(ctx context.Context, room chat.RoomID, drafts []chat.Draft) []chat.Appended {
	out := make([]chat.Appended, len(drafts))
	var fit []int // of drafts, where some are refused for what they ask for
	for i := range drafts {
		if e := drafts[i].Effects; e != nil {
			out[i].Err = e.Check()
		}
		if out[i].Err == nil {
			fit = append(fit, i)
		}
	}
	if len(fit) == 0 {
		return out
	}
	rest, done := drafts, out
	if len(fit) < len(drafts) {
		rest, done = make([]chat.Draft, len(fit)), make([]chat.Appended, len(fit))
		for j, i := range fit {
			rest[j] = drafts[i]
		}
	}
	if err := s.append(ctx, room, rest, done); err != nil {
		for j := range done {
			done[j] = chat.Appended{Err: err}
		}
	}
	if len(fit) < len(drafts) {
		for j, i := range fit {
			out[i] = done[j]
		}
	}
	return out
}

// append fills out, or returns the error of the whole step.
func (s *Store) append(ctx context.Context, room chat.RoomID, drafts []chat.Draft, out []chat.Appended) error {
	if err := room.Check(); err != nil {
		return err
	}
	if len(drafts) > maxAppend {
		return invalid(fmt.Sprintf("At most %d messages can be kept in one step.", maxAppend))
	}
	ctx, cancel := context.WithTimeout(ctx, s.timeout)
	defer cancel()
	before, outcomes, erased, err := s.runAppend(ctx, room, drafts)
	if err != nil {
		return err
	}
	at := before
	var known []int
	for i, d := range drafts {
		switch {
		case outcomes[i] < 0:
			out[i] = chat.Appended{Err: effectsError(outcomes[i])}
		case outcomes[i] > 0:
			known = append(known, i)
		default:
			at = at.Next(d.ID)
			d.Room, d.At, d.Effects = room, time.UnixMilli(d.At.UnixMilli()).UTC(), nil
			out[i] = chat.Appended{Entry: chat.Entry{Draft: d, Cursor: at}}
		}
	}
	s.hints.set(room, at.Seq)
	if len(known) > 0 {
		s.settleKnown(ctx, room, drafts, out, known, outcomes, erased)
	}
	return nil
}

// runAppend runs the script, again where the chunks that were declared did not
// hold the head, and returns the head before the step and one outcome per
// draft, and what the drafts have erased.
func (s *Store) runAppend(ctx context.Context, room chat.RoomID, drafts []chat.Draft) (chat.Cursor, []int64, map[uint64]erasure, error) {
	args := make([]string, 7, 7+2*len(drafts))
	args[1] = strconv.Itoa(chunkSize)
	args[2] = strconv.FormatInt(s.dedupeFor.Milliseconds(), 10)
	args[3] = s.publish
	args[4] = s.keys.roomChannel(room)
	args[5] = s.touch
	args = append(args, bodies(drafts)...)
	blobs, chunksToErase, err := blobsOf(drafts)
	if err != nil {
		return chat.Cursor{}, nil, nil, err
	}
	script := appendScript
	if blobs != nil {
		script = appendEffectsScript
		args = append(args, blobs...)
	}
	chunks := (len(drafts)-1)/chunkSize + 2
	// The head moves on between two attempts, the further the longer the way to
	// Redis is and the more others write. So each attempt declares more chunks
	// than the one before: a node that is far away must not starve.
	for ; chunks <= maxChunks; chunks *= 4 {
		first := s.hints.get(room) / chunkSize
		args[0], args[6] = strconv.FormatUint(first, 10), strconv.Itoa(chunks)
		keys := s.appendKeys(room, first, chunks, blobs != nil, chunksToErase)
		reply, err := s.runDurably(ctx, script, keys, args).ToArray()
		if err != nil {
			return chat.Cursor{}, nil, nil, s.scriptError(s.keys.room(room, "*"), err)
		}
		head, outcomes, err := parseAppend(reply, len(drafts))
		if err != nil {
			return chat.Cursor{}, nil, nil, damaged(s.keys.head(room), err)
		}
		if outcomes != nil {
			erased, err := parseErasures(room, reply[2+len(drafts):])
			if err != nil {
				return chat.Cursor{}, nil, nil, damaged(s.keys.room(room, "*"), err)
			}
			return head, outcomes, erased, nil
		}
		s.hints.set(room, head.Seq)
	}
	return chat.Cursor{}, nil, nil, unavailable(errors.New("the room grows faster than it can be followed"))
}

// appendKeys is what the append script declares.
func (s *Store) appendKeys(room chat.RoomID, first uint64, chunks int, effects bool, erased []uint64) []string {
	keys := make([]string, 0, 5+chunks+len(erased))
	keys = append(keys, s.keys.head(room), s.keys.dedupe(room, 0), s.keys.dedupe(room, 1))
	for i := range uint64(chunks) {
		keys = append(keys, s.keys.chunk(room, first+i))
	}
	if !effects {
		return keys
	}
	keys = append(keys, s.keys.values(chat.RoomShelf(room)), s.keys.order(chat.RoomShelf(room)))
	for _, chunk := range erased {
		keys = append(keys, s.keys.chunk(room, chunk))
	}
	return keys
}

// bodies encodes the drafts into one allocation.
func bodies(drafts []chat.Draft) []string {
	size := 0
	for i := range drafts {
		size += len(drafts[i].Author) + len(drafts[i].Name) + len(drafts[i].Text) +
			len(drafts[i].Subject) + len(drafts[i].Data) + 80
	}
	buf := make([]byte, 0, size)
	out := make([]string, len(drafts))
	for i := range drafts {
		start := len(buf)
		buf = appendBody(buf, drafts[i])
		// buf is only ever appended to, so what was written stays.
		out[i] = unsafe.String(&buf[start], len(buf)-start)
	}
	return out
}

// blobsOf encodes the effects of the drafts: one blob each, or nothing where
// no draft has any. erased are the chunks with something to erase.
func blobsOf(drafts []chat.Draft) (blobs []string, erased []uint64, err error) {
	var chunks eraseChunks
	total := 0
	for i := range drafts {
		e := drafts[i].Effects
		if e == nil {
			continue
		}
		if blobs == nil {
			blobs = make([]string, len(drafts))
		}
		if total += len(e.If) + len(e.Do) + len(e.Erase); total > maxEffects {
			return nil, nil, invalid(fmt.Sprintf("The messages of one step can have at most %d effects.", maxEffects))
		}
		blobs[i] = string(appendEffects(nil, e.Commit, e.Erase, &chunks))
	}
	return blobs, chunks.order, nil
}

// parseAppend reads the script's output; outcomes is nil where other chunks
// are needed.
func parseAppend(reply []rueidis.RedisMessage, n int) (head chat.Cursor, outcomes []int64, err error) {
	if len(reply) != 1 && len(reply) < 2+n {
		return head, nil, fmt.Errorf("reply of %d values", len(reply))
	}
	if head.Seq, err = reply[0].AsUint64(); err != nil || len(reply) == 1 {
		return head, nil, err
	}
	fp, err := reply[1].ToString()
	if err != nil {
		return head, nil, err
	}
	if head.FP, err = chat.ParseFingerprint(fp); err != nil {
		return head, nil, err
	}
	outcomes = make([]int64, n)
	for i := range outcomes {
		if outcomes[i], err = reply[2+i].AsInt64(); err != nil {
			return head, nil, err
		}
	}
	return head, outcomes, nil
}

// settleKnown answers the drafts whose id the room already has with the entry
// that has it, or with ErrIDTaken when it is somebody else's.
func (s *Store) settleKnown(ctx context.Context, room chat.RoomID, drafts []chat.Draft, out []chat.Appended, known []int, outcomes []int64, erased map[uint64]erasure) {
	entries := make(map[uint64]chat.Entry, len(drafts))
	for _, a := range out {
		if a.Entry.Seq != 0 {
			entries[a.Entry.Seq] = a.Entry
		}
	}
	// What the step itself has erased is no longer what it has kept.
	for seq := range erased {
		delete(entries, seq)
	}
	var missing []uint64
	for _, i := range known {
		if seq := uint64(outcomes[i]); entries[seq].Seq == 0 {
			missing = append(missing, seq)
		}
	}
	err := s.fetch(ctx, room, missing, entries)
	for _, i := range known {
		first, ok := entries[uint64(outcomes[i])]
		if e, found := erased[uint64(outcomes[i])]; found && i < e.by {
			first, ok = e.entry, true
		}
		switch {
		case !ok && err != nil:
			out[i] = chat.Appended{Err: err}
		case !ok || first.ID != drafts[i].ID:
			out[i] = chat.Appended{Err: damaged(s.keys.dedupe(room, 0), fmt.Errorf("entry %d does not have the id it is known by", outcomes[i]))}
		case first.Author != drafts[i].Author:
			out[i] = chat.Appended{Err: chat.ErrIDTaken}
		default:
			out[i] = chat.Appended{Entry: first, Duplicate: true}
		}
	}
}
