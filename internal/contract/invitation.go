package contract

import (
	"context"
	"log/slog"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
)

// An Invitation lets people in.
type Invitation struct {
	ID      string    `json:"id" doc:"For revoking it; no secret." eg:"i3p8q1"`
	Code    string    `json:"code,omitempty" doc:"What lets people in. Told once." eg:"ci_3Fh8sK1v"`
	URL     string    `json:"url,omitempty" doc:"The link to give away. Told once." eg:"https://chat.example.org/invite#ci_3Fh8sK1v"`
	Created Millis    `json:"created" doc:"When it was made." eg:"1763900012345"`
	By      Author    `json:"by" doc:"Who made it."`
	Expires Millis    `json:"expires,omitempty" doc:"When it ends." eg:"1771676012345"`
	Uses    int       `json:"uses" doc:"How many people it lets in; 0 is no limit." eg:"1"`
	Used    int       `json:"used" doc:"How many it has let in." eg:"0"`
	Room    *RoomName `json:"room,omitempty" doc:"The room that they are brought to."`
	Role    chat.Role `json:"role" doc:"What they are." enum:"member,guest" eg:"member"`
}

// A RoomName is a room by id and name.
type RoomName struct {
	ID   chat.RoomID `json:"id" doc:"Id of the room." eg:"r-0199f2c45f0e7c3a9d0b"`
	Name string      `json:"name" doc:"Its name." eg:"Kitchen"`
}

// createInvitation is the act invitation-create.
type createInvitation struct {
	Uses int         `json:"uses,omitempty" doc:"How many people it lets in; 0 is no limit." min:"0" max:"10000" eg:"1"`
	Days int         `json:"days,omitempty" doc:"When it expires; without it never." min:"0" max:"3650" eg:"7"`
	Room chat.RoomID `json:"room,omitempty" doc:"A room to bring them to, where one may invite." eg:"r-0199f2c45f0e7c3a9d0b"`
	Role chat.Role   `json:"role,omitempty" doc:"What they will be; member without it." enum:"member,guest" eg:"member"`
}

// OneInvitation is the answer of invitation-create.
type OneInvitation struct {
	Invitation Invitation `json:"invitation" doc:"The invitation, with its code."`
}

func (in createInvitation) do(ctx context.Context, r *request) (OneInvitation, error) {
	if in.Room != "" {
		if err := r.Rooms.MayInvite(ctx, r.actor, in.Room); err != nil {
			return OneInvitation{}, err
		}
	}
	role := in.Role
	if role == "" {
		role = chat.RoleMember
	}
	made, code, err := r.Accounts.CreateInvitation(ctx, r.actor, auth.NewInvitation{
		Uses: in.Uses, Life: time.Duration(in.Days) * 24 * time.Hour, Room: in.Room, Role: role,
	})
	if err != nil {
		return OneInvitation{}, err
	}
	told, err := r.invitationsOf(ctx, []auth.Invitation{made})
	if err != nil {
		return OneInvitation{}, err
	}
	told[0].Code, told[0].URL = code, r.link("invite", code)
	return OneInvitation{told[0]}, nil
}

// readInvitations is the act invitations.
type readInvitations struct{}

// Invitations is every invitation one may see.
type Invitations struct {
	Invitations []Invitation `json:"invitations" doc:"One's own; of everybody for administrators."`
}

func (readInvitations) do(ctx context.Context, r *request) (Invitations, error) {
	invitations, err := r.Accounts.Invitations(ctx, r.actor)
	if err != nil {
		return Invitations{}, err
	}
	told, err := r.invitationsOf(ctx, invitations)
	return Invitations{told}, err
}

// revokeInvitation is the act invitation-revoke.
type revokeInvitation struct {
	Invitation string `json:"invitation" doc:"Id of the invitation, not its code." eg:"i3p8q1"`
}

func (in revokeInvitation) do(ctx context.Context, r *request) (Nothing, error) {
	r.audit.detail = in.Invitation
	return Nothing{}, r.Accounts.RevokeInvitation(ctx, r.actor, in.Invitation)
}

// readInvitation is the act invitation.
type readInvitation struct {
	Code string `json:"code" doc:"The code of the invitation." eg:"ci_3Fh8sK1v"`
}

// Welcoming is what somebody is told who holds an invitation.
type Welcoming struct {
	Server string    `json:"server" doc:"The name of the house." eg:"The Example House"`
	By     Author    `json:"by" doc:"Who invites."`
	Room   *RoomName `json:"room,omitempty" doc:"The room that one is brought to."`
	Role   chat.Role `json:"role" doc:"What one will be." enum:"member,guest" eg:"member"`
}

func (in readInvitation) do(ctx context.Context, r *request) (Welcoming, error) {
	i, err := r.Accounts.Invitation(ctx, in.Code)
	if err != nil {
		return Welcoming{}, err
	}
	settings, err := r.Accounts.Settings(ctx)
	if err != nil {
		return Welcoming{}, err
	}
	told, err := r.invitationsOf(ctx, []auth.Invitation{i})
	if err != nil {
		return Welcoming{}, err
	}
	return Welcoming{Server: settings.Name, By: told[0].By, Room: told[0].Room, Role: told[0].Role}, nil
}

// invitationsOf returns the forms, without codes.
func (r *request) invitationsOf(ctx context.Context, invitations []auth.Invitation) ([]Invitation, error) {
	var p people
	for _, i := range invitations {
		p.want(i.By)
	}
	if err := p.find(ctx, r.House); err != nil {
		return nil, err
	}
	told := make([]Invitation, 0, len(invitations))
	for _, i := range invitations {
		told = append(told, Invitation{
			ID: i.ID, Created: MillisOf(i.Created), By: p.author(i.By), Expires: MillisOf(i.Expires),
			Uses: i.Uses, Used: i.Used, Room: r.roomName(ctx, i.Room, i.By), Role: i.Role,
		})
	}
	return told, nil
}

// roomName returns the room as its inviter sees it, or nil where they do not
// any more: an invitation does not show more of a private room than the person
// who gave it away could.
func (r *request) roomName(ctx context.Context, room chat.RoomID, by chat.PersonID) *RoomName {
	if room == "" {
		return nil
	}
	inviter, err := r.inviter(ctx, by)
	if err != nil {
		return nil
	}
	v, err := r.Rooms.View(ctx, inviter, room)
	if err != nil {
		return nil
	}
	return &RoomName{ID: v.ID, Name: v.Name}
}

func (r *request) inviter(ctx context.Context, by chat.PersonID) (chat.Actor, error) {
	account, err := r.Accounts.Account(ctx, by)
	return chat.Actor{Person: account.Person, Role: account.Role}, err
}

// bring takes somebody who came by an invitation to its room, as the inviter
// could. That it fails does not undo the account: the room may be gone.
func (r *request) bring(ctx context.Context, i auth.Identity) {
	if i.Invitation == nil || i.Invitation.Room == "" {
		return
	}
	room := i.Invitation.Room
	inviter, err := r.inviter(ctx, i.Invitation.By)
	if err == nil {
		err = r.Rooms.Invite(ctx, inviter, room, chat.NewID(), i.Person.ID)
	}
	if err == nil {
		_, err = r.Rooms.Join(ctx, i.Actor(), room, chat.NewID())
	}
	if err != nil {
		r.Logger.WarnContext(ctx, "somebody came by an invitation and could not be brought to its room",
			slog.String("room", string(room)), slog.String("person", string(i.Person.ID)), slog.Any("error", err))
	}
}
