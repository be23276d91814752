package auth

import "github.com/causerie-chat/causerie/internal/chat"

// ErrSignedOut is the answer to every token that is not good: unknown, ended
// and expired ones are not told apart.
var ErrSignedOut = &chat.Error{
	Code:    chat.CodeUnauthorized,
	Message: "You are not signed in, or your sign-in has ended. Sign in again.",
}

// ErrDisabled is for people who are kept out, and who have proved who they
// are.
var ErrDisabled = &chat.Error{
	Code:    chat.CodeUnauthorized,
	Message: "This account has been disabled. Ask the people who run this server.",
}

// ErrWrong is the answer of Login to everything but the right password of an
// account that is there.
var ErrWrong = &chat.Error{
	Code:    chat.CodeUnauthorized,
	Message: "The name or the password is wrong. Check both and try again.",
}

// ErrNoPerson is for an id that nobody has.
var ErrNoPerson = &chat.Error{
	Code:    chat.CodeNotFound,
	Message: "There is no such person here.",
}

// ErrCode is the answer to every code of a link that is not good any more, or
// never was.
var ErrCode = &chat.Error{
	Code:    chat.CodeGone,
	Message: "This link does not work any more, or was copied incompletely. Ask for a new one.",
}

// errAdmin is for acts of administrators.
var errAdmin = forbidden("Only administrators of this server may do this.")

func invalid(message string) *chat.Error {
	return &chat.Error{Code: chat.CodeInvalid, Message: message}
}

func forbidden(message string) *chat.Error {
	return &chat.Error{Code: chat.CodeForbidden, Message: message}
}

func notFound(message string) *chat.Error {
	return &chat.Error{Code: chat.CodeNotFound, Message: message}
}
