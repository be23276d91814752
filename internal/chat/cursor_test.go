package chat

import (
	"encoding/json"
	"testing"
)

func TestCursor_Next(t *testing.T) {
	id, err := ParseID("01890a5d-ac96-774b-bcce-b302099a8057")
	if err != nil {
		t.Fatal(err)
	}
	first := Cursor{}.Next(id)
	// (printf '\0\0\0\0\0\0\0\0'; xxd -r -p <<<01890a5dac96774bbcceb302099a8057) | sha1sum
	if want := (Cursor{1, 0xb2289de8d4484f9c}); first != want {
		t.Errorf("\ngot  %+v\nwant %+v", first, want)
	}
	got := first.Next(id)
	if want := (Cursor{2, 0x34db337658f5dc1e}); got != want {
		t.Errorf("\ngot  %+v\nwant %+v", got, want)
	}
	if a, b := got.Next(id), got.Next(NewID()); a.FP == b.FP || a.Seq != 3 || b.Seq != 3 {
		t.Errorf("the chain does not depend on the id: %v, %v", a, b)
	}
	if a, b := got.Next(id), (Cursor{Seq: 1}).Next(id); a.FP == b.FP {
		t.Errorf("the chain does not depend on what came before: %v, %v", a, b)
	}
}

func TestFingerprint_JSON(t *testing.T) {
	b, err := json.Marshal(Cursor{Seq: 7, FP: 0x00ab})
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"seq":7,"fp":"00000000000000ab"}`; string(b) != want {
		t.Fatalf("\ngot  %s\nwant %s", b, want)
	}
	var c Cursor
	if err := json.Unmarshal(b, &c); err != nil || c != (Cursor{Seq: 7, FP: 0xab}) {
		t.Errorf("got %+v, %v", c, err)
	}
	for _, bad := range []string{`{"fp":"ab"}`, `{"fp":"zzzzzzzzzzzzzzzz"}`, `{"fp":"+0000000000000ab"}`} {
		if err := json.Unmarshal([]byte(bad), &c); err == nil {
			t.Errorf("%s was read", bad)
		}
	}
}
