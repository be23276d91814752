package socketio_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"net/http"
	"strings"
	"time"

	"github.com/causerie-chat/causerie/engineio"
	"github.com/causerie-chat/causerie/engineio/engineiotest"
	"github.com/causerie-chat/causerie/socketio"
)

// talk connects a client in memory, joins namespace / with the auth payload,
// sends packets and prints the answers.
func talk(srv *socketio.Server, auth string, packets ...string) {
	defer srv.Close()
	h := engineiotest.Start(srv)
	defer h.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	c, err := h.Open(ctx, engineiotest.ModeWebsocket, "")
	if err != nil {
		log.Fatal(err)
	}
	defer c.Close()
	for _, packet := range append([]string{"0" + auth}, packets...) {
		if err := c.SendText("4" + packet); err != nil {
			log.Fatal(err)
		}
		p, err := c.Next()
		if err != nil {
			log.Fatal(err)
		}
		if !strings.HasPrefix(p.Text, "0") {
			fmt.Println(p.Text)
		}
	}
}

func Example() {
	srv := socketio.NewServer(socketio.Options{})
	root := srv.Of("/")
	root.On("say", func(e *socketio.Event) {
		if err := root.Emit("said", e.Values()...); err != nil {
			log.Print(err)
		}
	})

	talk(srv, "", `2["say","hello",12345678901234567890]`)
	// Output: 2["said","hello",12345678901234567890]
}

func ExampleHandle() {
	type Request struct{ A, B int }
	type Reply struct {
		Quotient int `json:"quotient"`
	}
	srv := socketio.NewServer(socketio.Options{})
	socketio.Handle(srv.Of("/"), "divide",
		func(_ context.Context, _ *socketio.Socket, in Request) (Reply, error) {
			if in.B == 0 {
				return Reply{}, &socketio.ReplyError{Message: "cannot divide by zero"}
			}
			return Reply{in.A / in.B}, nil
		})

	talk(srv, "", `21["divide",{"a":6,"b":2}]`, `22["divide",{"a":6,"b":0}]`)
	// Output:
	// 31[{"quotient":3}]
	// 32[{"error":{"message":"cannot divide by zero"}}]
}

func ExampleNamespace_Use() {
	srv := socketio.NewServer(socketio.Options{})
	srv.Of("/").Use(func(_ context.Context, s *socketio.Socket) error {
		if string(s.Handshake().Auth) != `{"token":"secret"}` {
			return &socketio.ConnectError{Message: "not authorized", Data: map[string]int{"code": 401}}
		}
		s.SetData("the owner of the token")
		return nil
	})

	talk(srv, `{"token":"guess"}`)
	// Output: 4{"message":"not authorized","data":{"code":401}}
}

func ExampleEvent_Bind() {
	srv := socketio.NewServer(socketio.Options{})
	srv.Of("/").On("greet", func(e *socketio.Event) {
		var person struct{ Name string }
		var times int
		if err := e.Bind(&person, &times); err != nil {
			_ = e.Ack(false, err.Error())
			return
		}
		_ = e.Ack(true, strings.Repeat("Hello "+person.Name+"! ", times))
	})

	talk(srv, "", `20["greet",{"name":"Kevin"},2]`)
	// Output: 30[true,"Hello Kevin! Hello Kevin! "]
}

func ExampleBatch() {
	srv := socketio.NewServer(socketio.Options{})
	news, err := socketio.Encode("/", "news", "one")
	more, err2 := socketio.Encode("/", "news", "two")
	if err := errors.Join(err, err2); err != nil {
		log.Fatal(err)
	}
	// However many sockets there are: encoded once, one write for each.
	if err := srv.Of("/").To("readers").Send(socketio.Batch(news, more)); err != nil {
		log.Fatal(err)
	}
	fmt.Println(news.Len() > 0, srv.Of("/").Len())
	// Output: true 0
}

func ExampleServer() {
	srv := socketio.NewServer(socketio.Options{
		Engine: engineio.Options{
			PingInterval: 20 * time.Second,
			CheckOrigin:  engineio.SameOrigin,
		},
		Recovery: &socketio.RecoveryOptions{},
	})
	srv.Of("/").OnConnect(func(s *socketio.Socket) {
		if s.Recovered() {
			return // it has its rooms, its data and what it missed
		}
		_ = s.Join("news")
		_ = s.Emit("welcome") // gives the client its first recovery offset
	})
	mux := http.NewServeMux()
	mux.Handle("/socket.io/", srv)
	server := &http.Server{Addr: "127.0.0.1:3000", Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	_ = server // server.ListenAndServe(), and at the end srv.Shutdown(ctx)
}
