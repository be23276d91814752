package realtime_test

import (
	"reflect"
	"testing"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/contract"
)

// resume is no act of the table that package contract walks for everybody, and
// tells more than any of them: only whoever is in a room is told what they have
// missed there. To all others a room that is there is as one that is not.
func TestChat_ResumeTellsMembersAlone(t *testing.T) {
	tn := build(t, townOptions{})
	n := tn.nodes[0]
	people, tokens := make(map[string]*device), make(map[string]string)
	for _, who := range []string{"owner", "admin", "member", "ex-member", "stranger", "banned", "blocked", "invited"} {
		people[who], tokens[who] = n.member("The " + who)
	}
	people["guest"] = n.guest("The guest")
	tokens["guest"] = people["guest"].welcome.Token
	console := chat.Actor{Role: chat.RoleOwner}
	if err := n.contract.Accounts.SetRole(n.ctx, console, people["admin"].me(), chat.RoleAdmin); err != nil {
		t.Fatal(err)
	}
	owner := people["owner"]
	var made contract.OneRoom
	owner.do("room-create", map[string]any{"kind": "private", "name": "Cellar"}, &made)
	room := made.Room.ID
	for _, who := range []string{"member", "ex-member", "banned", "blocked", "invited"} {
		owner.do("room-invite", map[string]any{"room": room, "person": people[who].me()}, nil)
		if who != "invited" {
			people[who].do("room-join", map[string]any{"room": room}, nil)
		}
	}
	from := people["member"].say(room, "what those who were here know")
	people["ex-member"].do("room-leave", map[string]any{"room": room}, nil)
	owner.do("room-ban", map[string]any{"room": room, "person": people["banned"].me()}, nil)
	owner.do("block", map[string]any{"person": people["blocked"].me()}, nil)
	last := owner.say(room, "what was missed")

	const nowhere = chat.RoomID("r-00000000000000000000")
	cursors := map[string]contract.Cursor{
		"what they have seen": {Seq: from.Seq, FP: from.FP}, "nothing": {}, "another chain": {Seq: from.Seq, FP: 7}, "more than there is": {Seq: 99, FP: 7},
	}
	in := map[string]bool{"owner": true, "member": true, "blocked": true}
	for who, d := range people {
		for what, c := range cursors {
			asked := map[chat.RoomID]contract.Cursor{room: c, nowhere: c}
			var caught contract.Caught
			d.do("resume", map[string]any{"rooms": asked}, &caught)
			back := n.arrive(map[string]any{"token": tokens[who], "resume": asked})
			for way, told := range map[string]map[chat.RoomID]contract.Resumed{"by the event": caught.Rooms, "on connecting": back.welcome.Resumed} {
				got := told[room]
				switch {
				case !reflect.DeepEqual(told[nowhere], contract.Resumed{Gone: true}):
					t.Errorf("%s, %s, %s: a room that is not there is %+v", who, what, way, told[nowhere])
				case in[who] && (got.Gone || got.Head == nil || got.Head.Seq != last.Seq):
					t.Errorf("%s, %s, %s: got %+v, want what was missed", who, what, way, got)
				case !in[who] && !reflect.DeepEqual(got, told[nowhere]):
					t.Errorf("%s, %s, %s: got %+v of a room they are not in", who, what, way, got)
				}
			}
			back.Close()
		}
	}
}
