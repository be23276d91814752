package storetest

import (
	"testing"

	"go.uber.org/goleak"

	"github.com/causerie-chat/causerie/internal/chat"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func plain(s chat.Store) chat.Store { return s }

func TestRun(t *testing.T) {
	t.Run("one handle", func(t *testing.T) { Run(t, memoryFactory(false, plain)) })
	t.Run("peers", func(t *testing.T) { Run(t, memoryFactory(true, plain)) })
}

func TestRun_RealTime(t *testing.T) {
	factory := memoryFactory(true, plain)
	factory.Clock = false
	Run(t, factory)
}

func TestRandom(t *testing.T) { Random(t, memoryFactory(true, plain)) }
