package engineio

import "sync"

// bufferSize is what one read takes at most. Larger messages take several.
const bufferSize = 16 << 10

// usualSize fits what clients usually send. A read begins with as much, so that
// thousands of connections whose handlers wait for something do not hold a
// large buffer each; it is also what a connection holds while it waits where
// waiting needs a buffer.
const usualSize = 1 << 10

// batchSize bounds what is joined for one write.
const batchSize = 128 << 10

// A buffer is borrowed for the time in which bytes are read and handled.
type buffer struct {
	bytes []byte
	pool  *sync.Pool
}

var (
	largeBuffers = newBufferPool(bufferSize)
	smallBuffers = newBufferPool(usualSize)
)

func newBufferPool(size int) *sync.Pool {
	pool := new(sync.Pool)
	pool.New = func() any { return &buffer{bytes: make([]byte, size), pool: pool} }
	return pool
}

// takeBuffer borrows a buffer; large is for when more is there than usual.
func takeBuffer(large bool) *buffer {
	if large {
		return largeBuffers.Get().(*buffer)
	}
	return smallBuffers.Get().(*buffer)
}

func (b *buffer) release() { b.pool.Put(b) }

// receiveConn waits for bytes the portable way, which takes a buffer.
func (w *wire) receiveConn() ([]byte, error) {
	b := takeBuffer(false)
	n, err := w.conn.Read(b.bytes)
	if n == 0 {
		b.release()
		return nil, err
	}
	w.in.buffer = b
	return b.bytes[:n], nil
}

// flushConn writes the queue the portable way: it blocks, so the session's
// lock is given up meanwhile and the messages being written are pinned.
func (w *wire) flushConn(c *socket) error {
	var batch []byte
	for {
		b, ok := c.pinBatch(batch[:0])
		if !ok {
			return nil
		}
		batch = b
		n, err := w.conn.Write(batch)
		c.unpin(n)
		if err != nil {
			return err
		}
	}
}
