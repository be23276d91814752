package chat

import (
	"context"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

const (
	// maxMentions is how many people one message can mention.
	maxMentions = 20
	// smallRoom is up to how many members anybody may call all of them.
	smallRoom = 50
)

// dataOf finds whom a text mentions, among those who may read the room.
func (m *Messages) dataOf(ctx context.Context, s standing, text string) (MessageData, error) {
	var d MessageData
	spots := mentionsIn(text)
	if len(spots) == 0 {
		return d, nil
	}
	keys := make(map[string]struct{})
	for _, spot := range spots {
		for _, key := range spot.keys {
			keys[key] = struct{}{}
		}
	}
	wanted := make([]string, 0, len(keys))
	for key := range keys {
		wanted = append(wanted, key)
	}
	named := map[string]Person{}
	if len(wanted) > 0 {
		var err error
		if named, err = m.directory.Named(ctx, wanted); err != nil {
			return d, err
		}
	}
	for _, spot := range spots {
		if spot.call != "" {
			d.Calls = louder(d.Calls, spot.call)
			continue
		}
		if p, ok := spot.longest(named); ok && !slices.Contains(d.Mentions, p.ID) && len(d.Mentions) < maxMentions {
			d.Mentions = append(d.Mentions, p.ID)
		}
	}
	if d.Calls != "" {
		may, err := m.mayCall(ctx, s)
		if err != nil {
			return d, err
		}
		if !may {
			d.Calls = ""
		}
	}
	var err error
	d.Mentions, err = m.hearers(ctx, s, d.Mentions)
	return d, err
}

// mentionLines are what a mention leaves on the shelf of whom it is of.
func mentionLines(room RoomID, seq uint64, at time.Time) []Write {
	return []Write{Put(mentionKey(room, seq), "1"), Put("mentioned/"+timeKey(at)+"/"+placeKey(room, seq), "1")}
}

// callFirst leaves on the shelves of people that a message mentions them, and
// then tells its author that it is kept: a crash takes no mention of what was
// acknowledged, unless the store did not take it at once. done is called on a goroutine of its own where somebody is
// mentioned.
func (m *Messages) callFirst(e Entry, done func()) {
	people := e.data().Mentions
	if len(people) == 0 {
		done()
		return
	}
	m.trail.do(func() {
		ctx, cancel := context.WithTimeout(context.Background(), appendTimeout)
		defer cancel()
		m.call(ctx, e, people)
		done()
	})
}

// call leaves on the shelves of people that a message mentions them, but for
// those who have blocked its author: nobody is called twice by one message. What
// the store does not take now is tried again later.
func (m *Messages) call(ctx context.Context, e Entry, people []PersonID) {
	again := func(ctx context.Context) error {
		return each(len(people), func(i int) error { return m.callOne(ctx, e, people[i]) })
	}
	if CodeOf(again(ctx)) == CodeUnavailable {
		m.trail.ask(again)
	}
}

func (m *Messages) callOne(ctx context.Context, e Entry, who PersonID) error {
	if who == e.Author || !who.hasShelf() {
		return nil
	}
	shelf := PersonShelf(who)
	was, err := m.store.Get(ctx, shelf, blockKey(e.Author), mentionKey(e.Room, e.Seq))
	if err != nil || was[0] != "" || was[1] != "" {
		return err
	}
	lines := mentionLines(e.Room, e.Seq, e.At)
	if e.Thread != 0 {
		lines = append(lines, followLine(e.Room, e.Thread, e.At))
	}
	err = m.store.Commit(ctx, shelf, Commit{If: []Record{{Key: mentionKey(e.Room, e.Seq)}}, Do: lines})
	if isConflict(err) {
		return nil
	}
	return err
}

// louder is the call that reaches more people.
func louder(x, y string) string {
	if x == CallRoom || y == CallRoom {
		return CallRoom
	}
	return CallHere
}

// mayCall reports whether who stands so may call everybody in the room.
func (m *Messages) mayCall(ctx context.Context, s standing) (bool, error) {
	if s.level >= levelModerator {
		return true, nil
	}
	if s.info.ID == Lobby {
		return false, nil
	}
	v, err := m.store.Get(ctx, RoomShelf(s.info.ID), membersKey)
	return err == nil && number(v[0]) <= smallRoom, err
}

// hearers returns those of people who may hear what is said in the room. Nobody
// else must learn from a mention that there is something to hear.
func (m *Messages) hearers(ctx context.Context, s standing, people []PersonID) ([]PersonID, error) {
	if len(people) == 0 || s.info.Kind.open() {
		return people, nil
	}
	keys := make([]string, len(people))
	for i, p := range people {
		keys[i] = memberKey(p)
	}
	records, err := m.store.Get(ctx, RoomShelf(s.info.ID), keys...)
	if err != nil {
		return nil, err
	}
	var hear []PersonID
	for i, r := range records {
		if v, err := parseMembership(r); err == nil && v.State == StateJoined {
			hear = append(hear, people[i])
		}
	}
	return hear, nil
}

// A spot is a place in a text that may mention somebody.
type spot struct {
	// keys are what the name could be compared by, the longest first.
	keys []string
	call string
}

func (s spot) longest(named map[string]Person) (Person, bool) {
	for _, key := range s.keys {
		if p, ok := named[key]; ok {
			return p, true
		}
	}
	return Person{}, false
}

// mentionsIn finds the spots of a text: an @ that no word ends with, outside of
// code, and what follows it in its line.
func mentionsIn(text string) []spot {
	if !strings.ContainsAny(text, "@＠") {
		return nil
	}
	var spots []spot
	before := ' '
	for i, r := range withoutCode(text) {
		if (r == '@' || r == '＠') && !isWord(before) && len(spots) < 4*maxMentions {
			if s, ok := spotOf(text[i+utf8.RuneLen(r):]); ok {
				spots = append(spots, s)
			}
		}
		before = r
	}
	return spots
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) || r == '_' }

// spotOf reads what follows an @.
func spotOf(rest string) (spot, bool) {
	line, _, _ := strings.Cut(rest, "\n")
	word := line
	if i := strings.IndexFunc(line, func(r rune) bool { return !isWord(r) }); i >= 0 {
		word = line[:i]
	}
	switch strings.ToLower(word) {
	case "room", "all":
		return spot{call: CallRoom}, true
	case "here":
		return spot{call: CallHere}, true
	}
	var keys []string
	runes := 0
	for i, r := range line {
		if runes == MaxNickname {
			break
		}
		runes++
		end := i + utf8.RuneLen(r)
		next, _ := utf8.DecodeRuneInString(line[end:])
		if unicode.IsSpace(r) || splitsWord(r, next) {
			continue
		}
		if key, err := NameKey(line[:end]); err == nil && !slices.Contains(keys, key) {
			keys = append(keys, key)
		}
	}
	slices.Reverse(keys)
	return spot{keys: keys}, len(keys) > 0
}

// splitsWord reports whether a name cannot end between two characters: @Anna is
// not @Ann and an a. Where words are written without spaces, names are too.
func splitsWord(last, next rune) bool {
	return isWord(last) && isWord(next) && !unicode.In(last, spaceless...) && !unicode.In(next, spaceless...)
}

// spaceless are the scripts whose words are not parted, or take endings.
var spaceless = []*unicode.RangeTable{
	unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar,
}

// withoutCode blanks what stands in code spans and fences, byte for byte, so
// that places in the result are places in the text.
func withoutCode(text string) string {
	if !strings.Contains(text, "`") {
		return text
	}
	b := []byte(text)
	for i := 0; i < len(b); {
		if b[i] != '`' {
			i++
			continue
		}
		ticks := run(b[i:])
		fence := ticks >= 3 && strings.TrimSpace(text[lineStart(text, i):i]) == ""
		end := closing(b, i+ticks, ticks, fence)
		if end < 0 {
			i += ticks
			continue
		}
		for j := i; j < end; j++ {
			b[j] = ' '
		}
		i = end
	}
	return string(b)
}

func run(b []byte) int {
	n := 0
	for n < len(b) && b[n] == '`' {
		n++
	}
	return n
}

func lineStart(text string, i int) int { return strings.LastIndexByte(text[:i], '\n') + 1 }

// closing returns where code ends that began with ticks before start. A fence
// without an end goes on to the end of the text, a span without one is none.
func closing(b []byte, start, ticks int, fence bool) int {
	for i := start; i < len(b); {
		if b[i] != '`' {
			i++
			continue
		}
		n := run(b[i:])
		if n == ticks || fence && n > ticks {
			return i + n
		}
		i += n
	}
	if fence {
		return len(b)
	}
	return -1
}
