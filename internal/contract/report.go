package contract

import (
	"context"

	"github.com/causerie-chat/causerie/internal/chat"
)

// report is the act of that name.
type report struct {
	ID     ID          `json:"id,omitzero" doc:"A UUID made by the client: the same id is the same report." eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120009"`
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Seq    uint64      `json:"seq" doc:"Number of the message." eg:"42"`
	Reason string      `json:"reason" doc:"What is wrong with it, up to limits.reason characters." eg:"Advertising"`
}

// Reported is the answer of report.
type Reported struct {
	ID string `json:"id" doc:"Id of the report, the server's own." format:"uuid" eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120010"`
}

func (in report) do(ctx context.Context, r *request) (Reported, error) {
	id, err := r.Order.Report(ctx, r.actor, chat.ID(in.ID), in.Room, in.Seq, in.Reason)
	return Reported{id}, err
}

// readReports is the act reports.
type readReports struct {
	State  string `json:"state,omitempty" doc:"Only those; without it all." enum:"open,closed" eg:"open"`
	Cursor string `json:"cursor,omitempty" doc:"The next of the part before." eg:"a2l0Y2hlbg"`
	Limit  int    `json:"limit,omitempty" doc:"Most lines." min:"0" max:"200" eg:"50"`
}

// Reports is a part of the reports.
type Reports struct {
	Reports []Report `json:"reports" doc:"The newest first."`
	Next    string   `json:"next,omitempty" doc:"Ask with this cursor for more; absent at the end." eg:"a2l0Y2hlbg"`
}

// A Report is a message that somebody complained of, as it was then.
type Report struct {
	ID         string          `json:"id" doc:"Id of the report." format:"uuid" eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120009"`
	At         Millis          `json:"at" doc:"When." eg:"1763900012345"`
	By         Author          `json:"by" doc:"Who complained."`
	Room       RoomName        `json:"room" doc:"Where."`
	Message    ReportedMessage `json:"message" doc:"The message as it was then."`
	Reason     string          `json:"reason" doc:"What is wrong with it." eg:"Advertising"`
	State      string          `json:"state" doc:"Whether somebody has decided." enum:"open,closed" eg:"open"`
	Resolution string          `json:"resolution,omitempty" doc:"What was decided." enum:"kept,deleted,banned" eg:"deleted"`
	Note       string          `json:"note,omitempty" doc:"Why." eg:"The third time this week"`
	ResolvedBy *Author         `json:"resolvedBy,omitempty" doc:"Who decided."`
}

// A ReportedMessage is the copy that a report keeps.
type ReportedMessage struct {
	Seq    uint64 `json:"seq" doc:"Number of the message." eg:"42"`
	Author Author `json:"author" doc:"Who wrote it."`
	Text   string `json:"text" doc:"What it said." eg:"Cheap watches"`
	At     Millis `json:"at" doc:"When it was written." eg:"1763900012345"`
}

func (in readReports) do(ctx context.Context, r *request) (Reports, error) {
	reports, next, err := r.Order.Reports(ctx, r.actor, in.State, in.Cursor, limited(in.Limit))
	if err != nil {
		return Reports{}, err
	}
	told := Reports{Reports: make([]Report, 0, len(reports)), Next: next}
	for _, x := range reports {
		told.Reports = append(told.Reports, reportOf(x))
	}
	return told, err
}

// resolveReport is the act report-resolve.
type resolveReport struct {
	Report     string `json:"report" doc:"Id of the report." format:"uuid" eg:"0199f2c4-5f0e-7c3a-9d0b-0242ac120009"`
	Resolution string `json:"resolution" doc:"kept: nothing is wrong. deleted: the message is gone. banned: that, and its author may not come back to the room." enum:"kept,deleted,banned" eg:"deleted"`
	Note       string `json:"note,omitempty" doc:"Why." eg:"The third time this week"`
}

// OneReport is the answer of report-resolve.
type OneReport struct {
	Report Report `json:"report" doc:"The report as it is now."`
}

func (in resolveReport) do(ctx context.Context, r *request) (OneReport, error) {
	resolved, err := r.Order.Resolve(ctx, r.actor, in.Report, chat.Resolution(in.Resolution), in.Note)
	if err != nil {
		return OneReport{}, err
	}
	if resolved.Resolution == chat.ResolutionDeleted || resolved.Resolution == chat.ResolutionBanned {
		banned := resolved.Resolution == chat.ResolutionBanned
		if err := r.Messages.Redress(ctx, r.actor, resolved.Room, resolved.Seq, banned, in.Note); err != nil {
			return OneReport{}, err
		}
	}
	return OneReport{reportOf(resolved)}, nil
}

func reportOf(x chat.Report) Report {
	told := Report{
		ID: x.ID.String(), At: MillisOf(x.At), By: authorOf(x.By), Room: RoomName{ID: x.Room, Name: x.RoomName},
		Message: ReportedMessage{Seq: x.Seq, Author: authorOf(x.Author), Text: x.Text, At: MillisOf(x.Sent)},
		Reason:  x.Reason, State: chat.ReportsOpen, Resolution: string(x.Resolution), Note: x.Note,
	}
	if x.Resolution != "" {
		by := authorOf(x.ResolvedBy)
		told.State, told.ResolvedBy = chat.ReportsClosed, &by
	}
	return told
}
