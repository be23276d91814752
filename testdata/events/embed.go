// Package events holds one sample of every act and every event of the
// contract, see README.md.
package events

import "embed"

// Files are acts/<name>.json, told/<event>.json and chain.json.
//
//go:embed acts told chain.json
var Files embed.FS
