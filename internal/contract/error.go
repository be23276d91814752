package contract

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/internal/chat"
)

// An Error is a failure as clients are told it.
type Error struct {
	Code       chat.Code `json:"code" doc:"What happened, for programs. See the table of codes." eg:"not-found"`
	Message    string    `json:"message" doc:"What happened and what to do, for people." eg:"There is no such room."`
	RetryAfter int       `json:"retryAfter,omitempty" doc:"Seconds after which trying again makes sense." eg:"3"`
}

// ErrorOf returns what a client is told of err. What is not a *chat.Error is a
// mistake of ours, of which only the log tells; a context that has ended is a
// store that did not answer in time.
func ErrorOf(err error) Error {
	if e := (*chat.Error)(nil); !errors.As(err, &e) && ended(err) {
		err = chat.Unavailable(err)
	}
	told := Error{Code: chat.CodeOf(err), Message: chat.MessageOf(err)}
	if e := (*chat.Error)(nil); errors.As(err, &e) {
		told.RetryAfter = seconds(e.RetryAfter)
	}
	if told.RetryAfter == 0 && (told.Code == chat.CodeRateLimited || told.Code == chat.CodeUnavailable) {
		told.RetryAfter = 1
	}
	return told
}

// CodeUnknownEvent: nothing here has this name. Only the door of events knows
// it; an unknown path is chat.CodeNotFound.
const CodeUnknownEvent chat.Code = "unknown-event"

// maxEventTold bounds what is repeated of a name that a client made up, in
// bytes.
const maxEventTold = 64

// UnknownEvent is the answer to an event that no act has.
func UnknownEvent(name string) error {
	for _, a := range Table() {
		if a.Name == name && a.Event == "" {
			return &chat.Error{Code: CodeUnknownEvent, Message: fmt.Sprintf(
				"There is no event %q: do this over HTTP, with %s /api/v1%s.", name, a.Method, a.Path)}
		}
	}
	if len(name) > maxEventTold {
		name = strings.ToValidUTF8(name[:maxEventTold], "") + "…"
	}
	return &chat.Error{Code: CodeUnknownEvent, Message: fmt.Sprintf(
		"There is no event %q. The documentation lists those that there are.", name)}
}

func ended(err error) bool {
	return errors.Is(err, context.DeadlineExceeded) || errors.Is(err, context.Canceled)
}

// seconds rounds up: a client that waits for as long as it was told must not
// be a moment early.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }

var (
	errNobody = &chat.Error{
		Code:    chat.CodeUnauthorized,
		Message: "This needs a login. Log in and try again.",
	}
	errGuest = &chat.Error{
		Code:    chat.CodeForbidden,
		Message: "Guests cannot do this. Make an account to keep your name and do more.",
	}
	errNotAdmin = &chat.Error{
		Code:    chat.CodeForbidden,
		Message: "Only administrators of this server can do this. Ask one of them.",
	}
)

func errScope(want Scope) error {
	message := "This token is not good for that: it needs the scope " + string(want) + ". Make another token under your settings."
	if want == ScopeSession {
		message = "This cannot be done with a personal token. Log in with your password."
	}
	return &chat.Error{Code: chat.CodeForbidden, Message: message}
}

func invalid(message string) error {
	return &chat.Error{Code: chat.CodeInvalid, Message: message}
}
