package bench

import "time"

// A driver moves bytes between the clients and the server. It calls
// client.connected, client.read and run.lost; its own methods are called
// with the run held, as these are.
type driver interface {
	// dial connects c from anew.
	dial(c *client)
	// send sends one packet of c's protocol. It takes nothing of p and does
	// not report errors: a broken connection comes back as run.lost.
	send(c *client, p []byte)
	// control sends one websocket control frame.
	control(c *client, op byte, payload []byte)
	// cut resets c's connection (RST on TCP) without telling the run.
	cut(c *client)
	// slow stops reading c, but for perSecond bytes a second.
	slow(c *client, perSecond int)
	// turn handles what has arrived, and waits for something until the given
	// time of the run's clock.
	turn(until time.Duration) error
	// close cuts everything.
	close()
}
