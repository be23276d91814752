package storetest

import (
	"math"

	"github.com/causerie-chat/causerie/internal/chat"
)

var pickCases = []testCase{
	{
		name: "in the order asked for",
		rule: "Pick returns the entries with the given numbers, in the order asked for, without those that the room does not have",
		run: func(s *site) {
			const n = 300
			var kept []chat.Entry
			for range 3 {
				kept = append(kept, s.append(0, batch(chat.Lobby, n/3)...)...)
			}
			for _, numbers := range [][]uint64{
				nil, {}, {1}, {n}, {0}, {n + 1}, {math.MaxUint64}, {1 << 63}, {n, 1}, {3, 2, 1}, {5, 5},
				{0, 2, n + 1, math.MaxUint64, 1}, {64, 65, 128, 129, 130, 256, 257},
			} {
				s.wantPicked(chat.Lobby, numbers, kept)
			}
		},
	},
	{
		name: "pick many",
		rule: "Pick has no limit of its own",
		run: func(s *site) {
			const n = 2500
			kept := s.append(0, batch(chat.Lobby, n)...)
			numbers := make([]uint64, n)
			for i := range numbers {
				numbers[i] = uint64(n - i)
			}
			s.wantPicked(chat.Lobby, numbers, kept)
		},
	},
	{
		name: "of one room",
		rule: "Pick returns what the room has, and a room that has no entries is not an error",
		run: func(s *site) {
			s.append(0, batch("a", 5)...)
			s.wantPicked("b", []uint64{1, 2, 3}, s.append(0, batch("b", 2)...))
			s.wantPicked("empty", []uint64{1, 2, 3}, nil)
		},
	},
	{
		name: "after a restart",
		rule: "P1: what was acknowledged is there after a restart, with every field",
		run: func(s *site) {
			kept := s.append(0, full(chat.Lobby, ada, "one"), draft(chat.Lobby, boole, "two"), full(chat.Lobby, boole, "three"))
			s.restart()
			s.wantPicked(chat.Lobby, []uint64{3, 1, 2}, kept)
		},
	},
}

// wantPicked picks numbers of room on both nodes: kept is
// all that the room has.
func (s *site) wantPicked(room chat.RoomID, numbers []uint64, kept []chat.Entry) {
	s.Helper()
	model := logModel{rooms: map[chat.RoomID][]chat.Entry{room: kept}}
	for node := range 2 {
		got, err := s.node(node).Pick(s.ctx, room, numbers)
		if err != nil {
			s.Fatalf("Pick %d numbers: %v", len(numbers), err)
		}
		s.wantEntries("Pick", got, model.pick(room, numbers))
	}
}
