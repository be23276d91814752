package contract

import (
	"cmp"
	"context"
	"reflect"
	"sync"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// Welcome is the first event of a connection: everything a page needs to
// begin.
type Welcome struct {
	Me      Me                       `json:"me" doc:"Who one is."`
	Token   string                   `json:"token,omitempty" doc:"Only after auth {guest}: keep it, and connect with it from now on." eg:"cs_9Jb0c1kQ2mX7"`
	Server  Program                  `json:"server" doc:"Which house this is."`
	Limits  Limits                   `json:"limits" doc:"What the server refuses beyond."`
	Rooms   []Room                   `json:"rooms" doc:"The rooms one is in or invited to. What happens in those one is in after their head is told from now on, without holes."`
	Online  map[chat.PersonID]string `json:"online" doc:"Who is here, up to 500 people: person id to state." eg:"online"`
	Resumed map[chat.RoomID]Resumed  `json:"resumed,omitempty" doc:"What was missed, where auth had resume: room id to what happened."`
	Time    Millis                   `json:"time" doc:"The clock of the server." eg:"1763900012345"`
}

// Program is the house and the program that keeps it.
type Program struct {
	Name    string `json:"name" doc:"What the house is called." eg:"The Example House"`
	Version string `json:"version" doc:"The version of the program." eg:"1.0.0"`
	Build   string `json:"build" doc:"Which build: pages of another one should load anew." eg:"3f2a9c1"`
}

// Resume is the input of the event resume and of auth.resume in connecting.
type Resume struct {
	Rooms map[chat.RoomID]Cursor `json:"rooms" doc:"How far one got: room id to cursor."`
}

// Caught is the answer of resume.
type Caught struct {
	Rooms map[chat.RoomID]Resumed `json:"rooms" doc:"For every room that was asked for."`
}

// Resumed is what was missed in one room. It has entries, or reset, or gone.
type Resumed struct {
	Entries []Entry `json:"entries,omitzero" doc:"Exactly what was missed: after the cursor, up to head."`
	Reset   bool    `json:"reset,omitempty" doc:"Forget the room's timeline and show page."`
	Reason  string  `json:"reason,omitempty" doc:"Of reset: the store has another history, or too much was missed." enum:"diverged,too-far" eg:"too-far"`
	Page    *Page   `json:"page,omitempty" doc:"Of reset: the newest 50 items."`
	Head    *Cursor `json:"head,omitempty" doc:"The end of the room; what comes after is told live."`
	Gone    bool    `json:"gone,omitempty" doc:"One is not in the room any more, or there is none."`
}

// WelcomeOf returns what to tell i at the beginning, without Token, Online,
// Resumed and Time, which the door knows.
func (h *House) WelcomeOf(ctx context.Context, i auth.Identity) (told Welcome, err error) {
	told = Welcome{Limits: h.Limits, Online: map[chat.PersonID]string{}}
	err = together(
		func() (err error) {
			told.Me, err = h.MeOf(ctx, i)
			return err
		},
		func() error {
			settings, err := h.Accounts.Settings(ctx)
			told.Server = Program{Name: settings.Name, Version: h.Version, Build: h.Build}
			return err
		},
		func() error {
			views, err := h.Rooms.Mine(ctx, i.Actor())
			if err == nil {
				told.Rooms, err = h.RoomsOf(ctx, i.Actor(), views)
			}
			return err
		},
	)
	return told, err
}

// together does things at once that do not need each other: a store may be far
// away, and every question of the one after the other takes its time.
func together(things ...func() error) error {
	errs := make([]error, len(things))
	var doing sync.WaitGroup
	for i, do := range things {
		doing.Go(func() { errs[i] = do() })
	}
	doing.Wait()
	return cmp.Or(errs...)
}

// resuming is the act of the event resume. It is about a connection, so that
// the door of Socket.IO does it, and it is not in the table.
var resuming = &Act{
	Name: "resume", Event: "resume",
	Summary: "Tells what was missed, and from then on what happens in rooms one is in and did not hear yet.",
	May:     MayPerson, Class: ClassRead, Scope: ScopeRead,
	In: reflect.TypeFor[Resume](), Out: reflect.TypeFor[Caught](), Errors: codes(cInvalid),
}
