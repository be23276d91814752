package httpapi

import (
	"net/http"
	"net/netip"
	"testing"
)

func TestProxies_ClientAddress(t *testing.T) {
	ours := Proxies{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("127.0.0.1/32"), netip.MustParsePrefix("fd00::/8")}
	tests := []struct {
		name    string
		proxies Proxies
		remote  string
		header  []string
		want    string
	}{
		{"nobody is trusted", nil, "127.0.0.1:999", []string{"192.0.2.1"}, "127.0.0.1:999"},
		{"a stranger claims", ours, "198.51.100.7:999", []string{"192.0.2.1"}, "198.51.100.7:999"},
		{"our proxy tells", ours, "127.0.0.1:999", []string{"192.0.2.1"}, "192.0.2.1"},
		{"what the client wrote itself", ours, "127.0.0.1:999", []string{"8.8.8.8, 192.0.2.1"}, "192.0.2.1"},
		{"two of our proxies", ours, "127.0.0.1:999", []string{"8.8.8.8, 192.0.2.1, 10.1.2.3"}, "192.0.2.1"},
		{"several lines", ours, "127.0.0.1:999", []string{"8.8.8.8", "192.0.2.1", "10.1.2.3"}, "192.0.2.1"},
		{"with a port", ours, "127.0.0.1:999", []string{"192.0.2.1:4711"}, "192.0.2.1"},
		{"IPv6", ours, "[fd00::1]:999", []string{"2001:db8::1"}, "2001:db8::1"},
		{"IPv6 with a port", ours, "[fd00::1]:999", []string{"[2001:db8::1]:4711"}, "2001:db8::1"},
		{"IPv6 in brackets", ours, "[fd00::1]:999", []string{"[2001:db8::1]"}, "2001:db8::1"},
		{"IPv4 seen through IPv6", ours, "[::ffff:10.0.0.1]:999", []string{"::ffff:192.0.2.1"}, "192.0.2.1"},
		{"no header", ours, "127.0.0.1:999", nil, "127.0.0.1"},
		{"an empty header", ours, "127.0.0.1:999", []string{""}, "127.0.0.1"},
		{"a word", ours, "127.0.0.1:999", []string{"192.0.2.1, unknown"}, "127.0.0.1"},
		{"a word before a proxy", ours, "127.0.0.1:999", []string{"unknown, 10.1.2.3"}, "10.1.2.3"},
		{"all are ours", ours, "127.0.0.1:999", []string{"10.1.2.4, 10.1.2.3"}, "10.1.2.4"},
		{"no address at all", ours, "@", []string{"192.0.2.1"}, "@"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: test.remote, Header: http.Header{"X-Forwarded-For": test.header}}
			if got := test.proxies.ClientAddress(r); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}
