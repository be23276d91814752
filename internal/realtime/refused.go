package realtime

import (
	"errors"

	"github.com/causerie-chat/causerie/internal/chat"
)

var (
	errNobody = &chat.Error{
		Code:    chat.CodeUnauthorized,
		Message: "Say who you are: connect with a token, or as a guest with a nickname.",
	}
	errGreeting = &chat.Error{
		Code:    chat.CodeInvalid,
		Message: `What you connect with must be an object like {"token": "cs_…"} or {"guest": "Ada"}.`,
	}
	errScope = &chat.Error{
		Code:    chat.CodeForbidden,
		Message: "This token is not good for listening: it needs the scope read. Make another token under your settings.",
	}
	errTooManyDevices = &chat.Error{
		Code:    chat.CodeRateLimited,
		Message: "You are connected too often at once. Close some of the other windows first.",
	}
	errResume = &chat.Error{
		Code:    chat.CodeInvalid,
		Message: `Say how far you got in each of your rooms, like {"rooms": {"lobby": {"seq": 42, "fp": "9b1c04f0a2d37e55"}}}.`,
	}
	// errClosed and errRestless reach the log only.
	errClosed   = errors.New("the server is stopping")
	errRestless = errors.New("the room did not stand still for long enough to listen to it")
)

// keptOut reports whether a room has refused somebody, and not the server.
func keptOut(err error) bool {
	switch chat.CodeOf(err) {
	case chat.CodeNotFound, chat.CodeForbidden, chat.CodeBanned:
		return true
	}
	return false
}
