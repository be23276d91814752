package chat

import (
	"context"
	"time"

	"github.com/google/uuid"
)

// A Report is a message that somebody wants the admins to look at. It carries
// what it is about: admins judge it without reading the room.
type Report struct {
	ID     ID
	At     time.Time
	By     Person
	Reason string

	Room     RoomID
	RoomName string // at the time of the report
	Seq      uint64
	Author   Person
	Text     string // at the time of the report
	Sent     time.Time

	// Resolution is what came of it, "" while the report is open.
	Resolution Resolution
	Note       string
	ResolvedBy Person
	ResolvedAt time.Time
}

// A Resolution is what came of a report.
type Resolution string

// What can come of a report. It says what has been done and does nothing.
const (
	ResolutionKept    Resolution = "kept"
	ResolutionDeleted Resolution = "deleted"
	ResolutionBanned  Resolution = "banned"
)

// reportRecord is how a Report is kept, under report/<its id>.
type reportRecord struct {
	At         int64      `json:"at"`
	By         PersonID   `json:"by"`
	ByName     string     `json:"byName"`
	Reason     string     `json:"reason,omitempty"`
	Room       RoomID     `json:"room"`
	RoomName   string     `json:"roomName,omitempty"`
	Seq        uint64     `json:"seq"`
	Author     PersonID   `json:"author"`
	AuthorName string     `json:"authorName"`
	Text       string     `json:"text"`
	Sent       int64      `json:"sent"`
	Resolution Resolution `json:"resolution,omitempty"`
	Note       string     `json:"note,omitempty"`
	ClosedBy   PersonID   `json:"closedBy,omitempty"`
	ClosedName string     `json:"closedName,omitempty"`
	ClosedAt   int64      `json:"closedAt,omitempty"`
}

const (
	reportPrefix = "report/"
	// sentPrefix is of the lines that name the report which somebody made under
	// an id of theirs.
	sentPrefix = "reported/"
	// reportScan is how many reports one call looks at, at most.
	reportScan = 1000
)

// Which reports to list; "" is all of them.
const (
	ReportsOpen   = "open"
	ReportsClosed = "closed"
)

var (
	errUnreportable = &Error{Code: CodeNotFound, Message: "There is no such message in this room."}
	errNoReason     = invalid("Say in a few words what is wrong with the message.")
	errNoReport     = &Error{Code: CodeNotFound, Message: "There is no such report."}
	errResolved     = &Error{Code: CodeConflict, Message: "Somebody else has closed this report already."}
	errResolution   = invalid("A report ends as one of kept, deleted and banned.")
	errReportsState = invalid("Reports are open or closed.")
)

// Report brings a message of a room that a may read before the admins, with
// its text as it is now. It returns the report's id, which is not the id that a
// made for asking: the same one again, if not zero, is the same report.
func (o *Order) Report(ctx context.Context, a Actor, id ID, room RoomID, seq uint64, reason string) (string, error) {
	reason, err := checkReason(reason)
	if err != nil {
		return "", err
	}
	if reason == "" {
		return "", errNoReason
	}
	sent := sentPrefix + string(a.ID) + "/" + id.String()
	if id != (ID{}) {
		// Also where the message has gone since: it was reported.
		if report, err := o.sentBefore(ctx, sent, room, seq); err != nil || report != "" {
			return report, err
		}
	}
	s, err := o.rooms.in(ctx, a, room, actReport)
	if err != nil {
		return "", err
	}
	e, err := o.message(ctx, room, seq)
	if err != nil {
		return "", err
	}
	rec := reportRecord{
		At: o.now().UnixMilli(), By: a.ID, ByName: a.Nickname, Reason: reason,
		Room: room, RoomName: s.info.Name, Seq: seq, Author: e.Author, AuthorName: e.Name, Text: e.Text, Sent: millis(e.At),
	}
	// The server's own, so that the newest come first.
	report := NewID().String()
	c := Commit{Do: []Write{Put(reportPrefix+report, encode(rec))}}
	if id != (ID{}) {
		c.If = []Record{{Key: sent}}
		c.Do = append(c.Do, Put(sent, report))
	}
	if err := o.store.Commit(ctx, houseShelf, c); isConflict(err) {
		return o.sentBefore(ctx, sent, room, seq)
	} else if err != nil {
		return "", err
	}
	return report, nil
}

// sentBefore returns the report of a message that the line at sent names, "" if
// there is none.
func (o *Order) sentBefore(ctx context.Context, sent string, room RoomID, seq uint64) (string, error) {
	v, err := o.store.Get(ctx, houseShelf, sent)
	if err != nil || v[0] == "" {
		return "", err
	}
	report := v[0]
	if v, err = o.store.Get(ctx, houseShelf, reportPrefix+report); err != nil {
		return "", err
	}
	var rec reportRecord
	if err := decode(v[0], &rec); err != nil {
		return "", err
	}
	if rec.Room != room || rec.Seq != seq {
		return "", ErrIDTaken
	}
	return report, nil
}

// message returns a message with the text that it has now.
func (o *Order) message(ctx context.Context, room RoomID, seq uint64) (Entry, error) {
	found, err := o.log.Pick(ctx, room, []uint64{seq})
	if err != nil {
		return Entry{}, err
	}
	if len(found) == 0 || found[0].Kind != KindMessage || found[0].isDeleted() {
		return Entry{}, errUnreportable
	}
	e := found[0]
	edited, err := o.store.Get(ctx, RoomShelf(room), onKey(seq, "edited"))
	if err != nil || edited[0] == "" {
		return e, err
	}
	edits, err := o.log.Pick(ctx, room, []uint64{parseSeq(edited[0])})
	if err != nil || len(edits) == 0 {
		return e, err
	}
	// Erased together with its message, a moment ago.
	if edits[0].Text == "" {
		return Entry{}, errUnreportable
	}
	e.Text = edits[0].Text
	return e, nil
}

// Reports returns up to limit reports, the newest first, from after cursor on:
// all, the open or the closed ones. A call may find fewer and still have a
// next. It is for admins.
func (o *Order) Reports(ctx context.Context, a Actor, state, cursor string, limit int) (reports []Report, next string, err error) {
	if a.Role.Rank() < RoleAdmin.Rank() {
		return nil, "", errAdmin
	}
	if state != "" && state != ReportsOpen && state != ReportsClosed {
		return nil, "", errReportsState
	}
	lines, next, err := o.newest(ctx, reportPrefix, cursor, reportScan)
	if err != nil {
		return nil, "", err
	}
	limit = pageSize(limit)
	for i, l := range lines {
		p, err := parseReport(l)
		if err != nil {
			return nil, "", err
		}
		if open := p.Resolution == ""; state == "" || open == (state == ReportsOpen) {
			reports = append(reports, p)
		}
		if len(reports) == limit {
			if i < len(lines)-1 {
				next = l.Key[len(reportPrefix):]
			}
			break
		}
	}
	return reports, next, nil
}

// Resolve closes a report that is open. It is for admins. A report that ends as
// deleted or banned forgets the text, which is to be nowhere any more: see
// Messages.Redress. Who has closed it may do so again in the same way.
func (o *Order) Resolve(ctx context.Context, a Actor, id string, resolution Resolution, note string) (Report, error) {
	note, err := checkReason(note)
	if err != nil {
		return Report{}, err
	}
	switch {
	case a.Role.Rank() < RoleAdmin.Rank():
		return Report{}, errAdmin
	case resolution != ResolutionKept && resolution != ResolutionDeleted && resolution != ResolutionBanned:
		return Report{}, errResolution
	}
	if _, err := ParseID(id); err != nil {
		return Report{}, errNoReport
	}
	key := reportPrefix + id
	was, err := o.store.Get(ctx, houseShelf, key)
	if err != nil {
		return Report{}, err
	}
	var rec reportRecord
	if err := decode(was[0], &rec); err != nil {
		return Report{}, err
	}
	switch {
	case was[0] == "":
		return Report{}, errNoReport
	case rec.Resolution == resolution && rec.ClosedBy == a.ID:
		// Sent again, perhaps because what follows from it had failed.
		return o.closed(ctx, Record{Key: key, Value: was[0]})
	case rec.Resolution != "":
		return Report{}, errResolved
	}
	rec.Resolution, rec.Note = resolution, note
	rec.ClosedBy, rec.ClosedName, rec.ClosedAt = a.ID, a.Nickname, o.now().UnixMilli()
	if resolution != ResolutionKept {
		rec.Text = ""
	}
	closed := Record{Key: key, Value: encode(rec)}
	err = o.store.Commit(ctx, houseShelf, Commit{If: []Record{{Key: key, Value: was[0]}}, Do: []Write{Put(key, closed.Value)}})
	if isConflict(err) {
		return Report{}, errResolved
	}
	if err != nil {
		return Report{}, err
	}
	return o.closed(ctx, closed)
}

// closed returns a report that has been closed, when that is in the audit log.
func (o *Order) closed(ctx context.Context, r Record) (Report, error) {
	report, err := parseReport(r)
	if err != nil {
		return Report{}, err
	}
	end := Entry{Draft: Draft{ID: report.ID, Room: report.Room, At: report.ResolvedAt}}
	return report, o.rooms.note(ctx, noteOf(end, Actor{Person: report.ResolvedBy}, actResolve, report.Author.ID, string(report.Resolution)))
}

func parseReport(r Record) (Report, error) {
	var rec reportRecord
	if err := decode(r.Value, &rec); err != nil {
		return Report{}, err
	}
	id, err := uuid.Parse(r.Key[len(reportPrefix):])
	if err != nil {
		return Report{}, &Error{Code: CodeInternal, Message: "A report of the store cannot be read.", Cause: err}
	}
	return Report{
		ID: ID(id), At: fromMillis(rec.At), By: Person{rec.By, rec.ByName}, Reason: rec.Reason,
		Room: rec.Room, RoomName: rec.RoomName, Seq: rec.Seq, Author: Person{rec.Author, rec.AuthorName},
		Text: rec.Text, Sent: fromMillis(rec.Sent),
		Resolution: rec.Resolution, Note: rec.Note, ResolvedBy: Person{rec.ClosedBy, rec.ClosedName}, ResolvedAt: fromMillis(rec.ClosedAt),
	}, nil
}
