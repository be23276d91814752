package httpapi

import (
	"net/http"
	"net/netip"
	"slices"
	"strings"
)

// Proxies are the networks of the reverse proxies that may tell who their
// client is.
type Proxies []netip.Prefix

// ClientAddress returns the address of the client that r came from: the one
// that connected or, as long as that is a proxy of ours, the one that it names
// in X-Forwarded-For. Every proxy appends whom it talked to, so the list is
// read from its end, and what a client has written itself at its beginning is
// never reached. The port is the connection's, and is left out otherwise.
func (p Proxies) ClientAddress(r *http.Request) string {
	peer, ok := parseAddr(r.RemoteAddr)
	if !ok || !p.contain(peer) {
		return r.RemoteAddr
	}
	client := peer
	for _, line := range slices.Backward(r.Header.Values("X-Forwarded-For")) {
		for _, hop := range slices.Backward(strings.Split(line, ",")) {
			addr, ok := parseAddr(strings.TrimSpace(hop))
			if !ok {
				return client.String()
			}
			if client = addr; !p.contain(client) {
				return client.String()
			}
		}
	}
	return client.String()
}

func (p Proxies) contain(addr netip.Addr) bool {
	return slices.ContainsFunc(p, func(n netip.Prefix) bool { return n.Contains(addr) })
}

// parseAddr reads an address with or without a port: some proxies add one.
func parseAddr(s string) (netip.Addr, bool) {
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		var both netip.AddrPort
		if both, err = netip.ParseAddrPort(s); err != nil {
			return netip.Addr{}, false
		}
		addr = both.Addr()
	}
	// Networks have no zones, and a socket for both families shows IPv4 as
	// ::ffff:192.0.2.1.
	return addr.Unmap().WithZone(""), true
}
