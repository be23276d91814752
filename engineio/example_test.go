package engineio_test

import (
	"context"
	"fmt"
	"log"
	"net/http"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

// echo is the receiver of one session.
type echo struct{ session *engineio.Session }

func (e echo) Receive(data []byte, binary bool) error {
	reply := append([]byte("you said "), data...) // data is ours only until we return
	return e.session.Send(engineio.NewMessage(engineio.Packet{Data: reply, Binary: binary}))
}

func (e echo) Closed(reason engineio.Reason) { fmt.Println("closed:", reason) }

// echoes is the handler of all sessions.
type echoes struct{}

func (echoes) Open(s *engineio.Session, _ *http.Request) engineio.Receiver { return echo{s} }

// A server that sends back what it receives, and a client that talks to it.
func Example() {
	engine := engineio.NewServer(echoes{}, engineio.Options{})
	mux := http.NewServeMux()
	mux.Handle("/", engine) // stock clients ask for /engine.io/ or /socket.io/

	server := engineiotest.Start(mux)
	client, err := server.Open(context.Background(), engineiotest.ModeUpgrade, "")
	if err != nil {
		log.Fatal(err)
	}
	if err := client.SendText("4hello"); err != nil {
		log.Fatal(err)
	}
	reply, err := client.Next()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(reply)

	engine.Close()
	server.Close()
	// Output:
	// you said hello
	// closed: server shutting down
}
