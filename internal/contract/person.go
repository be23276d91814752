package contract

import (
	"context"
	"encoding/json"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A Person is somebody of the house as everybody may see them.
type Person struct {
	ID       chat.PersonID `json:"id" doc:"Never changes. Guests of the classic namespace have ids that begin with ~." eg:"u-4f9k2m7q1x8z3c5v6b0n"`
	Name     string        `json:"name" doc:"The name as it is shown." eg:"Ada"`
	Role     chat.Role     `json:"role" doc:"What the person may do in the house." enum:"owner,admin,member,guest" eg:"member"`
	Status   string        `json:"status,omitempty" doc:"What the person says of themselves." eg:"In Lisbon until May"`
	State    string        `json:"state" doc:"Whether the person is here." enum:"online,away,dnd,offline" eg:"online"`
	Seen     Millis        `json:"seen,omitempty" doc:"When the person was here last, where that is known." eg:"1763900012345"`
	Disabled bool          `json:"disabled,omitempty" doc:"The account is closed: what was written stays."`
}

// Me is the person who asks, with what only they see.
type Me struct {
	Person
	Email  string   `json:"email,omitempty" doc:"For logging in; nobody else sees it." eg:"ada@example.org"`
	Guest  bool     `json:"guest" doc:"A guest: no password, so whoever loses the token loses the name."`
	Prefs  Prefs    `json:"prefs" doc:"What the person has set."`
	Scopes []string `json:"scopes,omitempty" doc:"What the token that was used is good for; absent for a login." enum:"read,write,admin" eg:"read"`
}

// Prefs are what a person has set for all devices.
type Prefs struct {
	Receipts bool            `json:"receipts" doc:"Whether others see how far one has read."`
	Theme    string          `json:"theme,omitempty" doc:"The colours of the page." eg:"dark"`
	Locale   string          `json:"locale,omitempty" doc:"The language of the page." eg:"en"`
	SendKey  string          `json:"sendKey,omitempty" doc:"The key that sends." eg:"enter"`
	App      json.RawMessage `json:"app,omitempty" doc:"An object of up to 8 KB that a client keeps for itself."`
}

// people looks up everybody an answer names, in one question.
type people struct {
	wanted []chat.PersonID
	known  map[chat.PersonID]chat.Profile
}

func (p *people) want(ids ...chat.PersonID) {
	for _, id := range ids {
		if id != "" {
			p.wanted = append(p.wanted, id)
		}
	}
}

// find asks for everybody who is wanted and not known yet.
func (p *people) find(ctx context.Context, h *House) error {
	if p.known == nil {
		p.known = make(map[chat.PersonID]chat.Profile)
	}
	var ask []chat.PersonID
	for _, id := range p.wanted {
		if _, known := p.known[id]; !known {
			p.known[id] = chat.Profile{Person: chat.Person{ID: id, Nickname: nicknameOf(id)}}
			ask = append(ask, id)
		}
	}
	p.wanted = nil
	if len(ask) == 0 {
		return nil
	}
	found, err := h.Accounts.People(ctx, ask)
	for _, profile := range found {
		p.known[profile.ID] = profile
	}
	return err
}

// nicknameOf is what is known of somebody without an account: guests of the
// classic namespace carry their name in their id.
func nicknameOf(id chat.PersonID) string {
	if id != "" && id[0] == '~' {
		return string(id[1:])
	}
	return ""
}

// author returns somebody who was wanted.
func (p *people) author(id chat.PersonID) Author {
	return Author{ID: id, Name: p.known[id].Nickname}
}

func (p *people) authors(ids []chat.PersonID) []Author {
	authors := make([]Author, 0, len(ids))
	for _, id := range ids {
		authors = append(authors, p.author(id))
	}
	return authors
}

// PeopleOf returns the people with the given profiles, as they are now.
func (h *House) PeopleOf(ctx context.Context, profiles []chat.Profile) ([]Person, error) {
	ids := make([]chat.PersonID, len(profiles))
	for i, p := range profiles {
		ids[i] = p.ID
	}
	states, err := h.States.Of(ctx, ids)
	if err != nil {
		return nil, err
	}
	told := make([]Person, 0, len(profiles))
	var here map[chat.PersonID]bool
	if h.Presence != nil {
		here = h.Presence(ids)
	}
	for _, p := range profiles {
		told = append(told, personOf(p, states[p.ID], here[p.ID]))
	}
	return told, nil
}

func personOf(p chat.Profile, s chat.State, here bool) Person {
	role := p.Role
	if role == "" {
		role = chat.RoleGuest
	}
	told := Person{
		ID: p.ID, Name: p.Nickname, Role: role, Status: p.Status, Disabled: p.Disabled,
		State: "offline", Seen: MillisOf(s.Seen),
	}
	if here {
		told.State, told.Seen = "online", 0
		if s.State == "away" || s.State == "dnd" {
			told.State = s.State
		}
	}
	return told
}
