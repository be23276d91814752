package storetest

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/causerie-chat/causerie/internal/chat"
)

const house chat.Shelf = "house"

var recordCases = []testCase{
	{
		name: "get",
		rule: "Get returns one value per key, \"\" for a record that is not there",
		run: func(s *site) {
			s.wantValues(0, house, []string{"a", "b"}, "", "")
			s.commit(0, house, chat.Put("a", "1"), chat.Put("b", "2"))
			for node := range 2 {
				s.wantValues(node, house, []string{"b", "none", "a", "b"}, "2", "", "1", "2")
				s.wantValues(node, house, nil)
			}
			s.commit(1, house, chat.Put("a", "3"), chat.Remove("b"), chat.Remove("none"))
			s.wantValues(0, house, []string{"a", "b", "none"}, "3", "", "")
		},
	},
	{
		name: "get many",
		rule: "Get has no limit of its own",
		run: func(s *site) {
			var keys, values []string
			for i := range 2500 {
				keys, values = append(keys, fmt.Sprint(i)), append(values, fmt.Sprint("value ", i))
			}
			for i := 0; i < len(keys); i += chat.MaxWrites {
				var do []chat.Write
				for j := range chat.MaxWrites {
					do = append(do, chat.Put(keys[i+j], values[i+j]))
				}
				s.commit(0, house, do...)
			}
			s.wantValues(1, house, keys, values...)
		},
	},
	{
		name: "shelves are apart",
		rule: "a key belongs to its shelf, also where another shelf's name begins like it",
		run: func(s *site) {
			shelves := []chat.Shelf{
				"house", "hous", "a", "a:a", "a:a-1", chat.RoomShelf("lobby"), chat.RoomShelf("0"), chat.RoomShelf("-"),
				chat.RoomShelf(chat.RoomID(strings.Repeat("z", 64))), chat.PersonShelf("u-0123456789abcdefghij"),
			}
			for i, shelf := range shelves {
				s.commit(i%2, shelf, chat.Put("key", fmt.Sprint(i)))
			}
			for i, shelf := range shelves {
				s.wantValues(0, shelf, []string{"key"}, fmt.Sprint(i))
				s.wantList(1, shelf, chat.Range{Limit: 10}, chat.Record{Key: "key", Value: fmt.Sprint(i)})
			}
		},
	},
	{
		name: "records of any bytes",
		rule: "keys and values come back byte for byte, also the longest",
		run: func(s *site) {
			model := recordModel{}
			texts := append(slices.Clone(anyBytes), strings.Repeat("\xff", chat.MaxRecordValue), strings.Repeat("\x00", chat.MaxRecordValue))
			for i, text := range texts {
				key := text[:min(len(text), chat.MaxRecordKey)]
				do := []chat.Write{chat.Put(key, text), chat.Put(key[:len(key)/2]+"/", text)}
				if key == "" {
					do = do[1:]
				}
				s.commit(i%2, house, do...)
				if _, err := model.commit(house, chat.Commit{Do: do}); err != nil {
					s.Fatalf("model: %v", err)
				}
			}
			s.wantList(0, house, chat.Range{Limit: 1000}, model.list(house, chat.Range{Limit: 1000})...)
			for key, value := range model[house] {
				s.wantValues(1, house, []string{key}, value)
				s.wantCommitted(1, house, chat.Commit{If: []chat.Record{{Key: key, Value: value}}})
			}
		},
	},
	{
		name: "list",
		rule: "keys are ordered byte by byte; a Range is From <= key < To, begins at the far end with Reverse, and ends with its Limit",
		run:  runList,
	},
	{
		name: "prefix",
		rule: "Prefix is the keys that begin with it, after the key after",
		run: func(s *site) {
			s.commit(0, house, chat.Put("m", "0"), chat.Put("m/", "1"), chat.Put("m/a", "2"), chat.Put("m/a\x00", "3"),
				chat.Put("m/ab", "4"), chat.Put("m/\xf4\x8f\xbf\xbf", "5"), chat.Put("m0", "6"), chat.Put("n/a", "7"))
			for _, c := range []struct {
				after string
				limit int
				want  string
			}{
				{"", 10, "12345"}, {"", 2, "12"}, {"m/", 10, "2345"}, {"m/a", 2, "34"}, {"m/a\x00", 1, "4"},
				{"m/\xf4\x8f\xbf\xbf", 10, ""}, {"", 0, ""}, {"", -1, ""},
			} {
				got, err := s.node(1).List(s.ctx, house, chat.Prefix("m/", c.after, c.limit))
				values := ""
				for _, r := range got {
					values += r.Value
				}
				if err != nil || values != c.want {
					s.Errorf("List after %q, %d: got %s, %v, want %s", c.after, c.limit, values, err, c.want)
				}
			}
		},
	},
	{
		name: "put, add, max",
		rule: "writes are done in order: Put keeps, Add counts from 0 and takes a sum of 0 away, Max only lifts",
		run:  runWrites,
	},
	{
		name: "conditions",
		rule: "every record of If is exactly as said, \"\" meaning not there, or nothing is done and the outcome is ErrConflict",
		run:  runConditions,
	},
	{
		name: "no number",
		rule: "what is no number cannot be counted with: CodeInvalid, and nothing of the commit is done",
		run: func(s *site) {
			s.commit(0, house, chat.Put("text", "ten"), chat.Put("float", "1.5"), chat.Put("n", "1"))
			for _, write := range []chat.Write{chat.Add("text", 1), chat.Max("text", 1), chat.Add("float", 1), chat.Max("float", 9)} {
				c := chat.Commit{Do: []chat.Write{chat.Put("before", "x"), chat.Add("n", 1), write, chat.Put("after", "x")}}
				if err := s.node(0).Commit(s.ctx, house, c); !errors.Is(err, chat.ErrNumber) {
					s.Errorf("Commit of %+v: got error %v, want ErrNumber", write, err)
				}
				s.wantValues(1, house, []string{"before", "n", "text", "float", "after"}, "", "1", "ten", "1.5", "")
			}
		},
	},
	{
		name: "a number too far",
		rule: "counting beyond MaxNumber is ErrNumber, and nothing of the commit is done",
		run: func(s *site) {
			s.commit(0, house, chat.Put("high", fmt.Sprint(int64(largestNumber))), chat.Put("low", fmt.Sprint(int64(-largestNumber))),
				chat.Put("beyond", "9007199254740993"))
			for _, write := range []chat.Write{chat.Add("high", 1), chat.Add("low", -1), chat.Add("beyond", -5), chat.Max("beyond", 1)} {
				c := chat.Commit{Do: []chat.Write{chat.Put("before", "x"), write}}
				if err := s.node(0).Commit(s.ctx, house, c); !errors.Is(err, chat.ErrNumber) {
					s.Errorf("Commit of %+v: got error %v, want ErrNumber", write, err)
				}
			}
			s.wantValues(1, house, []string{"high", "low", "before"}, "9007199254740992", "-9007199254740992", "")
		},
	},
	{
		name: "limits",
		rule: "input over a limit is CodeInvalid from every method and does nothing; what is at the limit is kept",
		run:  runLimits,
	},
	{
		name: "records survive",
		rule: "P1: a commit that has returned survives",
		run: func(s *site) {
			s.commit(0, house, chat.Put("kept", "1"), chat.Put("gone", "1"), chat.Add("n", 41))
			s.commit(1, house, chat.Remove("gone"), chat.Add("n", 1))
			s.restart()
			s.wantList(1, house, chat.Range{Limit: 9}, chat.Record{Key: "kept", Value: "1"}, chat.Record{Key: "n", Value: "42"})
		},
	},
}

// commit does writes through node.
func (s *site) commit(node int, shelf chat.Shelf, do ...chat.Write) {
	s.Helper()
	s.wantCommitted(node, shelf, chat.Commit{Do: do})
}

func (s *site) wantCommitted(node int, shelf chat.Shelf, c chat.Commit) {
	s.Helper()
	if err := s.node(node).Commit(s.ctx, shelf, c); err != nil {
		s.Fatalf("Commit: %v", err)
	}
}

func (s *site) wantConflict(node int, shelf chat.Shelf, c chat.Commit) {
	s.Helper()
	if err := s.node(node).Commit(s.ctx, shelf, c); !errors.Is(err, chat.ErrConflict) {
		s.Fatalf("Commit: got error %v, want ErrConflict", err)
	}
}

func (s *site) wantValues(node int, shelf chat.Shelf, keys []string, want ...string) {
	s.Helper()
	got, err := s.node(node).Get(s.ctx, shelf, keys...)
	if err != nil || !slices.Equal(got, want) {
		s.Fatalf("Get of %s %.100q: got %.100q, %v, want %.100q", shelf, keys, got, err, want)
	}
}

func (s *site) wantList(node int, shelf chat.Shelf, r chat.Range, want ...chat.Record) {
	s.Helper()
	got, err := s.node(node).List(s.ctx, shelf, r)
	if err != nil || !slices.Equal(got, want) {
		s.Fatalf("List of %s %+v: got %.100q, %v, want %.100q", shelf, r, got, err, want)
	}
}

func runList(s *site) {
	keys := []string{"\x00", "\x00\x00", "\x01", "A", "a", "a\x00", "a\x00b", "aa", "a\xff", "b", "é", "z", "\xc3", "\xff", "\xff\xff"}
	model := recordModel{}
	for i, key := range keys {
		s.commit(i%2, house, chat.Put(key, fmt.Sprint(i)))
		if _, err := model.commit(house, chat.Commit{Do: []chat.Write{chat.Put(key, fmt.Sprint(i))}}); err != nil {
			s.Fatalf("model: %v", err)
		}
	}
	for i, from := range append(keys, "", "0", "b\x00") {
		for _, to := range append(keys, "", "0", "b\x00") {
			for _, limit := range []int{1, 4, 1000} {
				r := chat.Range{From: from, To: to, Limit: limit, Reverse: i%2 == 0}
				s.wantList(i%2, house, r, model.list(house, r)...)
			}
		}
	}
	for _, limit := range []int{0, -1} {
		s.wantList(0, house, chat.Range{Limit: limit})
		s.wantList(0, house, chat.Range{Limit: limit, Reverse: true})
	}
	s.wantList(0, "empty", chat.Range{Limit: 9})
}

func runWrites(s *site) {
	const far = largestNumber
	for i, c := range []struct {
		name   string
		before string
		do     []chat.Write
		want   string
	}{
		{"put over nothing", "", []chat.Write{chat.Put("k", "x")}, "x"},
		{"put over another", "y", []chat.Write{chat.Put("k", "x")}, "x"},
		{"put twice", "", []chat.Write{chat.Put("k", "x"), chat.Put("k", "z")}, "z"},
		{"remove", "x", []chat.Write{chat.Remove("k")}, ""},
		{"remove and put", "x", []chat.Write{chat.Remove("k"), chat.Put("k", "y")}, "y"},
		{"put and remove", "x", []chat.Write{chat.Put("k", "y"), chat.Remove("k")}, ""},
		{"add to nothing", "", []chat.Write{chat.Add("k", 5)}, "5"},
		{"add less than nothing", "", []chat.Write{chat.Add("k", -5)}, "-5"},
		{"add", "37", []chat.Write{chat.Add("k", 5)}, "42"},
		{"add across 0", "2", []chat.Write{chat.Add("k", -5)}, "-3"},
		{"add up to 0", "5", []chat.Write{chat.Add("k", -5)}, ""},
		{"add 0 to nothing", "", []chat.Write{chat.Add("k", 0)}, ""},
		{"add 0", "7", []chat.Write{chat.Add("k", 0)}, "7"},
		{"add past 0", "", []chat.Write{chat.Add("k", 5), chat.Add("k", -5), chat.Add("k", 2)}, "2"},
		{"add to what was put", "x", []chat.Write{chat.Put("k", "40"), chat.Add("k", 2)}, "42"},
		{"add far", fmt.Sprint(far - 1), []chat.Write{chat.Add("k", 1)}, fmt.Sprint(far)},
		{"add far from 0", fmt.Sprint(-far), []chat.Write{chat.Add("k", far-1)}, "-1"},
		{"max of nothing", "", []chat.Write{chat.Max("k", 5)}, "5"},
		{"max 0 of nothing", "", []chat.Write{chat.Max("k", 0)}, "0"},
		{"max below 0 of nothing", "", []chat.Write{chat.Max("k", -5)}, "-5"},
		{"max higher", "9", []chat.Write{chat.Max("k", 10)}, "10"},
		{"max lower", "10", []chat.Write{chat.Max("k", 9)}, "10"},
		{"max equal", "10", []chat.Write{chat.Max("k", 10)}, "10"},
		{"max above a negative", "-10", []chat.Write{chat.Max("k", -9)}, "-9"},
		{"max below a negative", "-9", []chat.Write{chat.Max("k", -10)}, "-9"},
		{"max after add", "1", []chat.Write{chat.Add("k", 5), chat.Max("k", 4)}, "6"},
		{"max of a far number", fmt.Sprint(far - 1), []chat.Write{chat.Max("k", far)}, fmt.Sprint(far)},
		{"max below a far number", fmt.Sprint(far), []chat.Write{chat.Max("k", far-1)}, fmt.Sprint(far)},
	} {
		shelf := chat.RoomShelf(chat.RoomID(fmt.Sprint("writes-", i)))
		s.commit(0, shelf, chat.Put("k", c.before), chat.Put("other", "1"))
		s.commit(1, shelf, c.do...)
		if got, err := s.node(0).Get(s.ctx, shelf, "k", "other"); err != nil || got[0] != c.want || got[1] != "1" {
			s.Errorf("%s: got %q, %v, want %q", c.name, got, err, c.want)
		}
		want := []chat.Record{{Key: "k", Value: c.want}, {Key: "other", Value: "1"}}
		if c.want == "" {
			want = want[1:]
		}
		s.wantList(0, shelf, chat.Range{Limit: 9}, want...)
	}
}

func runConditions(s *site) {
	s.commit(0, house, chat.Put("a", "1"), chat.Put("b", "2"))
	is := func(pairs ...string) (records []chat.Record) {
		for i := 0; i < len(pairs); i += 2 {
			records = append(records, chat.Record{Key: pairs[i], Value: pairs[i+1]})
		}
		return records
	}
	for i, c := range []struct {
		conditions []chat.Record
		conflict   bool
	}{
		{is("a", "1"), false},
		{is("a", "1", "b", "2", "none", "", "a", "1"), false},
		{is("a", "2"), true},
		{is("a", ""), true},
		{is("a", "1\x00"), true},
		{is("a", "01"), true},
		{is("A", "1"), true},
		{is("none", "1"), true},
		{is("a", "1", "b", "3"), true},
		{is("b", "3", "a", "1"), true},
		{is("a", "1", "a", ""), true},
	} {
		only := chat.Commit{If: c.conditions}
		done := fmt.Sprint("done/", i)
		all := chat.Commit{If: c.conditions, Do: []chat.Write{chat.Put(done, "1"), chat.Add("n", 1), chat.Max("b", 0)}}
		if c.conflict {
			s.wantConflict(i%2, house, only)
			s.wantConflict(i%2, house, all)
			s.wantValues(1, house, []string{"a", "b", done, "n"}, "1", "2", "", "2")
			continue
		}
		s.wantCommitted(i%2, house, only)
		s.wantCommitted(i%2, house, all)
		s.wantValues(1, house, []string{"a", "b", done, "n"}, "1", "2", "1", fmt.Sprint(i+1))
	}
	// Conditions are about what was before, not about what Do makes of it.
	s.wantConflict(0, house, chat.Commit{If: is("late", "1"), Do: []chat.Write{chat.Put("late", "1")}})
	s.wantCommitted(0, house, chat.Commit{})
}

func runLimits(s *site) {
	key, value := strings.Repeat("k", chat.MaxRecordKey), strings.Repeat("v", chat.MaxRecordValue)
	var most []chat.Write
	var conditions []chat.Record
	for i := range chat.MaxWrites {
		most = append(most, chat.Add(fmt.Sprint(i), largestNumber))
		conditions = append(conditions, chat.Record{Key: fmt.Sprint(i)})
	}
	s.wantCommitted(0, house, chat.Commit{If: conditions, Do: most})
	s.wantCommitted(0, house, chat.Commit{Do: []chat.Write{chat.Put(key, value), chat.Add("low", -largestNumber)}})
	s.wantCommitted(0, house, chat.Commit{If: []chat.Record{{Key: key, Value: value}}})
	s.wantValues(1, house, []string{"0", "499", "low", key}, "9007199254740992", "9007199254740992", "-9007199254740992", value)

	for _, shelf := range []chat.Shelf{
		"", "House", "house:", ":a", "house:a:b", "house a", "house\n", "r:A", "r:a b", "r:{a}", "r:a\x00", "r:~ada", "1", "r:é",
		chat.RoomShelf(chat.RoomID(strings.Repeat("z", 65))),
		chat.Shelf(strings.Repeat("a", 65)),
	} {
		_, err := s.node(0).Get(s.ctx, shelf, "k")
		s.wantCode(fmt.Sprintf("Get of shelf %q", shelf), err, chat.CodeInvalid)
		_, err = s.node(0).List(s.ctx, shelf, chat.Range{Limit: 1})
		s.wantCode(fmt.Sprintf("List of shelf %q", shelf), err, chat.CodeInvalid)
		err = s.node(0).Commit(s.ctx, shelf, chat.Commit{Do: []chat.Write{chat.Put("k", "v")}})
		s.wantCode(fmt.Sprintf("Commit to shelf %q", shelf), err, chat.CodeInvalid)
		_, err = s.node(0).WatchShelf(s.ctx, shelf, func([]chat.Record) {})
		s.wantCode(fmt.Sprintf("WatchShelf of shelf %q", shelf), err, chat.CodeInvalid)
	}
	for _, bad := range []string{"", key + "k"} {
		_, err := s.node(0).Get(s.ctx, house, "k", bad)
		s.wantCode(fmt.Sprintf("Get of a key of %d bytes", len(bad)), err, chat.CodeInvalid)
	}
	for name, c := range invalidCommits() {
		s.wantCode("Commit with "+name, s.node(0).Commit(s.ctx, house, c), chat.CodeInvalid)
	}
	s.wantValues(1, house, []string{"good"}, "")
}

// invalidCommits are commits that break a rule, by name. None may do its first
// write.
func invalidCommits() map[string]chat.Commit {
	key, value := strings.Repeat("k", chat.MaxRecordKey+1), strings.Repeat("v", chat.MaxRecordValue+1)
	good := chat.Put("good", "1")
	return map[string]chat.Commit{
		"no key":                {Do: []chat.Write{good, chat.Put("", "v")}},
		"a long key":            {Do: []chat.Write{good, chat.Put(key, "v")}},
		"a long value":          {Do: []chat.Write{good, chat.Put("k", value)}},
		"too many writes":       {Do: slices.Repeat([]chat.Write{good}, chat.MaxWrites+1)},
		"another kind of write": {Do: []chat.Write{good, {Key: "k", Op: chat.OpStamp + 1, N: 1}}},
		"a number too high":     {Do: []chat.Write{good, chat.Add("k", largestNumber+1)}},
		"a number too low":      {Do: []chat.Write{good, chat.Max("k", -largestNumber-1)}},
		"a condition of no key": {If: []chat.Record{{}}, Do: []chat.Write{good}},
		"a condition too long":  {If: []chat.Record{{Key: key}}, Do: []chat.Write{good}},
		"too many conditions":   {If: slices.Repeat([]chat.Record{{Key: "k"}}, chat.MaxWrites+1), Do: []chat.Write{good}},
	}
}
