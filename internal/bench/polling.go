package bench

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
)

// separator stands between the packets of a polling payload.
const separator = 0x1e

// servePolling is one Engine.IO session over HTTP long-polling: GETs one
// after the other here, POSTs in a goroutine of their own.
func (g *goroutines) servePolling(p *pipe) error {
	g.hold(p, func() {
		p.client.phase = opening
		g.run.protocol.open(p.client)
	})
	address := g.run.target.String()
	posting := false
	for {
		select {
		case perSecond := <-p.pace:
			if perSecond == 0 {
				<-p.ctx.Done()
				return p.ctx.Err()
			}
		default:
		}
		payload, err := g.roundTrip(p, http.MethodGet, address, nil)
		if err != nil {
			return err
		}
		if !posting {
			sid, err := sessionID(payload)
			if err != nil {
				return err
			}
			address += "&sid=" + sid
			posting = true
			g.wg.Go(func() { g.post(p, address) })
		}
		g.hold(p, func() {
			for len(payload) > 0 && err == nil {
				var packet []byte
				packet, payload, _ = bytes.Cut(payload, []byte{separator})
				err = g.run.protocol.packet(p.client, packet)
			}
		})
		if err != nil {
			return err
		}
	}
}

// sessionID takes the sid out of the open packet without reading the rest.
func sessionID(payload []byte) (string, error) {
	_, rest, ok := bytes.Cut(payload, []byte(`"sid":"`))
	sid, _, ok2 := bytes.Cut(rest, []byte{'"'})
	if !ok || !ok2 || payload[0] != '0' {
		return "", fmt.Errorf("polling handshake: %s", clip(payload))
	}
	return string(sid), nil
}

func (g *goroutines) post(p *pipe, address string) {
	for {
		select {
		case <-p.some:
		case <-p.ctx.Done():
			return
		}
		g.run.mu.Lock()
		body := p.out
		p.out = nil
		g.run.mu.Unlock()
		if len(body) == 0 {
			continue
		}
		if _, err := g.roundTrip(p, http.MethodPost, address, body); err != nil {
			g.hold(p, func() { g.run.lost(p.client, err) })
			p.stop()
			return
		}
	}
}

func (g *goroutines) roundTrip(p *pipe, method, address string, body []byte) ([]byte, error) {
	req, err := http.NewRequestWithContext(p.ctx, method, address, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	if body != nil {
		req.Header.Set("Content-Type", "text/plain;charset=UTF-8")
	}
	res, err := g.http.Do(req)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxFrame))
	if err != nil {
		return nil, err
	}
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("polling %s: %s: %s", method, res.Status, clip(answer))
	}
	return answer, nil
}
