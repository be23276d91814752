package chat

import (
	"context"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxReactions is how many kinds of emoji one message can have.
	maxReactions = 50
	// maxEmoji is the longest emoji, in bytes.
	maxEmoji = 64
)

var errEmoji = invalid("A reaction is one emoji such as 👍, or a name such as :party:.")

// React puts an emoji on a message. One that is there already stays as it is.
func (m *Messages) React(ctx context.Context, a Actor, room RoomID, id ID, seq uint64, emoji string) (Cursor, error) {
	if !isEmoji(emoji) {
		return Cursor{}, errEmoji
	}
	key := reactKey(seq, emoji, a.ID)
	return m.settle(ctx, a, Draft{Room: room, ID: id, Kind: KindReact, Ref: seq, Text: emoji}, func(s standing, _ Entry) (Effects, error) {
		if err := m.mayWrite(ctx, a, s); err != nil {
			return Effects{}, err
		}
		kinds, there := make(map[string]bool), false
		prefix := onKey(seq, "react/")
		err := m.scan(ctx, RoomShelf(room), prefix, prefix+"\xff", func(r Record) {
			kind, _, _ := strings.Cut(r.Key[len(prefix):], reactSeparator)
			kinds[kind] = true
			there = there || r.Key == key
		})
		switch {
		case err != nil:
			return Effects{}, err
		case there:
			return Effects{}, errSettled
		case len(kinds) >= maxReactions && !kinds[emoji]:
			return Effects{}, forbidden(fmt.Sprintf("There are %d kinds of reactions on this message already. Use one of them.", maxReactions))
		}
		return Effects{Commit: Commit{If: []Record{{Key: key}}, Do: []Write{Stamp(key)}}}, nil
	})
}

// Unreact takes an emoji of a's off a message. One that is not there is no
// error.
func (m *Messages) Unreact(ctx context.Context, a Actor, room RoomID, id ID, seq uint64, emoji string) (Cursor, error) {
	if !isEmoji(emoji) {
		return Cursor{}, errEmoji
	}
	key := reactKey(seq, emoji, a.ID)
	return m.settle(ctx, a, Draft{Room: room, ID: id, Kind: KindUnreact, Ref: seq, Text: emoji}, func(s standing, _ Entry) (Effects, error) {
		was, err := m.store.Get(ctx, RoomShelf(room), key)
		switch {
		case err != nil:
			return Effects{}, err
		case !s.joined():
			return Effects{}, errJoinFirst
		case was[0] == "":
			return Effects{}, errSettled
		}
		return Effects{Commit: Commit{If: []Record{{Key: key, Value: was[0]}}, Do: []Write{Remove(key)}}}, nil
	})
}

// settle is act for what may be so already. Whoever made it so and asks again
// gets the answer of the first time; for others it is the room's present end,
// which is not before the moment at which it became so.
func (m *Messages) settle(ctx context.Context, a Actor, d Draft, judge func(standing, Entry) (Effects, error)) (Cursor, error) {
	e, err := m.act(ctx, a, d, judge)
	if err == errSettled {
		d.Author = a.ID
		if kept := m.rooms.keptBefore(ctx, d); kept.Duplicate || CodeOf(kept.Err) == CodeUnavailable {
			return kept.Entry.Cursor, kept.Err
		}
		return m.store.Head(ctx, d.Room)
	}
	return e.Cursor, err
}

// reactSeparator stands between an emoji and whose it is; neither has it.
const reactSeparator = "\x1f"

func reactKey(seq uint64, emoji string, p PersonID) string {
	return onKey(seq, "react/") + emoji + reactSeparator + string(p)
}

// isEmoji reports whether s can be a reaction: one emoji with its modifiers, or
// a name between colons that clients know a picture for. What it looks like is
// the clients' matter; it must be neither a text nor a row of emoji.
func isEmoji(s string) bool {
	if s == "" || len(s) > maxEmoji || !utf8.ValidString(s) {
		return false
	}
	if name, ok := strings.CutPrefix(s, ":"); ok {
		name, ok = strings.CutSuffix(name, ":")
		return ok && name != "" && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789_+-") == ""
	}
	// last is the last rune that is part of the picture.
	var last rune
	for i, r := range s {
		switch {
		case isRegional(r) && isRegional(last) && utf8.RuneCountInString(s) == 2: // a flag
		case r >= 0x1F3FB && r <= 0x1F3FF: // the colour of a skin, of what is before it
		case unicode.IsSymbol(r), r >= 0x1F000 && r <= 0x1FAFF, strings.ContainsRune("‼⁉〰〽ℹ", r):
			// The range is where new emoji come, which the tables of Go know later.
			if last != 0 && last != joiner {
				return false
			}
		case strings.ContainsRune("0123456789#*", r):
			// A keycap: the digit with what makes it one.
			if rest := s[i+utf8.RuneLen(r):]; i > 0 || rest != "\ufe0f\u20e3" && rest != "\u20e3" {
				return false
			}
		case last == 0:
			return false
		case r == '\ufe0f', r == '\u20e3', r >= 0xE0020 && r <= 0xE007F:
			continue
		case r == joiner:
		default:
			return false
		}
		last = r
	}
	return last != joiner
}

// joiner makes one picture of two.
const joiner = '\u200d'

// isRegional reports whether two of r are a flag.
func isRegional(r rune) bool { return r >= 0x1F1E6 && r <= 0x1F1FF }
