package engineio

import "slices"

// A queue holds what a session could not send at once. It exists only while
// something waits.
type queue struct {
	messages []*Message
	offset   int // bytes of messages[0] that are out already
	pinned   int // leading messages that a writer is busy with
	bytes    int // what waits, in bytes on a websocket
}

func (q *queue) push(m *Message) {
	q.messages = append(q.messages, m)
	q.bytes += m.Len()
}

// pushFront puts m before everything that has not been started, so that a
// heartbeat does not wait behind megabytes of messages.
func (q *queue) pushFront(m *Message) {
	at := q.pinned
	if q.offset > 0 {
		at = max(at, 1)
	}
	q.messages = slices.Insert(q.messages, at, m)
	q.bytes += m.Len()
}

// replace puts m in the place of old if old has not been started.
func (q *queue) replace(old, m *Message) bool {
	first := q.pinned
	if q.offset > 0 {
		first = max(first, 1)
	}
	for i := first; i < len(q.messages); i++ {
		if q.messages[i] == old {
			q.messages[i] = m
			q.bytes += m.Len() - old.Len()
			return true
		}
	}
	return false
}

// remove takes m out if it has not been started.
func (q *queue) remove(m *Message) {
	if i := slices.Index(q.messages, m); i > 0 || i == 0 && q.offset == 0 {
		q.messages = slices.Delete(q.messages, i, i+1)
		q.bytes -= m.Len()
	}
}

// keepStarted drops all messages of which not a byte is out.
func (q *queue) keepStarted() {
	n := q.pinned
	if q.offset > 0 {
		n = max(n, 1)
	}
	for _, m := range q.messages[n:] {
		q.bytes -= m.Len()
	}
	clear(q.messages[n:])
	q.messages = q.messages[:n]
}

// buffers appends to b what is to be written next, limited in number and
// bytes, and tells of how many messages.
func (q *queue) buffers(b [][]byte, maxBytes int, base64 bool) ([][]byte, int) {
	offset := q.offset
	for i, m := range q.messages {
		data := m.on(base64)[offset:]
		if i == cap(b) || i > 0 && maxBytes < len(data) {
			return b, i
		}
		b = append(b, data)
		maxBytes -= len(data)
		offset = 0
	}
	return b, len(q.messages)
}

// advance forgets n bytes that have been written.
func (q *queue) advance(n int, base64 bool) {
	done := 0
	for ; n > 0 && done < len(q.messages); done++ {
		m := q.messages[done]
		left := len(m.on(base64)) - q.offset
		if n < left {
			q.offset += n
			break
		}
		n -= left
		q.offset = 0
		q.bytes -= m.Len()
		q.messages[done] = nil
	}
	q.messages = q.messages[done:]
}

// payload takes messages off the queue and joins them to a polling payload of
// at most limit bytes, but at least one message.
func (q *queue) payload(limit int) []byte {
	var b []byte
	taken := 0
	for _, m := range q.messages {
		p := m.polling()
		// The close packet travels alone: stock clients handle it at once and
		// messages of the same payload a moment later, when all is over.
		if taken > 0 && (len(b)+1+len(p) > limit || m == closeMessage) {
			break
		}
		switch {
		case taken == 0 && len(q.messages) == 1:
			b = p
		case taken == 0:
			b = append(make([]byte, 0, min(q.bytes+len(q.messages), limit)), p...)
		default:
			b = append(append(b, separator), p...)
		}
		q.bytes -= m.Len()
		taken++
	}
	q.messages = slices.Delete(q.messages, 0, taken)
	return b
}
