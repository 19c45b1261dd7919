package simple

import (
	"encoding/json"
	"reflect"
	"testing"
	"time"
)

func sample() *BookDoc {
	return &BookDoc{
		ID: 1, Title: "a", Subtitle: new("b"), Grade: new(Status("c")), Weight: new(float32(2)),
		Cover: []byte("d"), Thumb: Blob("e"), Raw: json.RawMessage(`1`), DeletedAt: new(time.Unix(1, 0)),
		Else: &Point{1, 2}, Tree: map[string][][]string{"f": {{"g"}}}, Tags: []string{"h"}, ISBN: new("i"),
	}
}

func TestCloneIsPrivate(t *testing.T) {
	doc := sample()
	clone := doc.Clone()
	if !reflect.DeepEqual(doc, clone) {
		t.Fatal("the copy differs")
	}
	*clone.Subtitle, *clone.Grade, *clone.Weight, *clone.DeletedAt, *clone.ISBN = "", "", 0, time.Time{}, ""
	clone.Cover[0], clone.Thumb[0], clone.Raw[0], clone.Tags[0], clone.Else.X = 0, 0, 0, "", 0
	clone.Tree["f"][0][0] = ""
	clone.Tree["x"] = nil
	if !reflect.DeepEqual(doc, sample()) {
		t.Fatal("a change of the copy shows in the document")
	}
	if (*BookDoc)(nil).Clone() != nil {
		t.Fatal("the copy of nil is not nil")
	}
	if got := (&BookDoc{Cover: []byte{}}).Clone(); got.Cover == nil || got.Thumb != nil || got.Tree != nil {
		t.Fatal("the copy tells nil and empty apart otherwise")
	}
}
