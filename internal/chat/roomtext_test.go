package chat_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestRoomText_names(t *testing.T) {
	h := newHouse(t, openStore(t))
	a := h.member("Ana")
	for _, c := range []struct {
		name, in, want string
		code           chat.Code
	}{
		{"spaces", "  Big \u3000 plans ", "Big plans", ok},
		{"composed", "Cafe\u0301", "Café", ok},
		{"emoji", "🚀 launch", "🚀 launch", ok},
		{"as long as can be", strings.Repeat("ä", 64), strings.Repeat("ä", 64), ok},
		{"too long", strings.Repeat("ä", 65), "", chat.CodeInvalid},
		{"empty", "", "", chat.CodeInvalid},
		{"blank", " \t\u3000", "", chat.CodeInvalid},
		{"zero width", "pla\u200bns", "", chat.CodeInvalid},
		{"joiner", "pla\u200dns", "", chat.CodeInvalid},
		{"turned around", "\u202ename", "", chat.CodeInvalid},
		{"control", "a\nb", "", chat.CodeInvalid},
		{"filler", "\u3164", "", chat.CodeInvalid},
		{"not text", "\xc3\x28", "", chat.CodeInvalid},
		{"a tower of marks", "z" + strings.Repeat("\u0336", 30), "", chat.CodeInvalid},
		{"long before it is short", strings.Repeat(" ", 100_000) + "x", "", chat.CodeInvalid},
	} {
		v, err := h.rooms.Create(t.Context(), a, chat.ID{}, chat.NewRoom{Kind: chat.RoomPublic, Name: c.in})
		h.wantCode(c.name, err, c.code)
		if err == nil && v.Name != c.want {
			t.Errorf("%s: got %q, want %q", c.name, v.Name, c.want)
		}
	}
}

func TestRoomText_topicsAndDescriptions(t *testing.T) {
	h := newHouse(t, openStore(t))
	ctx, a := t.Context(), h.member("Ana")
	room := h.create(a, chat.RoomPublic, "Plans")
	astronaut := "\U0001F469\u200D\U0001F680 \u2764\uFE0F"
	for _, c := range []struct {
		name   string
		change chat.RoomChange
		code   chat.Code
	}{
		{"emoji of several parts", chat.RoomChange{Topic: &astronaut}, ok},
		{"lines in a description", chat.RoomChange{Description: text("one\n\ttwo")}, ok},
		{"lines in a topic", chat.RoomChange{Topic: text("one\ntwo")}, chat.CodeInvalid},
		{"nothing", chat.RoomChange{Topic: text("")}, ok},
		{"the longest topic", chat.RoomChange{Topic: text(strings.Repeat("ü", 250))}, ok},
		{"too long a topic", chat.RoomChange{Topic: text(strings.Repeat("ü", 251))}, chat.CodeInvalid},
		{"too long a description", chat.RoomChange{Description: text(strings.Repeat("ü", 2001))}, chat.CodeInvalid},
		{"text turned around", chat.RoomChange{Description: text("a\u2066b")}, chat.CodeInvalid},
		{"too slow", chat.RoomChange{Slow: number(chat.MaxSlow + 1)}, chat.CodeInvalid},
		{"backwards", chat.RoomChange{Slow: number(-1)}, chat.CodeInvalid},
		{"slow", chat.RoomChange{Slow: number(30)}, ok},
	} {
		_, err := h.rooms.Change(ctx, a, room, chat.ID{}, c.change)
		h.wantCode(c.name, err, c.code)
	}
	v, err := h.rooms.View(ctx, a, room)
	h.must(err)
	if v.Slow != 30 || v.Description != "one\n\ttwo" || utf8.RuneCountInString(v.Topic) != 250 {
		t.Errorf("room: got %+v", v.RoomInfo)
	}
	before := len(h.entries(room))
	_, err = h.rooms.Change(ctx, a, room, chat.ID{}, chat.RoomChange{Slow: number(30)})
	h.must(err)
	if got := len(h.entries(room)) - before; got != 0 {
		t.Errorf("a change that changes nothing: got %d entries, want none", got)
	}
}

func number(n int) *int { return &n }
