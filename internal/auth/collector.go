package auth

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

const (
	// roundEvery is how long after the end of one round the next begins.
	roundEvery = time.Hour
	// stepTime is how long a node has for one step before another one may
	// take it up, and stepPause how long it leaves the store to others after it.
	stepTime  = time.Minute
	stepPause = time.Second
	// stepRecords and stepGuests bound one step: how many records it looks at,
	// and how many guests it lets go, each of whom has to leave their rooms.
	stepRecords = 200
	stepGuests  = 20
)

// A Collector takes away, step by step, what nobody can use any more: sessions,
// tokens, invitations, codes and counts whose time is over, and guests who have
// not come back. The nodes of a server take turns, and whoever comes after a
// crash goes on where the last one was.
type Collector struct {
	accounts *Accounts
	life     time.Duration
	forget   func(ctx context.Context, p chat.Person) (gone bool, err error)
}

// NewCollector returns a collector that lets go of guests who have not been
// here for life; 0 keeps them for ever. forget takes somebody out of all rooms,
// or reports that they must stay; it may be asked again about the same person.
// What they have written is not theirs to take along.
func NewCollector(a *Accounts, life time.Duration, forget func(ctx context.Context, p chat.Person) (gone bool, err error)) *Collector {
	return &Collector{accounts: a, life: life, forget: forget}
}

// Run collects until ctx ends. Every node of a server may run one.
func (c *Collector) Run(ctx context.Context) {
	for wait := stepPause; ; {
		// Nodes that were started together would ask for the turn together.
		timer := time.NewTimer(wait + rand.N(stepPause))
		select {
		case <-timer.C:
		case <-ctx.Done():
			timer.Stop()
			return
		}
		var err error
		if wait, err = c.Step(ctx); err != nil {
			wait = stepTime
			if ctx.Err() == nil && chat.CodeOf(err) != chat.CodeUnavailable {
				c.accounts.logger.Warn("collecting what is out of date failed: it is tried again", slog.Any("error", err))
			}
		}
	}
}

const turnKey = "collect"

// A turn says where the collecting is: one for all nodes.
type turn struct {
	Next  int64  `json:"next"`            // when the next step is due
	After string `json:"after,omitempty"` // the last record that was looked at
}

// Step does one step of the work if one is due that no other node has taken,
// and returns how long it is until the next.
func (c *Collector) Step(ctx context.Context) (wait time.Duration, err error) {
	a := c.accounts
	now := a.now()
	values, err := a.get(ctx, turnKey)
	if err != nil {
		return 0, err
	}
	var t turn
	if values[0] != "" {
		if t, err = decode[turn](turnKey, values[0]); err != nil {
			return 0, err
		}
	}
	// A time further off than any turn is of a clock that was wrong.
	if wait := instant(t.Next).Sub(now); wait > 0 && wait <= roundEvery {
		return wait, nil
	}
	mine := encode(turn{millis(now.Add(stepTime)), t.After})
	if err := c.take(ctx, values[0], mine); err != nil {
		return stepTime, passed(err)
	}
	after, err := c.collect(ctx, t.After)
	if err != nil {
		return 0, err
	}
	if wait = stepPause; after == "" {
		wait = roundEvery
	}
	return wait, passed(c.take(ctx, mine, encode(turn{millis(a.now().Add(wait)), after})))
}

func (c *Collector) take(ctx context.Context, was, is string) error {
	return c.accounts.records.Commit(ctx, shelf, chat.Commit{
		If: []chat.Record{{Key: turnKey, Value: was}}, Do: []chat.Write{chat.Put(turnKey, is)},
	})
}

// passed is err unless somebody else was quicker, which is as good.
func passed(err error) error {
	if chat.CodeOf(err) == chat.CodeConflict {
		return nil
	}
	return err
}

// collected are the records that are looked at, in the order of their keys.
var collected = []string{"account/", "invite/", "known/", "reset/", "session/", "token/", "tries/"}

// collect looks at the records after a key, and returns the last one it has
// looked at or "" when that was all.
func (c *Collector) collect(ctx context.Context, after string) (string, error) {
	left, guests := stepRecords, stepGuests
	for _, prefix := range collected {
		from := ""
		switch {
		case strings.HasPrefix(after, prefix):
			from = after
		case prefix < after:
			continue
		}
		page, err := c.accounts.records.List(ctx, shelf, chat.Prefix(prefix, from, left))
		if err != nil {
			return "", err
		}
		for _, r := range page {
			gone, err := c.judge(ctx, prefix, r)
			if chat.CodeOf(err) == chat.CodeInternal && err != nil {
				// What cannot be read must not keep the rest from being collected.
				c.accounts.logger.Warn("a record cannot be collected", slog.Any("error", err))
			} else if err != nil {
				return "", err
			}
			if after = r.Key; gone && prefix == "account/" {
				guests--
			}
			if left--; left == 0 || guests == 0 {
				return after, nil
			}
		}
	}
	return "", nil
}

// judge takes a record away if its time is over.
func (c *Collector) judge(ctx context.Context, prefix string, r chat.Record) (gone bool, err error) {
	if prefix == "account/" {
		return c.judgeGuest(ctx, r)
	}
	a := c.accounts
	over, err := a.isOver(r)
	if err != nil || !over {
		return false, err
	}
	also, err := a.beside(ctx, prefix, r)
	if err != nil {
		return false, err
	}
	return true, passed(a.records.Commit(ctx, shelf, and(chat.Commit{
		If: []chat.Record{r}, Do: []chat.Write{chat.Remove(r.Key)},
	}, also)))
}

// isOver reports whether a record means nothing any more.
func (a *Accounts) isOver(r chat.Record) (bool, error) {
	if strings.HasPrefix(r.Key, "tries/") {
		tried, err := a.recent(r.Key, r.Value)
		return len(tried) == 0, err
	}
	timed, err := decode[timedRecord](r.Key, r.Value)
	return timed.Expires != 0 && timed.Expires <= millis(a.now()), err
}

// A timedRecord is what all records have in common that expire.
type timedRecord struct {
	Person  chat.PersonID `json:"person"`
	Expires int64         `json:"expires"`
}

// beside returns the commit that takes away what leads to a record.
func (a *Accounts) beside(ctx context.Context, prefix string, r chat.Record) (chat.Commit, error) {
	hash := strings.TrimPrefix(r.Key, prefix)
	switch prefix {
	case "invite/":
		return chat.Commit{Do: []chat.Write{chat.Remove("used/" + hash)}}, nil
	case "known/", "tries/":
		return chat.Commit{}, nil
	}
	timed, err := decode[timedRecord](r.Key, r.Value)
	if err != nil || prefix != "reset/" {
		list := prefix[:len(prefix)-1] + "s/"
		return chat.Commit{Do: []chat.Write{chat.Remove(list + string(timed.Person) + "/" + idOf(hash))}}, err
	}
	// A later code may have taken the place of this one.
	index := "resets/" + string(timed.Person)
	kept, err := a.get(ctx, index)
	if err != nil || kept[0] != hash {
		return chat.Commit{}, err
	}
	return chat.Commit{If: []chat.Record{{Key: index, Value: hash}}, Do: []chat.Write{chat.Remove(index)}}, nil
}

// judgeGuest lets go of a guest who has not been here for too long: first
// nobody can be them any more, then they leave their rooms, and then the name
// is free. Whatever comes in between, a later round goes on.
func (c *Collector) judgeGuest(ctx context.Context, r chat.Record) (gone bool, err error) {
	acc, err := decode[accountRecord](r.Key, r.Value)
	if err != nil || !acc.Guest || c.life == 0 {
		return false, err
	}
	a := c.accounts
	seenKey := "seen/" + string(acc.ID)
	values, err := a.get(ctx, seenKey)
	if err != nil {
		return false, err
	}
	seen, _ := strconv.ParseInt(values[0], 10, 64)
	if a.now().Sub(instant(max(seen, acc.Created))) < c.life {
		return false, nil
	}
	asSeen := chat.Commit{If: []chat.Record{r, {Key: seenKey, Value: values[0]}}}
	ended, err := a.ending(ctx, acc.ID, all)
	if err != nil {
		return false, err
	}
	if len(ended.Do) > 0 {
		if err := a.records.Commit(ctx, shelf, and(asSeen, ended)); err != nil {
			return false, passed(err)
		}
	}
	if gone, err := c.forget(ctx, acc.person()); err != nil || !gone {
		return false, err
	}
	unnamed, err := a.unname(ctx, acc)
	if err != nil {
		return false, err
	}
	err = a.records.Commit(ctx, shelf, and(asSeen, unnamed, chat.Commit{Do: []chat.Write{
		chat.Remove(r.Key), chat.Remove(seenKey), chat.Remove("logins/" + string(acc.ID)), chat.Add("count", -1),
	}}))
	return err == nil, passed(err)
}

// unname returns the commit that frees the name of r, as far as nobody else
// has it by now.
func (a *Accounts) unname(ctx context.Context, r accountRecord) (chat.Commit, error) {
	n, err := newName(r.Name)
	if err != nil {
		return chat.Commit{}, err
	}
	keys := n.keys()
	values, err := a.get(ctx, keys...)
	if err != nil {
		return chat.Commit{}, err
	}
	var c chat.Commit
	for i, key := range keys {
		if values[i] == string(r.ID) {
			c.If = append(c.If, chat.Record{Key: key, Value: values[i]})
			c.Do = append(c.Do, chat.Remove(key))
		}
	}
	return c, nil
}
