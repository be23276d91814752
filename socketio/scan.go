package socketio

import (
	"encoding/json"
	"errors"
)

// maxNesting bounds Options.MaxDepth, and with it the bit stack of scanValue.
const maxNesting = 1024

var (
	errJSON  = errors.New("malformed JSON")
	errDepth = errors.New("JSON nested too deep")
)

// scanArray checks that data is exactly one JSON array (RFC 8259) nested at
// most maxDepth and appends its elements to dst. The elements share data.
func scanArray(dst []json.RawMessage, data []byte, maxDepth int) ([]json.RawMessage, error) {
	i := skipSpace(data, 0)
	if i == len(data) || data[i] != '[' {
		return dst, errJSON
	}
	i = skipSpace(data, i+1)
	if i < len(data) && data[i] == ']' {
		return dst, onlySpace(data, i+1)
	}
	for {
		i = skipSpace(data, i)
		end, err := scanValue(data, i, maxDepth-1)
		if err != nil {
			return dst, err
		}
		dst = append(dst, data[i:end:end])
		i = skipSpace(data, end)
		if i == len(data) {
			return dst, errJSON
		}
		switch data[i] {
		case ',':
			i++
		case ']':
			return dst, onlySpace(data, i+1)
		default:
			return dst, errJSON
		}
	}
}

// scanObject checks that data is exactly one JSON object.
func scanObject(data []byte, maxDepth int) error {
	i := skipSpace(data, 0)
	if i == len(data) || data[i] != '{' {
		return errJSON
	}
	return scanOne(data, maxDepth)
}

// scanOne checks that data is exactly one JSON value.
func scanOne(data []byte, maxDepth int) error {
	end, err := scanValue(data, 0, maxDepth)
	if err != nil {
		return err
	}
	return onlySpace(data, end)
}

func onlySpace(data []byte, i int) error {
	if skipSpace(data, i) != len(data) {
		return errJSON
	}
	return nil
}

func skipSpace(data []byte, i int) int {
	for i < len(data) {
		switch data[i] {
		case ' ', '\t', '\n', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// scanValue returns the end of the JSON value at i. It keeps one bit per level
// instead of a stack frame, so that no input can exhaust the goroutine's stack
// (encoding/json and most others recurse or allocate per level).
func scanValue(data []byte, i, maxDepth int) (int, error) {
	var objects [maxNesting / 64]uint64
	maxDepth = min(maxDepth, maxNesting)
	depth := 0
	var err error
	for {
		i = skipSpace(data, i)
		if i == len(data) {
			return i, errJSON
		}
		switch c := data[i]; c {
		case '{', '[':
			if depth >= maxDepth {
				return i, errDepth
			}
			word, bit := &objects[depth/64], uint64(1)<<(depth%64)
			depth++
			i = skipSpace(data, i+1)
			if i == len(data) {
				return i, errJSON
			}
			if c == '[' {
				*word &^= bit
				if data[i] != ']' {
					continue
				}
			} else {
				*word |= bit
				if data[i] != '}' {
					if i, err = scanKey(data, i); err != nil {
						return i, err
					}
					continue
				}
			}
			i++
			depth--
		case '"':
			i, err = scanString(data, i)
		case 't':
			i, err = scanLiteral(data, i, "true")
		case 'f':
			i, err = scanLiteral(data, i, "false")
		case 'n':
			i, err = scanLiteral(data, i, "null")
		default:
			i, err = scanNumber(data, i)
		}
		if err != nil {
			return i, err
		}
		// A value has ended: close what it closes, then go on behind a comma.
		for more := false; !more; {
			if depth == 0 {
				return i, nil
			}
			i = skipSpace(data, i)
			if i == len(data) {
				return i, errJSON
			}
			object := objects[(depth-1)/64]>>((depth-1)%64)&1 == 1
			switch c := data[i]; {
			case c == ',' && object:
				if i, err = scanKey(data, skipSpace(data, i+1)); err != nil {
					return i, err
				}
				more = true
			case c == ',':
				i++
				more = true
			case c == '}' && object, c == ']' && !object:
				i++
				depth--
			default:
				return i, errJSON
			}
		}
	}
}

// scanKey returns the position behind `"key":`.
func scanKey(data []byte, i int) (int, error) {
	if i == len(data) || data[i] != '"' {
		return i, errJSON
	}
	i, err := scanString(data, i)
	if err != nil {
		return i, err
	}
	i = skipSpace(data, i)
	if i == len(data) || data[i] != ':' {
		return i, errJSON
	}
	return i + 1, nil
}

// scanString returns the position behind the string that opens at i. Escapes
// are checked, not decoded: a lone surrogate is legal JSON and stays as it is.
func scanString(data []byte, i int) (int, error) {
	for i++; i < len(data); i++ {
		switch c := data[i]; {
		case c == '"':
			return i + 1, nil
		case c < ' ':
			return i, errJSON
		case c == '\\':
			i++
			if i == len(data) {
				return i, errJSON
			}
			switch data[i] {
			case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
			case 'u':
				if len(data)-i <= 4 {
					return i, errJSON
				}
				for _, h := range data[i+1 : i+5] {
					if !isHex(h) {
						return i, errJSON
					}
				}
				i += 4
			default:
				return i, errJSON
			}
		}
	}
	return i, errJSON
}

func isHex(c byte) bool {
	return c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'f'
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func scanLiteral(data []byte, i int, word string) (int, error) {
	if len(data)-i < len(word) || string(data[i:i+len(word)]) != word {
		return i, errJSON
	}
	return i + len(word), nil
}

// scanNumber returns the end of the number at i. Size and precision are the
// reader's business: 1e999 and twenty digits pass.
func scanNumber(data []byte, i int) (int, error) {
	if i < len(data) && data[i] == '-' {
		i++
	}
	switch {
	case i == len(data) || !isDigit(data[i]):
		return i, errJSON
	case data[i] == '0':
		i++
	default:
		i = skipDigits(data, i)
	}
	if i < len(data) && data[i] == '.' {
		end := skipDigits(data, i+1)
		if end == i+1 {
			return i, errJSON
		}
		i = end
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		end := skipDigits(data, i)
		if end == i {
			return i, errJSON
		}
		i = end
	}
	return i, nil
}

func skipDigits(data []byte, i int) int {
	for i < len(data) && isDigit(data[i]) {
		i++
	}
	return i
}
