package redis

import (
	"errors"
	"fmt"
	"net"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
	"github.com/redis/rueidis"
)

// unavailable is what callers get for any failure of Redis: refused
// (READONLY, LOADING, CLUSTERDOWN, MASTERDOWN, TRYAGAIN, MISCONF, NOREPLICAS,
// OOM, NOPERM …) or not answered (timeout, EOF). In every case nothing was
// acknowledged, so the same act may be tried again.
func unavailable(err error) *chat.Error {
	return chat.Unavailable(fmt.Errorf("redis: %w", err))
}

// damaged is what callers get for stored data that is not what this program
// wrote. Trying again cannot help; somebody has to look.
func damaged(key string, err error) *chat.Error {
	return &chat.Error{
		Code:    chat.CodeInternal,
		Message: "The server found stored data that it cannot read.",
		Cause:   fmt.Errorf("redis key %s: %w", key, err),
	}
}

func invalid(message string) *chat.Error {
	return &chat.Error{Code: chat.CodeInvalid, Message: message}
}

var errNode = invalid("The id of a node has 1 to 64 of the characters 0-9, a-z and '-'.")

// damageReply returns what a script says of data that it cannot read.
func damageReply(err error) (text string, ok bool) {
	reply, ok := rueidis.IsRedisErr(err)
	if !ok || !strings.HasPrefix(reply.Error(), "DAMAGED") {
		return "", false
	}
	return reply.Error(), true
}

// isRedirect reports the replies of a cluster that is moving slots or
// electing a primary: the same command succeeds elsewhere or soon.
func isRedirect(err error) bool {
	e, ok := rueidis.IsRedisErr(err)
	if !ok {
		return false
	}
	if _, moved := e.IsMoved(); moved {
		return true
	}
	if _, ask := e.IsAsk(); ask {
		return true
	}
	return e.IsTryAgain() || e.IsClusterDown() || e.IsLoading()
}

// openError says in one sentence why Open failed and what to do.
func openError(addr string, err error) error {
	reply, isReply := rueidis.IsRedisErr(err)
	if !isReply {
		if _, isNet := errors.AsType[net.Error](err); isNet {
			return fmt.Errorf("Redis at %s cannot be reached (%w): start it, or correct the address", addr, err)
		}
		return fmt.Errorf("Redis at %s cannot be used (%w): check the address and that it is a Redis server", addr, err)
	}
	text := reply.Error()
	switch {
	case strings.HasPrefix(text, "WRONGPASS"), strings.Contains(text, "AUTH"):
		return fmt.Errorf("Redis at %s refuses the login (%s): correct the user and password in its URL", addr, text)
	case strings.HasPrefix(text, "NOPERM"):
		return fmt.Errorf("Redis at %s does not permit what is needed (%s): give the user +@connection +@read +@write +@scripting +@pubsub +time +info +cluster for the keys and channels of its prefix", addr, text)
	case strings.Contains(text, "SELECT is not allowed"):
		return fmt.Errorf("Redis at %s is a cluster, which has only database 0: leave the number out of its URL", addr)
	case reply.IsLoading():
		return fmt.Errorf("Redis at %s is still loading its data: try again when it is ready", addr)
	}
	return fmt.Errorf("Redis at %s cannot be used: %s", addr, text)
}
