package auth

import (
	"context"
	"crypto/rand"
	"strconv"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// guestIdle is after what time without a sign-in a guest's name is free for
// others. The guest is given another one.
const guestIdle = 30 * 24 * time.Hour

func (n name) keys() []string { return []string{"name/" + n.key, "look/" + n.look} }

// claim returns the commit that gives n to self, who has had the name old (the
// zero name for nobody). The error is chat.ErrTaken.
func (a *Accounts) claim(ctx context.Context, n, old name, self chat.PersonID) (chat.Commit, error) {
	var c chat.Commit
	if n.key != old.key && a.held(n.key) {
		return c, chat.ErrTaken
	}
	keys := n.keys()
	values, err := a.get(ctx, keys...)
	if err != nil {
		return c, err
	}
	moved := make(map[string]bool)
	for _, holder := range values {
		if holder == "" || holder == string(self) || moved[holder] {
			continue
		}
		moved[holder] = true
		if err := a.displace(ctx, chat.PersonID(holder), &c); err != nil {
			return c, err
		}
	}
	if old != (name{}) {
		for _, key := range old.keys() {
			c.If = append(c.If, chat.Record{Key: key, Value: string(self)})
			c.Do = append(c.Do, chat.Remove(key))
		}
	}
	for i, key := range keys {
		c.If = append(c.If, chat.Record{Key: key, Value: values[i]})
		c.Do = append(c.Do, chat.Put(key, string(self)))
	}
	return c, nil
}

// displace adds to c what gives an idle guest another name.
func (a *Accounts) displace(ctx context.Context, guest chat.PersonID, c *chat.Commit) error {
	r, raw, err := a.account(ctx, guest)
	if err != nil {
		return err
	}
	seenKey := "seen/" + string(guest)
	seen, err := a.get(ctx, seenKey)
	if err != nil {
		return err
	}
	ms, _ := strconv.ParseInt(seen[0], 10, 64)
	if !r.Guest || a.now().Sub(instant(max(ms, r.Created))) < guestIdle {
		return chat.ErrTaken
	}
	old, err := newName(r.Name)
	if err != nil {
		return chat.ErrTaken
	}
	next, err := newName(cut(r.Name, chat.MaxNickname-5) + " " + suffix())
	if err != nil {
		return chat.ErrTaken
	}
	r.Name, r.Ended = next.shown, ""
	c.If = append(c.If, chat.Record{Key: r.key(), Value: raw}, chat.Record{Key: seenKey, Value: seen[0]})
	c.Do = append(c.Do, chat.Put(r.key(), encode(r)))
	for _, key := range old.keys() {
		c.Do = append(c.Do, chat.Remove(key))
	}
	for _, key := range next.keys() {
		c.If = append(c.If, chat.Record{Key: key})
		c.Do = append(c.Do, chat.Put(key, string(guest)))
	}
	return nil
}

// cut returns the first n code points of s.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}

// suffix returns four digits: they belong to every script.
func suffix() string {
	b := make([]byte, 2)
	_, _ = rand.Read(b)
	return strconv.Itoa(1000 + (int(b[0])<<8|int(b[1]))%9000)
}

// claimEmail returns the commit that gives the address email to self, who has
// had old. Both are checked, or "".
func (a *Accounts) claimEmail(ctx context.Context, email, old string, self chat.PersonID) (chat.Commit, error) {
	var c chat.Commit
	if old != "" {
		key := "email/" + foldEmail(old)
		c.If = append(c.If, chat.Record{Key: key, Value: string(self)})
		c.Do = append(c.Do, chat.Remove(key))
	}
	if email == "" {
		return c, nil
	}
	key := "email/" + foldEmail(email)
	values, err := a.get(ctx, key)
	if err != nil {
		return c, err
	}
	if values[0] != "" && values[0] != string(self) {
		return c, errEmailTaken
	}
	if old == "" || foldEmail(old) != foldEmail(email) {
		c.If = append(c.If, chat.Record{Key: key, Value: values[0]})
	}
	c.Do = append(c.Do, chat.Put(key, string(self)))
	return c, nil
}

var errEmailTaken = &chat.Error{
	Code:    chat.CodeConflict,
	Message: "Another account has this e-mail address. Sign in to that one, or use another address.",
}

// and returns one commit that is both.
func and(c chat.Commit, more ...chat.Commit) chat.Commit {
	for _, m := range more {
		c.If = append(c.If, m.If...)
		c.Do = append(c.Do, m.Do...)
	}
	return c
}
