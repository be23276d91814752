package socketio_test

import (
	"testing"

	"github.com/causerie-chat/causerie/socketio"
	"github.com/causerie-chat/causerie/socketio/adaptertest"
)

func TestMemoryAdapter(t *testing.T) {
	adaptertest.Run(t, func(*testing.T) (a, b, c socketio.Adapter) {
		memory := socketio.NewMemoryAdapter()
		return memory, memory, memory
	})
}
