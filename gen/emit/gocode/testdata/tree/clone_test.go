package tree

import (
	"reflect"
	"testing"
)

func sample() *BookDoc {
	return &BookDoc{
		Publisher: &BookDocPublisher{
			Home:  &BookDocPublisherCountry{Cities: []string{"a"}},
			Links: []*string{nil, new("b")},
		},
		PublisherName: new("c"),
		Authors:       []BookDocAuthors{{Awards: []BookDocAuthorsAwards{{Year: 1}}}},
		Titles:        map[string]BookDocTitles{"de": {Text: "d"}},
		Texts:         map[string]string{"de": "e"},
	}
}

func TestCloneIsPrivate(t *testing.T) {
	doc := sample()
	clone := doc.Clone()
	if !reflect.DeepEqual(doc, clone) {
		t.Fatal("the copy differs")
	}
	clone.Publisher.Home.Cities[0], *clone.Publisher.Links[1], *clone.PublisherName = "", "", ""
	clone.Publisher.Home.Code = "x"
	clone.Authors[0].Awards[0].Year, clone.Authors[0].Name = 2, "x"
	clone.Titles["de"], clone.Texts["de"] = BookDocTitles{}, ""
	if !reflect.DeepEqual(doc, sample()) {
		t.Fatal("a change of the copy shows in the document")
	}
}
