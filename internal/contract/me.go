package contract

import (
	"context"
	"encoding/json"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// A Mine is the answer of acts on oneself.
type Mine struct {
	Me Me `json:"me" doc:"Oneself, as one is now."`
}

// MeOf returns who i is, as they are now.
func (h *House) MeOf(ctx context.Context, i auth.Identity) (Me, error) {
	var account auth.Account
	var prefs chat.Prefs
	err := together(
		func() (err error) {
			account, err = h.Accounts.Account(ctx, i.Person.ID)
			return err
		},
		func() (err error) {
			prefs, err = h.Desks.Prefs(ctx, i.Actor())
			return err
		},
	)
	if err != nil {
		return Me{}, err
	}
	people, err := h.PeopleOf(ctx, []chat.Profile{account.Profile})
	if err != nil {
		return Me{}, err
	}
	return Me{
		Person: people[0], Email: account.Email, Guest: account.Guest, Scopes: i.Scopes,
		Prefs: prefsOf(prefs),
	}, nil
}

func prefsOf(p chat.Prefs) Prefs {
	return Prefs{Receipts: p.Receipts, Theme: p.Theme, Locale: p.Locale, SendKey: p.SendKey, App: json.RawMessage(p.App)}
}

func (r *request) mine(ctx context.Context, err error) (Mine, error) {
	if err != nil {
		return Mine{}, err
	}
	me, err := r.MeOf(ctx, *r.Identity)
	return Mine{me}, err
}

// readMe is the act me.
type readMe struct{}

func (readMe) do(ctx context.Context, r *request) (Mine, error) { return r.mine(ctx, nil) }

// changePrefs is the act prefs-change.
type changePrefs struct {
	Receipts *bool           `json:"receipts,omitempty" doc:"Whether others see how far one has read."`
	Theme    *string         `json:"theme,omitempty" doc:"The colours of the page." eg:"dark"`
	Locale   *string         `json:"locale,omitempty" doc:"The language of the page." eg:"en"`
	SendKey  *string         `json:"sendKey,omitempty" doc:"The key that sends." eg:"enter"`
	App      json.RawMessage `json:"app,omitempty" doc:"An object of up to 8 KB that a client keeps for itself; null takes it away."`
}

func (in changePrefs) do(ctx context.Context, r *request) (Mine, error) {
	_, err := r.Desks.SetPrefs(ctx, r.actor, chat.PrefsChange{
		Receipts: in.Receipts, Theme: in.Theme, Locale: in.Locale, SendKey: in.SendKey, App: in.App,
	})
	return r.mine(ctx, err)
}

// changeProfile is the act profile-change.
type changeProfile struct {
	Name   *string `json:"name,omitempty" doc:"The new name, up to limits.nickname characters." eg:"Ada"`
	Status *string `json:"status,omitempty" doc:"What to say of oneself, up to limits.status characters." eg:"In Lisbon until May"`
	Email  *string `json:"email,omitempty" doc:"For logging in." eg:"ada@example.org"`
}

func (in changeProfile) do(ctx context.Context, r *request) (Mine, error) {
	_, err := r.Accounts.ChangeProfile(ctx, r.actor.ID, auth.ProfileChange{Name: in.Name, Status: in.Status, Email: in.Email})
	return r.mine(ctx, err)
}

// setState is the act state-set.
type setState struct {
	State  string `json:"state" doc:"What to show while one is here." enum:"online,away,dnd" eg:"away"`
	Manual bool   `json:"manual,omitempty" doc:"The person chose it; otherwise the device noticed that nobody is there."`
}

func (in setState) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.States.Set(ctx, r.actor.ID, r.Socket, in.State, in.Manual)
}

// typing is the act of that name.
type typing struct {
	Room   chat.RoomID `json:"room" doc:"Id of the room." eg:"lobby"`
	Thread uint64      `json:"thread,omitempty" doc:"Number of the message whose thread it is." eg:"12"`
}

func (in typing) do(ctx context.Context, r *request) (Nothing, error) {
	return Nothing{}, r.Rooms.Typing(ctx, r.actor, in.Room, in.Thread)
}
