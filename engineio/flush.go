package engineio

import "time"

// maxVectors is how many messages one write of the queue takes (IOV_MAX is
// 1024, and what a socket takes at once is far less than so many messages).
const maxVectors = 64

// writeNow writes m at once as far as the connection takes it; the rest waits
// in the queue. Nothing is queued and mu is held.
func (s *Session) writeNow(m *Message) error {
	c := s.ws
	if c.broken {
		return ErrClosed
	}
	data := m.on(c.base64)
	n, err := c.tryWrite(data)
	if err != nil {
		c.breakOff()
		return ErrClosed
	}
	s.server.stats.out.Add(int64(n))
	if n == len(data) {
		return nil
	}
	s.enqueue(m)
	s.queue.offset = n
	c.startFlush()
	return nil
}

// startFlush has the queue written by a goroutine. mu is held.
func (c *socket) startFlush() {
	if c.flushing || c.broken {
		return
	}
	c.flushing = true
	c.session.server.running.Add(1)
	go func() {
		defer c.session.server.running.Done()
		err := c.flush(c)
		s := c.session
		s.mu.Lock()
		defer s.mu.Unlock()
		c.flushing = false
		if err != nil {
			c.breakOff()
			return
		}
		// Something may have been queued since the queue was found empty.
		if s.queue != nil {
			c.startFlush()
		} else if c.hangUp {
			c.hurry()
		}
	}()
}

// breakOff notes that writing has failed. Why is left to the reading side: it
// may find that the client has said goodbye first. mu is held.
func (c *socket) breakOff() {
	c.broken = true
	c.session.queue = nil
	_ = c.conn.SetReadDeadline(time.Now().Add(violationTimeout))
	c.unpark()
}

// flushReady writes as much of the queue as the connection takes without
// waiting. It is done when the queue is empty, or with an error.
func (c *socket) flushReady(writev func([][]byte) (int, error)) (done bool, err error) {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	var vectors [maxVectors][]byte
	for s.queue != nil && len(s.queue.messages) > 0 {
		buffers, _ := s.queue.buffers(vectors[:0], batchSize, c.base64)
		n, err := writev(buffers)
		if err != nil {
			return true, err
		}
		if n == 0 {
			return false, nil
		}
		s.server.stats.out.Add(int64(n))
		s.queue.advance(n, c.base64)
	}
	s.queue = nil
	return true, nil
}

// pinBatch joins what is to be written next. It is false when nothing is.
func (c *socket) pinBatch(batch []byte) ([]byte, bool) {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.queue == nil || len(s.queue.messages) == 0 {
		s.queue = nil
		return nil, false
	}
	var vectors [maxVectors][]byte
	buffers, pinned := s.queue.buffers(vectors[:0], batchSize, c.base64)
	for _, b := range buffers {
		batch = append(batch, b...)
	}
	s.queue.pinned = pinned
	return batch, true
}

// unpin takes off the queue what has been written of a batch.
func (c *socket) unpin(n int) {
	s := c.session
	s.mu.Lock()
	defer s.mu.Unlock()
	s.server.stats.out.Add(int64(n))
	if s.queue != nil {
		s.queue.pinned = 0
		s.queue.advance(n, c.base64)
	}
}

// interrupt ends the connection without a word. mu is held.
func (c *socket) interrupt(r Reason) {
	c.broken = true
	if r == ReasonSlow {
		c.reset() // or the kernel would go on offering what nobody reads
	}
	c.hurry()
}

func (c *socket) isDeaf() bool {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	return c.deaf
}

// idle tells whether everything is written.
func (c *socket) idle() bool {
	c.session.mu.Lock()
	defer c.session.mu.Unlock()
	return c.session.queue == nil
}
