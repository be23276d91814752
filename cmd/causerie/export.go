package main

import (
	"bufio"
	"context"
	"errors"

	"github.com/causerie-chat/causerie/internal/archive"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
)

const exportUsage = `Usage: causerie export [OPTIONS] > FILE

Writes everything to standard output as JSON, one object per line: people, what
they keep for themselves, rooms with their members, and every entry in the form
of docs/events.md. Passwords, sessions and tokens are not in it. It can be done
beside a running server.
`

func (p program) export(ctx context.Context, args []string) int {
	a := p.arguments("export", exportUsage)
	room := a.String("room", "", "only the room with this `ID`")
	person := a.String("person", "", "only the person with this `ID`: the account, and what is by or about them")
	if code, done := a.parse(args, 0, 0); done {
		return code
	}
	if *room != "" && *person != "" {
		return p.misused("--room and --person exclude each other: export one, then the other")
	}
	only := archive.Selection{Room: chat.RoomID(*room), Person: chat.PersonID(*person)}
	return onStore(ctx, a, p.openReadable, func(_ config.Config, s readable) error {
		out := bufio.NewWriterSize(p.stdout, 1<<20)
		return errors.Join(archive.Export(ctx, s, only, out, a.steps()), out.Flush())
	})
}
