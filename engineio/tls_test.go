package engineio_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"testing"

	"github.com/causerie-chat/causerie/engineio/engineiotest"
)

// wantEchoOver opens a websocket session over a connection.
func wantEchoOver(t *testing.T, conn net.Conn) {
	t.Helper()
	ws, err := engineiotest.NewWebsocket(context.Background(), conn, "http://engineio.test/?EIO=4&transport=websocket")
	if err != nil || ws.Response.StatusCode != http.StatusSwitchingProtocols {
		t.Fatalf("handshake: %v", err)
	}
	if _, open, err := ws.Read(); err != nil || open[0] != '0' {
		t.Fatalf("first packet: %q, %v", open, err)
	}
	want := append([]byte("4"), bytes.Repeat([]byte("x"), 100_000)...)
	for range 3 {
		if err := ws.Write(engineiotest.Text, want); err != nil {
			t.Fatal(err)
		}
		if _, got, err := ws.Read(); err != nil || !bytes.Equal(got, want) {
			t.Fatalf("echo: got %d bytes, %v, want %d", len(got), err, len(want))
		}
	}
}
