package archive

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

// accounts looks whether the accounts are as many as are counted, whether each
// has a name, and whether each name has an account.
func (v *verifier) accounts(ctx context.Context, tell teller) error {
	var last []string
	for range settleTries {
		before, err := v.source.Get(ctx, accounts, "count")
		if err != nil {
			return err
		}
		nameless, err := v.people(ctx)
		if err != nil {
			return err
		}
		people := len(nameless)
		var lost []string
		if err := eachRecord(ctx, v.source, accounts, "name/", func(r chat.Record) error {
			v.step.Records++
			v.tell()
			if id := chat.PersonID(r.Value); nameless[id] {
				delete(nameless, id)
			} else {
				lost = append(lost, fmt.Sprintf("the name %q leads to %s, who has another one or is not there", strings.TrimPrefix(r.Key, "name/"), id))
			}
			return nil
		}); err != nil {
			return err
		}
		after, err := v.source.Get(ctx, accounts, "count")
		if err != nil {
			return err
		}
		for id := range nameless {
			lost = append(lost, fmt.Sprintf("no name leads to %s", id))
		}
		slices.Sort(lost)
		// Who changes their name meanwhile can be met twice, or not at all: what
		// is wrong is so again.
		if before[0] != after[0] || !slices.Equal(lost, last) {
			last = lost
			continue
		}
		if count, _ := strconv.Atoi(after[0]); count != people {
			tell("the accounts are counted as %d, but there are %d", count, people)
		}
		for _, line := range lost {
			tell("%s", line)
		}
		return nil
	}
	return fmt.Errorf("the accounts do not come to rest: verify again when fewer people sign up")
}
