package chat_test

import (
	"strings"
	"testing"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestModeration_aMuteOutlastsLeaving(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	owner, p := h.member("Owner"), h.member("Person")
	room := h.create(owner, chat.RoomPublic, "Plans")
	h.join(room, p)
	h.must(h.rooms.Mute(ctx, owner, room, chat.ID{}, p.ID, time.Hour, "loud"))
	muted := func() bool {
		v, err := h.rooms.View(ctx, p, room)
		h.must(err)
		return v.Me.Muted(h.clock.Now())
	}
	h.must(h.rooms.Leave(ctx, p, room, chat.ID{}))
	h.join(room, p)
	if !muted() {
		t.Error("leaving and coming back has ended a mute")
	}
	h.must(h.rooms.Ban(ctx, owner, room, chat.ID{}, p.ID, ""))
	h.must(h.rooms.Unban(ctx, owner, room, chat.ID{}, p.ID, ""))
	h.join(room, p)
	if !muted() {
		t.Error("a ban that was lifted has ended a mute")
	}
	h.clock.pass(time.Hour)
	if muted() {
		t.Error("a mute of an hour lasts longer")
	}
	h.must(h.rooms.Mute(ctx, owner, room, chat.ID{}, p.ID, time.Hour, ""))
	h.must(h.rooms.Unmute(ctx, owner, room, chat.ID{}, p.ID))
	if muted() {
		t.Error("a mute that was lifted lasts")
	}
}

func TestModeration_theBanned(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	owner, p := h.member("Owner"), h.member("Person")
	room := h.create(owner, chat.RoomPublic, "Plans")
	for range 2 { // a second ban changes nothing
		h.must(h.rooms.Ban(ctx, owner, room, chat.ID{}, p.ID, " spam "))
	}
	banned, err := h.rooms.Bans(ctx, owner, room)
	h.must(err)
	if len(banned) != 1 || banned[0].Person != p.ID || banned[0].Reason != "spam" || banned[0].By != owner.ID {
		t.Errorf("banned: got %+v, want Person for spam by Owner", banned)
	}
	h.wantCode("inviting the banned", h.rooms.Invite(ctx, owner, room, chat.ID{}, p.ID), chat.CodeConflict)
	h.must(h.rooms.Unban(ctx, owner, room, chat.ID{}, p.ID, ""))
	if banned, err = h.rooms.Bans(ctx, owner, room); err != nil || len(banned) != 0 {
		t.Errorf("banned after the ban was lifted: got %v, %v", banned, err)
	}
}

func TestModeration_guestsOfTheLobby(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	root := h.person("Root", chat.RoleOwner)
	guest, err := chat.NewPerson("Zoë Ω")
	h.must(err)
	h.must(h.rooms.Ban(ctx, root, chat.Lobby, chat.ID{}, guest.ID, ""))
	_, err = h.rooms.View(ctx, chat.Actor{Person: guest, Role: chat.RoleGuest}, chat.Lobby)
	h.wantCode("the lobby of the banned", err, chat.CodeBanned)
	h.must(h.rooms.Unban(ctx, root, chat.Lobby, chat.ID{}, guest.ID, ""))
	h.must(h.rooms.Mute(ctx, root, chat.Lobby, chat.ID{}, guest.ID, time.Hour, ""))
	h.wantCode("a nickname that nobody can have",
		h.rooms.Ban(ctx, root, chat.Lobby, chat.ID{}, "~Zoë  Ω", ""), chat.CodeNotFound)
	h.wantCode("a nickname in another room",
		h.rooms.Ban(ctx, root, h.create(root, chat.RoomPublic, "Plans"), chat.ID{}, guest.ID, ""), chat.CodeNotFound)
	h.wantCode("a rank for a nickname",
		h.rooms.SetRank(ctx, root, chat.Lobby, chat.ID{}, guest.ID, chat.RankModerator), chat.CodeInvalid)
	h.wantCode("an account that is not there",
		h.rooms.Ban(ctx, root, chat.Lobby, chat.ID{}, "u-nobody", ""), chat.CodeNotFound)
}

func TestModeration_ranks(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	ana, bo := h.member("Ana"), h.member("Bo")
	room := h.create(ana, chat.RoomPrivate, "Plans")
	rank := func(a, who chat.Actor, r chat.Rank) error { return h.rooms.SetRank(ctx, a, room, chat.ID{}, who.ID, r) }
	h.wantCode("somebody who is not in", rank(ana, bo, chat.RankOwner), chat.CodeNotFound)
	h.must(h.rooms.Invite(ctx, ana, room, chat.ID{}, bo.ID))
	h.wantCode("somebody who is invited", rank(ana, bo, chat.RankOwner), chat.CodeNotFound)
	h.join(room, bo)
	h.wantCode("the only owner", rank(ana, ana, chat.RankMember), chat.CodeConflict)
	h.wantCode("no rank", rank(ana, bo, "king"), chat.CodeInvalid)
	h.wantCode("an owner", rank(ana, bo, chat.RankOwner), ok)
	h.wantCode("one owner by another", rank(bo, ana, chat.RankMember), ok)
	if got := h.members(room); got[ana.ID] != chat.RankMember || got[bo.ID] != chat.RankOwner {
		t.Errorf("ranks: got %v, want Bo as the owner", got)
	}
}

func TestModeration_withdrawingAnInvitation(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	owner, member, other, p := h.member("Owner"), h.member("Member"), h.member("Other"), h.member("Person")
	room := h.create(owner, chat.RoomPublic, "Plans")
	h.join(room, member, other)
	h.must(h.rooms.Invite(ctx, member, room, chat.ID{}, p.ID))
	h.wantCode("by another member", h.rooms.Remove(ctx, other, room, chat.ID{}, p.ID, ""), chat.CodeForbidden)
	h.wantCode("by whoever has invited", h.rooms.Remove(ctx, member, room, chat.ID{}, p.ID, ""), ok)
	if got := h.mine(p); len(got) != 0 {
		t.Errorf("rooms: got %v, want none", got)
	}
}

func TestModeration_input(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx := t.Context()
	owner, p := h.member("Owner"), h.member("Person")
	room := h.create(owner, chat.RoomPublic, "Plans")
	h.join(room, p)
	mute := func(d time.Duration, reason string) error {
		return h.rooms.Mute(ctx, owner, room, chat.ID{}, p.ID, d, reason)
	}
	for _, c := range []struct {
		name   string
		d      time.Duration
		reason string
		want   chat.Code
	}{
		{"a moment", time.Millisecond, "", chat.CodeInvalid},
		{"for ever", 366 * 24 * time.Hour, "", chat.CodeInvalid},
		{"the longest reason", time.Second, strings.Repeat("é", 500), ok},
		{"too long a reason", time.Second, strings.Repeat("é", 501), chat.CodeInvalid},
		{"a reason that turns text around", time.Second, "\u202Eabc", chat.CodeInvalid},
		{"a reason of two lines with an emoji", 365 * 24 * time.Hour, "so\n\U0001F469\u200D\U0001F680", ok},
		{"no text", time.Second, "\xff", chat.CodeInvalid},
	} {
		h.wantCode(c.name, mute(c.d, c.reason), c.want)
	}
}
