package main

import (
	"context"
	"encoding/json"
	"fmt"
	"text/tabwriter"

	"github.com/causerie-chat/causerie/internal/archive"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
)

const roomUsage = `Usage: causerie room list [OPTIONS]

Prints every room: its id, kind, number of members and of entries, and name.
`

func (p program) room(ctx context.Context, args []string) int {
	a := p.arguments("room", roomUsage)
	if code, done := a.parse(args, 1, 1); done {
		return code
	}
	if a.words[0] != "list" {
		return p.misused("there is no causerie room %s: see causerie room --help", a.words[0])
	}
	return onStore(ctx, a, p.openReadable, func(_ config.Config, s readable) error { return p.rooms(ctx, s) })
}

// roomLines are printed together, in columns of one width: a house can have
// more rooms than anybody wants to wait for.
const roomLines = 500

func (p program) rooms(ctx context.Context, s readable) error {
	rooms, err := archive.Rooms(ctx, s)
	if err != nil {
		return err
	}
	out := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(out, "ID\tKIND\tMEMBERS\tENTRIES\tNAME\t")
	for n, room := range rooms {
		if n > 0 && n%roomLines == 0 {
			if err := out.Flush(); err != nil {
				return err
			}
		}
		kept, err := s.Get(ctx, chat.RoomShelf(room), "info", "count/members")
		if err != nil {
			return err
		}
		head, err := s.Head(ctx, room)
		if err != nil {
			return err
		}
		info, members := chat.RoomInfo{Kind: chat.RoomPublic}, kept[1]
		if kept[0] != "" {
			if err := json.Unmarshal([]byte(kept[0]), &info); err != nil {
				return fmt.Errorf("what the room %s is cannot be read: %w", room, err)
			}
		}
		switch {
		case room == chat.Lobby:
			members = "all"
		case members == "":
			members = "0"
		}
		kind := string(info.Kind)
		if info.Archived {
			kind += " (archived)"
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\t\n", room, kind, members, head.Seq, info.Name)
	}
	return out.Flush()
}
