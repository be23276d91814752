package client

import (
	"errors"
	"fmt"
	"time"
)

// An Error is the server's refusal, with a sentence for people.
type Error struct {
	// Code is one of docs/events.md: "invalid", "forbidden", "not-found", …
	Code    string
	Message string
	// RetryAfter is when trying again makes sense, or 0.
	RetryAfter time.Duration
}

func (e *Error) Error() string { return e.Message + " (" + e.Code + ")" }

// CodeOf returns the code of an *Error, or "" for any other error.
func CodeOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// ErrClosed is returned by everything that waits when Close is called.
var ErrClosed = errors.New("the client is closed")

// errLost is why an act got no answer: the connection ended before.
var errLost = errors.New("the connection was lost")

// refusal is an error as the server writes it.
type refusal struct {
	Code       string  `json:"code"`
	Message    string  `json:"message"`
	RetryAfter float64 `json:"retryAfter"`
}

func (r refusal) error() *Error {
	return &Error{Code: r.Code, Message: r.Message, RetryAfter: time.Duration(r.RetryAfter * float64(time.Second))}
}

// passing reports whether the same may succeed later without a change.
func passing(err error) bool {
	switch CodeOf(err) {
	case "rate-limited", "unavailable", "internal":
		return true
	case "":
		return errors.Is(err, errLost)
	}
	return false
}

// retryAfter is how long the server wants one to wait, or 0.
func retryAfter(err error) time.Duration {
	var e *Error
	if errors.As(err, &e) {
		return e.RetryAfter
	}
	return 0
}

// errExpired is the end of a login that has come to its time.
var errExpired = &Error{Code: "unauthorized", Message: "The server has signed this client out: expired."}

// final reports whether connecting again with the same login is in vain.
func final(err error) bool {
	switch CodeOf(err) {
	case "unauthorized", "forbidden", "invalid", "nickname-taken":
		return true
	}
	return false
}

func unexpected(what string, err error) error { return fmt.Errorf("the server sent %s: %w", what, err) }
