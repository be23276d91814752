package main

import (
	"fmt"
	"html"
	"strings"
)

// chart draws deliveries per second as bars, on a page that may be light or
// dark.
func (t *table) chart() string {
	const width, left, bar, gap = 760, 290, 18, 8
	var b strings.Builder
	y := 30
	for _, row := range []string{"one", "ten"} {
		cells, title := t.bars(row)
		if len(cells) == 0 {
			continue
		}
		longest := 0.0
		for _, c := range cells {
			longest = max(longest, c.Medians[deliveries])
		}
		fmt.Fprintf(&b, `<text class="t" x="12" y="%d">%s</text>`+"\n", y, html.EscapeString(title))
		y += 14
		for _, c := range cells {
			v := c.Medians[deliveries]
			length := v / longest * (width - left - 100)
			class := "peer"
			switch {
			case strings.HasPrefix(c.Server, "causerie"):
				class = "ours"
			case strings.HasPrefix(c.Server, "floor"):
				class = "bare"
			}
			fmt.Fprintf(&b, `<text x="%d" y="%d" text-anchor="end">%s</text>`, left-8, y+13, html.EscapeString(serverNamed(c.Server).Title))
			fmt.Fprintf(&b, `<rect class="%s" x="%d" y="%d" width="%.1f" height="%d" rx="2"/>`, class, left, y, max(length, 1), bar)
			fmt.Fprintf(&b, `<text x="%.1f" y="%d">%s</text>`+"\n", left+length+6, y+13, decimal(v))
			y += bar + gap
		}
		y += 26
	}
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="Deliveries per second of each server">
<style>
text { font: 12px system-ui, sans-serif; fill: #1f2328 } .t { font-weight: 600; font-size: 13px }
.ours { fill: #0f766e } .peer { fill: #94a3b8 } .bare { fill: #e2e8f0; stroke: #94a3b8 }
@media (prefers-color-scheme: dark) { text { fill: #e6edf3 } .ours { fill: #2dd4bf } .peer { fill: #64748b } .bare { fill: #1e293b; stroke: #64748b } }
</style>
%s</svg>
`, width, max(y-20, 20), b.String())
}

// bars returns the cells of a row that have something to draw.
func (t *table) bars(row string) (cells []cell, title string) {
	for _, r := range t.Rows {
		if r.Name != row {
			continue
		}
		for _, c := range r.Cells {
			if c.Failure == "" && c.Medians[deliveries] > 0 {
				cells = append(cells, c)
			}
		}
		return cells, "Deliveries per second: " + r.Title
	}
	return nil, ""
}
