package auth

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"sync"

	"github.com/causerie-chat/causerie/internal/chat"
)

// A memoryShelf is the records of one shelf in a map, for tests in which time
// is not the machine's: it waits for nothing.
type memoryShelf struct {
	mu     sync.Mutex
	values map[string]string // guarded by mu
}

func newMemoryShelf() *memoryShelf { return &memoryShelf{values: make(map[string]string)} }

func (m *memoryShelf) Get(_ context.Context, _ chat.Shelf, keys ...string) ([]string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	values := make([]string, len(keys))
	for i, key := range keys {
		values[i] = m.values[key]
	}
	return values, nil
}

func (m *memoryShelf) List(_ context.Context, _ chat.Shelf, r chat.Range) ([]chat.Record, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var found []chat.Record
	for _, key := range slices.Sorted(maps.Keys(m.values)) {
		if key >= r.From && (r.To == "" || key < r.To) && len(found) < r.Limit {
			found = append(found, chat.Record{Key: key, Value: m.values[key]})
		}
	}
	return found, nil
}

func (m *memoryShelf) Commit(_ context.Context, _ chat.Shelf, c chat.Commit) error {
	if err := c.Check(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, want := range c.If {
		if m.values[want.Key] != want.Value {
			return chat.ErrConflict
		}
	}
	for _, w := range c.Do {
		m.values[w.Key] = written(w, m.values[w.Key])
		if m.values[w.Key] == "" {
			delete(m.values, w.Key)
		}
	}
	return nil
}

// written is what a write makes of a value.
func written(w chat.Write, value string) string {
	n, _ := strconv.ParseInt(value, 10, 64)
	switch {
	case w.Op == chat.OpPut:
		return w.Value
	case w.Op == chat.OpMax && (value == "" || w.N > n):
		n = w.N
	case w.Op == chat.OpAdd:
		n += w.N
	}
	if w.Op == chat.OpAdd && n == 0 {
		return ""
	}
	return strconv.FormatInt(n, 10)
}

func (m *memoryShelf) WatchShelf(context.Context, chat.Shelf, func([]chat.Record)) (func(), error) {
	return func() {}, nil
}

// keys returns the keys that begin with one of prefixes.
func (m *memoryShelf) keys(prefixes ...string) (found []string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for key := range m.values {
		if slices.ContainsFunc(prefixes, func(p string) bool { return len(key) >= len(p) && key[:len(p)] == p }) {
			found = append(found, key)
		}
	}
	slices.Sort(found)
	return found
}
