package main

import (
	"context"
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/causerie-chat/causerie/internal/auth"
	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/causerie-chat/causerie/internal/config"
)

const userUsage = `Usage: causerie user list [OPTIONS]
       causerie user add [OPTIONS] NAME
       causerie user reset [OPTIONS] NAME
       causerie user promote [OPTIONS] NAME [ROLE]

Looks after accounts from the console, without a login.

  list     prints everybody: id, name, role, last seen
  add      makes an account and prints a link to set its password with
  reset    prints such a link for somebody who has lost their password
  promote  makes somebody owner, admin (without a ROLE) or member

All but list need the server stopped when the chat is kept in a folder. NAME is
a name or an id.
`

// operator is whoever runs the program at its console.
var operator = chat.Actor{Role: chat.RoleOwner}

func (p program) user(ctx context.Context, args []string) int {
	a := p.arguments("user", userUsage)
	role := a.String("role", "member", "`ROLE` of a new account: owner, admin or member")
	email := a.String("email", "", "`ADDRESS` of a new account")
	a.store["url"] = a.String("url", "", "`URL` that people reach the server by, as of causerie serve")
	if code, done := a.parse(args, 1, 3); done {
		return code
	}
	what, words := a.words[0], a.words[1:]
	most, known := map[string]int{"list": 0, "add": 1, "reset": 1, "promote": 2}[what]
	switch {
	case !known:
		return p.misused("there is no causerie user %s: see causerie user --help", what)
	case len(words) > most || len(words) < min(1, most):
		a.help(p.stderr)
		return exitUsage
	case what == "list":
		return onStore(ctx, a, p.openReadable, func(_ config.Config, s readable) error { return p.users(ctx, s) })
	}
	return onStore(ctx, a, p.openWritable, func(cfg config.Config, s chat.Store) error {
		u := users{p: p, cfg: cfg, accounts: auth.New(s, auth.Options{})}
		switch what {
		case "add":
			return u.add(ctx, words[0], *email, chat.Role(*role))
		case "reset":
			return u.reset(ctx, words[0])
		default:
			words = append(words, string(chat.RoleAdmin))
			return u.promote(ctx, words[0], chat.Role(words[1]))
		}
	})
}

// users does what the command user does.
type users struct {
	p        program
	cfg      config.Config
	accounts *auth.Accounts
}

func (u users) add(ctx context.Context, name, email string, role chat.Role) error {
	made, err := u.accounts.Add(ctx, operator, auth.Registration{Name: name, Email: email}, role)
	if err != nil {
		return err
	}
	fmt.Fprintf(u.p.stdout, "%s is here, as %s with the id %s.\n", made.Nickname, made.Role, made.ID)
	return u.link(ctx, made.ID)
}

func (u users) reset(ctx context.Context, name string) error {
	id, err := u.find(ctx, name)
	if err != nil {
		return err
	}
	return u.link(ctx, id)
}

// link prints where somebody sets their password.
func (u users) link(ctx context.Context, id chat.PersonID) error {
	code, expires, err := u.accounts.ResetCode(ctx, operator, id)
	if err != nil {
		return err
	}
	base := u.cfg.URL
	if base == "" {
		base = shownURL(u.cfg.Addr, u.cfg.TLSCert != "")
	}
	fmt.Fprintf(u.p.stdout, "This link sets the password, once, until %s:\n\n  %s/reset#%s\n",
		expires.Format("2006-01-02 15:04"), base, code)
	return nil
}

func (u users) promote(ctx context.Context, name string, role chat.Role) error {
	id, err := u.find(ctx, name)
	if err != nil {
		return err
	}
	if err := u.accounts.SetRole(ctx, operator, id, role); err != nil {
		return err
	}
	fmt.Fprintf(u.p.stdout, "%s is %s now.\n", name, role)
	return nil
}

// find returns who has a name or an id.
func (u users) find(ctx context.Context, name string) (chat.PersonID, error) {
	if account, err := u.accounts.Account(ctx, chat.PersonID(name)); err == nil {
		return account.ID, nil
	}
	key, err := chat.NameKey(name)
	if err != nil {
		return "", err
	}
	named, err := u.accounts.Named(ctx, []string{key})
	if err != nil {
		return "", err
	}
	if named[key].ID == "" {
		return "", fmt.Errorf("there is nobody with the name or id %q: causerie user list has everybody", name)
	}
	return named[key].ID, nil
}

// users prints everybody.
func (p program) users(ctx context.Context, s readable) error {
	accounts := auth.New(onlyRecords{s}, auth.Options{})
	out := tabwriter.NewWriter(p.stdout, 0, 8, 2, ' ', 0)
	fmt.Fprintln(out, "ID\tNAME\tROLE\tSEEN\t")
	for cursor := ""; ; {
		found, next, _, err := accounts.List(ctx, "", cursor, 200)
		if err != nil {
			return err
		}
		for _, a := range found {
			role := string(a.Role)
			if a.Disabled {
				role += " (disabled)"
			}
			seen := "never"
			if !a.Seen.IsZero() && a.Seen.After(time.UnixMilli(0)) {
				seen = a.Seen.Format("2006-01-02")
			}
			fmt.Fprintf(out, "%s\t%s\t%s\t%s\t\n", a.ID, a.Nickname, role, seen)
		}
		if cursor = next; cursor == "" {
			return out.Flush()
		}
	}
}

// onlyRecords are the records of a store that is only read.
type onlyRecords struct{ readable }

var errReadOnly = &chat.Error{Code: chat.CodeUnavailable, Message: "This store is open for reading only."}

// Commit implements chat.Records.
func (onlyRecords) Commit(context.Context, chat.Shelf, chat.Commit) error { return errReadOnly }

// WatchShelf implements chat.Records.
func (onlyRecords) WatchShelf(context.Context, chat.Shelf, func([]chat.Record)) (func(), error) {
	return nil, errReadOnly
}
